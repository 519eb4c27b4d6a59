//! From the page's commands to the session's methods, and from what these return to the events that end a job.

use std::rc::Rc;

use engine::{Data, EngineError, OpenedDataSet, Preview, Session};
use model::backend::Backend;
use protocol::{BenchmarkData, Command, Event, Failure, JobId};
use wasm_bindgen::prelude::JsValue;

use crate::files::WebFiles;
use crate::host::WorkerHost;
use crate::message;

/// A session in this worker.
pub(crate) type On<B> = Session<B, Rc<WorkerHost>, WebFiles>;

/// What ends a job, with the bytes that travel beside it.
type End = (Event, Option<Vec<u8>>);

/// Carries out a command of a session; those of others do nothing here.
pub(crate) async fn carry_out<B: Backend>(session: &mut On<B>, command: Command, bulk: &[JsValue]) {
    let ended = match command {
        Command::LoadModel { job, source } => {
            let loaded = session.load(job, WebFiles::of(&source, bulk)).await;
            ended(job, loaded, |model| (Event::ModelReady { job, model }, None))
        }
        Command::OpenImage { job, image, name } => match message::bytes(bulk) {
            Some(bytes) => {
                let opened = session.open_image(image, &name, &bytes);
                ended(job, opened, |(image, rgba)| (Event::ImageReady { job, image }, Some(rgba)))
            }
            None => (Event::Failed { job, failure: without_bytes(&name) }, None),
        },
        Command::Ask { job, question, settings } => {
            let answered = session.ask(job, question, settings).await;
            ended(job, answered, |(end, timings)| (Event::Answered { job, end, timings }, None))
        }
        Command::OpenBenchmark { job, data } => {
            let data = match data {
                BenchmarkData::Sample => Data::Sample,
                BenchmarkData::HeldOut { per_task } => Data::HeldOut { per_task },
                BenchmarkData::File { source, selection } => {
                    Data::File { file: WebFiles::of_data(&source, bulk), selection }
                }
            };
            let opened = session.open_data(job, data).await;
            ended(job, opened, |OpenedDataSet { data, questions, fingerprint, problems, n_problems }| {
                (Event::BenchmarkOpened { job, data, questions, fingerprint, problems, n_problems }, None)
            })
        }
        Command::AnswerBenchmark { job, number, settings } => {
            let answered = session.answer_benchmark(job, number, settings).await;
            ended(job, answered, |reply| (Event::BenchmarkAnswered { job, number, reply }, None))
        }
        Command::ShowBenchmarkImage { job, number } => {
            let shown = session.question_image(number).await;
            ended(job, shown, |Preview { width_px, height_px, rgba }| {
                (Event::BenchmarkImage { job, number, width_px, height_px }, Some(rgba))
            })
        }
        Command::CloseImage { image } => return session.close_image(image),
        Command::NewConversation => return session.new_conversation(),
        Command::SetProfiling { on } => return session.set_profiling(on).await,
        Command::ChooseBackend { .. } | Command::Stop { .. } | Command::Runs { .. } | Command::LoseDevice => {
            return;
        }
    };
    session.host().end(ended);
}

fn ended<T>(job: JobId, result: Result<T, EngineError>, event: impl FnOnce(T) -> End) -> End {
    result.map_or_else(|error| (Event::Failed { job, failure: error.to_failure() }, None), event)
}

fn without_bytes(name: &str) -> Failure {
    Failure {
        message: format!("{name} came without its contents."),
        remedy: "Open it again. If it happens again, reload the page: this is a fault of the page.".into(),
    }
}
