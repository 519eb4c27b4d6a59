use bench::{KeptRun, Rule, Run, report};
use protocol::{Event, Failure, JobId, RunAct};
use runs::{RunError, RunStore, Runs};

/// Does something with the runs: the event that ends the job, with what travels beside it.
pub(super) async fn carry_out<S: RunStore>(
    runs: &Runs<S>,
    job: JobId,
    act: RunAct,
) -> (Event, Option<Vec<u8>>) {
    let mut bulk = None;
    let done = match act {
        RunAct::List => listed(runs, job).await,
        RunAct::Begin { id, conditions, n_total, answers } => {
            let run = Run::new(conditions, n_total, answers);
            let begun = runs.begin(&KeptRun { id, name: String::new(), run }).await;
            then_listed(runs, job, begun).await
        }
        RunAct::Keep { id, number, question, reply } => {
            runs.append(&id, number, &question, &reply).await.map(|_| Event::RunKept { job })
        }
        RunAct::Name { id, name } => then_listed(runs, job, runs.rename(&id, &name).await).await,
        RunAct::Delete { id } => then_listed(runs, job, runs.delete(&id).await).await,
        RunAct::Read { id } => {
            runs.read(&id, None).await.map(|kept| Event::RunRead { job, id, answers: kept.run.said() })
        }
        RunAct::Write { id, rule, form } => runs.read(&id, Some(rule)).await.and_then(|kept| {
            let written = workbook::write(&kept.run, form);
            bulk = Some(written.map_err(|error| RunError::NotWritten(error.to_string()))?);
            let (name, media_type) = (report::file_name(&kept.run, form), form.media_type().to_owned());
            Ok(Event::RunWritten { job, name, media_type })
        }),
        RunAct::Analyse { id, rule, grouping, against } => {
            pair(runs, &id, against.as_deref(), rule).await.map(|(kept, against)| Event::RunAnalysed {
                job,
                analysis: bench::analyse(&kept, against.as_ref(), grouping),
            })
        }
    };
    match done {
        Ok(event) => (event, bulk),
        Err(error) => (Event::Failed { job, failure: failure(&error) }, None),
    }
}

async fn then_listed<S: RunStore>(
    runs: &Runs<S>,
    job: JobId,
    done: Result<(), RunError>,
) -> Result<Event, RunError> {
    done?;
    listed(runs, job).await
}

async fn listed<S: RunStore>(runs: &Runs<S>, job: JobId) -> Result<Event, RunError> {
    Ok(Event::RunsListed { job, runs: runs.list().await?, on_disk: runs.is_on_disk() })
}

async fn pair<S: RunStore>(
    runs: &Runs<S>,
    id: &str,
    against: Option<&str>,
    rule: Rule,
) -> Result<(KeptRun, Option<KeptRun>), RunError> {
    let kept = runs.read(id, Some(rule)).await?;
    let against = match against {
        Some(other) => Some(runs.read(other, Some(rule)).await?),
        None => None,
    };
    Ok((kept, against))
}

fn failure(error: &RunError) -> Failure {
    Failure { message: error.to_string(), remedy: error.remedy().to_owned() }
}
