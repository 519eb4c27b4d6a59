//! Runs in a real browser's private files, and what is made of them.

use bench::{Form, Grouping, Rule};
use protocol::{Event, Failure, JobId, RunAct};
use runs::contract::{append, begun, keep_runs};
use runs::{MemoryStore, RunError, RunStore, Runs};
use wasm_bindgen_test::wasm_bindgen_test;

use super::acts::carry_out;
use super::private::Private;

const JOB: JobId = JobId(7);

async fn ends<S: RunStore>(runs: &Runs<S>, act: RunAct) -> Result<(Event, Option<Vec<u8>>), Failure> {
    match carry_out(runs, JOB, act).await {
        (Event::Failed { job, failure }, _) => {
            assert_eq!(job, JOB);
            assert!(!failure.remedy.is_empty());
            Err(failure)
        }
        ended => Ok(ended),
    }
}

async fn a_run_is_written_down_and_looked_at<S: RunStore>(runs: &Runs<S>) {
    for id in ["look-0", "look-1"] {
        begun(runs, id, 3).await;
    }
    let rule = Rule::VlmEval2024;
    for form in [Form::Csv, Form::Json, Form::Markdown, Form::Xlsx, Form::Acc(Grouping::ClinicalTask)] {
        let act = RunAct::Write { id: "look-0".into(), rule, form };
        let Ok((Event::RunWritten { name, media_type, .. }, Some(bytes))) = ends(runs, act).await else {
            panic!("{form:?}")
        };
        assert!(name.contains('.') && media_type == form.media_type() && !bytes.is_empty(), "{form:?}");
        if form == Form::Xlsx {
            assert!(bytes.starts_with(b"PK"), "no workbook");
        } else {
            assert!(String::from_utf8(bytes).unwrap().contains(protocol::PERMANENT_LINE), "{form:?}");
        }
    }
    for against in [None, Some("look-1".to_owned())] {
        let n_sheets = against.iter().count();
        let grouping = Grouping::ClinicalTask;
        let act = RunAct::Analyse { id: "look-0".into(), rule, grouping, against };
        let Ok((Event::RunAnalysed { analysis, .. }, None)) = ends(runs, act).await else { panic!() };
        assert!(analysis.chart.contains("<svg"), "{analysis:?}");
        assert!(analysis.sheets.len() >= n_sheets, "{analysis:?}");
    }
    let act = RunAct::Analyse {
        id: "look-0".into(),
        rule,
        grouping: Grouping::Department,
        against: Some("look-2".into()),
    };
    let failure = ends(runs, act).await.unwrap_err();
    assert!(failure.message.contains("no run look-2"), "{failure:?}");
    for id in ["look-0", "look-1"] {
        let (event, _) = ends(runs, RunAct::Delete { id: id.into() }).await.unwrap();
        let expected = runs.is_on_disk();
        assert!(matches!(event, Event::RunsListed { job: JOB, on_disk, .. } if on_disk == expected));
    }
}

#[wasm_bindgen_test]
async fn in_memory() {
    a_run_is_written_down_and_looked_at(&Runs::new(MemoryStore::default())).await;
}

/// One test: the tests of a browser share its files. Two `Runs` are what two tabs have, locks and files of one origin.
#[wasm_bindgen_test]
async fn in_private_files() {
    assert!(Private::is_granted().await);
    keep_runs(Private, |_| Private).await;
    a_run_is_written_down_and_looked_at(&Runs::new(Private)).await;

    let (first, second) = (Runs::new(Private), Runs::new(Private));
    begun(&first, "tabs-0", 1).await;
    assert_eq!(second.list().await.unwrap()[0].n_asked, 1);
    assert_eq!(append(&second, "tabs-0", 1).await, Err(RunError::Held));
    assert_eq!(second.delete("tabs-0").await, Err(RunError::Held));
    append(&first, "tabs-0", 1).await.unwrap();
    assert_eq!(second.list().await.unwrap()[0].n_asked, 2);
    assert_eq!(second.read("tabs-0", None).await.unwrap().run.answers.len(), 2);
    // The first one's tab is closed.
    drop(first);
    append(&second, "tabs-0", 2).await.unwrap();
    assert_eq!(second.list().await.unwrap()[0].n_asked, 3);
    second.delete("tabs-0").await.unwrap();
}
