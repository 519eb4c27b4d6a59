//! Commands as the page sends them, carried out on a session: what the worker's dispatcher does, with events kept by the host.

use engine::{Data, EngineError, ModelFiles, Session};
use model::backend::Backend;
use protocol::{BenchmarkData, Command, Event};

use crate::host::Scripted;
use std::rc::Rc;

/// What travels beside a command.
pub(crate) enum Attachment<F> {
    None,
    Bytes(Vec<u8>),
    Files(F),
}

impl<F> Attachment<F> {
    fn files(self) -> F {
        match self {
            Self::Files(files) => files,
            _ => panic!("this command needs files"),
        }
    }
}

/// Carries out one command; the event that ends its job goes to the host.
pub(crate) async fn carry_out<B: Backend, F: ModelFiles>(
    session: &mut Session<B, Rc<Scripted>, F>,
    command: Command,
    attachment: Attachment<F>,
) {
    let (job, ended) = match command {
        Command::LoadModel { job, .. } => {
            let loaded = session.load(job, attachment.files()).await;
            (job, loaded.map(|model| (Event::ModelReady { job, model }, None)))
        }
        Command::OpenImage { job, image, name } => {
            let Attachment::Bytes(bytes) = attachment else { panic!("an image is bytes") };
            let opened = session.open_image(image, &name, &bytes);
            (job, opened.map(|(image, rgba)| (Event::ImageReady { job, image }, Some(rgba))))
        }
        Command::CloseImage { image } => return session.close_image(image),
        Command::NewConversation => return session.new_conversation(),
        Command::SetProfiling { on } => return session.set_profiling(on).await,
        Command::Ask { job, question, settings } => {
            let asked = session.ask(job, question, settings).await;
            (job, asked.map(|(end, timings)| (Event::Answered { job, end, timings }, None)))
        }
        Command::OpenBenchmark { job, data } => {
            let data = match data {
                BenchmarkData::Sample => Data::Sample,
                BenchmarkData::HeldOut { per_task } => Data::HeldOut { per_task },
                BenchmarkData::File { selection, .. } => Data::File { file: attachment.files(), selection },
            };
            let opened = session.open_data(job, data).await;
            let event = |engine::OpenedDataSet { data, questions, fingerprint, problems, n_problems }| {
                Event::BenchmarkOpened { job, data, questions, fingerprint, problems, n_problems }
            };
            (job, opened.map(|opened| (event(opened), None)))
        }
        Command::AnswerBenchmark { job, number, settings } => {
            let answered = session.answer_benchmark(job, number, settings).await;
            (job, answered.map(|reply| (Event::BenchmarkAnswered { job, number, reply }, None)))
        }
        Command::ShowBenchmarkImage { job, number } => {
            let shown = session.question_image(number).await;
            let event = |engine::Preview { width_px, height_px, rgba }| {
                (Event::BenchmarkImage { job, number, width_px, height_px }, Some(rgba))
            };
            (job, shown.map(event))
        }
        other => panic!("{other:?} is not for a session"),
    };
    session.host().end(
        ended.unwrap_or_else(|error: EngineError| (Event::Failed { job, failure: error.to_failure() }, None)),
    );
}
