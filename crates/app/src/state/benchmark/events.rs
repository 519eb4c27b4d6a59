//! What the worker tells of the benchmark, and what happens elsewhere on the page that concerns it.

use bench::{Answered, DataSet, Question, Reply};
use protocol::{Command, Failure, JobId, ModelInfo};

use super::acts::{ask_next, begin, call_back};
use super::{OpenedImage, OpenedQuestion, Pause, Stage, Stop};
use crate::state::State;

/// The questions are ready; the run that a person started begins.
pub(in crate::state) fn opened(
    state: &mut State,
    job: JobId,
    data: DataSet,
    questions: Vec<Question>,
    now_secs: f64,
) -> Vec<Command> {
    let date = match &mut state.benchmark.stage {
        Stage::Opening { job: its, date } if *its == job => date.take(),
        _ => return Vec::new(),
    };
    state.benchmark.data = Some((data, questions));
    state.benchmark.stage = Stage::Ready;
    match date {
        Some(date) => begin(state, date, now_secs),
        None => Vec::new(),
    }
}

/// Counts an answer that is waited for, and asks the next question unless the run rests.
pub(in crate::state) fn answered(
    state: &mut State,
    job: JobId,
    number: u32,
    reply: Reply,
    now_secs: f64,
) -> Vec<Command> {
    let benchmark = &mut state.benchmark;
    let question = match (&benchmark.run, &benchmark.data) {
        (Some(run), Some((_, questions))) if benchmark.in_flight == Some(job) && run.n_asked() == number => {
            questions.get(number as usize).cloned()
        }
        _ => None,
    };
    let (Some(question), Some(run)) = (question, &mut benchmark.run) else { return Vec::new() };
    let answered = Answered::new(run.conditions.rule, question, reply);
    benchmark.row.add(&answered);
    run.answers.push(answered);
    benchmark.in_flight = None;
    benchmark.pace.note_answer(now_secs);
    if run.is_complete() || benchmark.stage == Stage::Running {
        return ask_next(state);
    }
    benchmark.pace.rest();
    Vec::new()
}

/// The image of the question that is looked at is there.
pub(in crate::state) fn shown(state: &mut State, job: JobId) {
    if let Some(OpenedQuestion { image, .. }) = &mut state.benchmark.opened
        && *image == OpenedImage::Coming(job)
    {
        *image = OpenedImage::Shown;
    }
}

/// Whether a job that failed was the benchmark's; then its run rests.
pub(in crate::state) fn failed(state: &mut State, job: JobId, failure: &Failure) -> bool {
    let benchmark = &mut state.benchmark;
    if matches!(benchmark.stage, Stage::Opening { job: its, .. } if its == job) {
        benchmark.stage = Stage::Idle(Some(failure.clone()));
        return true;
    }
    if benchmark.in_flight == Some(job) {
        benchmark.in_flight = None;
        benchmark.pace.rest();
        benchmark.stage = Stage::Paused(Pause::Failed(failure.clone()));
        return true;
    }
    match &mut benchmark.opened {
        Some(OpenedQuestion { image, .. }) if *image == OpenedImage::Coming(job) => {
            *image = OpenedImage::Failed(failure.clone());
            true
        }
        _ => false,
    }
}

/// A person asked a question of their own: it goes first. The benchmark's question is put again when the run goes on.
pub(in crate::state) fn question_asked(state: &mut State) -> Option<Command> {
    if state.benchmark.stage != Stage::Running {
        return None;
    }
    state.benchmark.stage = Stage::Paused(Pause::Question);
    call_back(state)
}

/// Another model is on its way; it may still be refused.
pub(in crate::state) fn model_loading(state: &mut State) {
    if state.benchmark.stage == Stage::Running {
        state.benchmark.stage = Stage::Paused(Pause::ModelLoading);
    }
}

/// A model is in place: a run belongs to the one that it began with.
pub(in crate::state) fn model_ready(state: &mut State) {
    end(state, Stop::OtherModel);
}

/// The model may move to another machine, or stay.
pub(in crate::state) fn model_moving(state: &mut State) {
    if state.benchmark.stage == Stage::Running {
        state.benchmark.stage = Stage::Paused(Pause::ModelMoving);
    }
}

/// The model is in place again: a run belongs to the machine that it began on, since its times do.
pub(in crate::state) fn model_moved(state: &mut State, model: &ModelInfo) {
    if state.benchmark.run.as_ref().is_some_and(|run| run.conditions.backend != model.backend) {
        end(state, Stop::OtherMachine);
    }
}

/// The model is gone, and no other has come.
pub(in crate::state) fn model_gone(state: &mut State) {
    end(state, Stop::NoModel);
}

/// The questions went with the worker.
pub(in crate::state) fn worker_died(state: &mut State) {
    end(state, Stop::NoModel);
    let benchmark = &mut state.benchmark;
    benchmark.data = None;
    if matches!(benchmark.stage, Stage::Opening { .. } | Stage::Ready) {
        benchmark.stage = Stage::Idle(None);
    }
    if let Some(OpenedQuestion { image: image @ OpenedImage::Coming(_), .. }) = &mut benchmark.opened {
        *image = OpenedImage::Failed(Failure {
            message: "The worker ended before the image came.".into(),
            remedy: "Restart the model and start the run again.".into(),
        });
    }
}

fn end(state: &mut State, why: Stop) {
    if state.benchmark.stage.is_under_way() {
        state.benchmark.stage = Stage::Stopped(why);
        state.benchmark.in_flight = None;
        state.benchmark.pace.rest();
    }
}
