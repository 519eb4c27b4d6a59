//! What the worker tells of the benchmark, and what happens elsewhere on the page that concerns it.

use bench::{Answered, Reply};
use protocol::{Command, Failure, JobId, ModelInfo, RunAct};

use super::acts::{begin, not_at_hand, open_question};
use super::asking::{ask_next, call_back};
use super::resume::{go_on, is_of_model};
use super::{OpenedImage, OpenedQuestion, Pause, Set, Stage, Stop, Then, Wanted, analysis};
use crate::state::{Canvas, Effect, State};

/// The questions are ready; what was to follow does.
pub(in crate::state) fn opened(
    state: &mut State,
    job: JobId,
    set: impl FnOnce(Wanted) -> Set,
    now_secs: f64,
) {
    let benchmark = &mut state.benchmark;
    if !matches!(benchmark.stage, Stage::Opening { job: its, .. } if its == job) {
        return;
    }
    let Stage::Opening { asked, then, before, .. } = std::mem::replace(&mut benchmark.stage, Stage::Ready)
    else {
        return;
    };
    benchmark.data = Some(set(asked));
    if !matches!(*before, Stage::Idle(_)) {
        benchmark.stage = *before;
    }
    match then {
        Then::Begin { date, id } => begin(state, date, id, now_secs),
        Then::Resume if state.resume_needs().is_none() => go_on(state, now_secs),
        Then::Show(number) => {
            let is_its = state.benchmark.missing_set().is_none();
            match &mut state.benchmark.opened {
                Some(_) if is_its => open_question(state, number),
                Some(opened) => opened.image = OpenedImage::Failed(not_at_hand()),
                None => {}
            }
        }
        Then::Resume | Then::Nothing | Then::CalledOff => {}
    }
}

/// Counts an answer that is waited for, and asks the next question unless the run rests.
pub(in crate::state) fn answered(state: &mut State, job: JobId, number: u32, reply: Reply, now_secs: f64) {
    let benchmark = &mut state.benchmark;
    let question = match (&benchmark.run, &benchmark.data) {
        (Some(run), Some(set)) if benchmark.in_flight == Some(job) && run.n_asked() == number => {
            set.questions.get(number as usize).cloned()
        }
        _ => None,
    };
    let (Some(question), Some(run)) = (question, &mut benchmark.run) else { return };
    // What could not be kept has left a gap: answers behind it would not be taken.
    let id = if benchmark.unkept.is_none() { benchmark.run_id.clone() } else { None };
    let keep = id.map(|id| RunAct::Keep { id, number, question: question.clone(), reply: reply.clone() });
    let answered = Answered::new(run.conditions.rule, question, reply);
    benchmark.row.add(&answered);
    run.answers.push(answered);
    let is_complete = run.is_complete();
    benchmark.in_flight = None;
    benchmark.pace.note_answer(now_secs);
    benchmark.note_progress();
    if let Some(act) = keep {
        let job = state.next_job();
        state.benchmark.keeping.push(job);
        state.tell(Command::Runs { job, act });
    }
    if is_complete || state.benchmark.stage == Stage::Running {
        ask_next(state);
    } else {
        state.benchmark.pace.rest();
    }
}

/// The image of the question that is looked at is there.
pub(in crate::state) fn shown(state: &mut State, job: JobId, width_px: u32) {
    if let Some(OpenedQuestion { image, .. }) = &mut state.benchmark.opened
        && *image == OpenedImage::Coming(job)
    {
        *image = OpenedImage::Shown;
        state.effects.push(Effect::Draw { canvas: Canvas::Question, width_px });
    }
}

/// Whether a job that failed was the benchmark's; then its run rests.
pub(in crate::state) fn failed(state: &mut State, job: JobId, failure: &Failure) -> bool {
    let benchmark = &mut state.benchmark;
    if let Stage::Opening { job: its, asked, .. } = &benchmark.stage
        && *its == job
    {
        let asked = asked.clone();
        set_refused(state, failure);
        if state.benchmark.choice.failure.is_some() {
            state.benchmark.choose_open_set(&asked);
        }
        return true;
    }
    if benchmark.keeping.contains(&job) {
        benchmark.keeping.clear();
        benchmark.unkept.get_or_insert_with(|| failure.clone());
        return true;
    }
    if benchmark.shelf == Some(job) {
        benchmark.shelf = None;
        state.message = Some(failure.clone());
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
        _ => analysis::failed(state, job, failure),
    }
}

/// The set that was wanted is not to be had; the one before it stays.
fn set_refused(state: &mut State, failure: &Failure) {
    let benchmark = &mut state.benchmark;
    let Stage::Opening { then, before, asked, .. } = benchmark.stage.clone() else { return };
    benchmark.stage = *before;
    if then == Then::CalledOff {
        return;
    }
    if let (Then::Show(_), Some(opened)) = (&then, &mut benchmark.opened) {
        opened.image = OpenedImage::Failed(failure.clone());
    } else if asked == Wanted::Sample && benchmark.run.is_none() {
        benchmark.stage = Stage::Idle(Some(failure.clone()));
    } else {
        benchmark.choice.failure = Some(failure.clone());
    }
}

/// A person asked a question of their own: it goes first. The benchmark's question is put again when the run goes on.
pub(in crate::state) fn question_asked(state: &mut State) {
    if state.benchmark.stage == Stage::Running {
        state.benchmark.stage = Stage::Paused(Pause::Question);
        call_back(state);
    }
}

/// Another model is on its way; it may still be refused.
pub(in crate::state) fn model_loading(state: &mut State) {
    if state.benchmark.stage == Stage::Running {
        state.benchmark.stage = Stage::Paused(Pause::ModelLoading);
    }
}

/// A model is in place: a run belongs to the one that it began with.
pub(in crate::state) fn model_ready(state: &mut State, model: &ModelInfo) {
    if state.benchmark.run.as_ref().is_some_and(|run| !is_of_model(run, model)) {
        end(state, Stage::Stopped(Stop::OtherModel));
    }
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
        end(state, Stage::Stopped(Stop::OtherMachine));
    }
}

/// The model is gone, and no other has come.
pub(in crate::state) fn model_gone(state: &mut State) {
    end(state, Stage::Paused(Pause::Kept));
}

/// The questions went with the worker.
pub(in crate::state) fn worker_died(state: &mut State) {
    let benchmark = &mut state.benchmark;
    benchmark.data = None;
    analysis::worker_died(benchmark);
    set_refused(
        state,
        &Failure {
            message: "The model stopped working before the questions were ready.".into(),
            remedy: "Restart it, then open them again.".into(),
        },
    );
    let benchmark = &mut state.benchmark;
    if benchmark.stage == Stage::Ready {
        benchmark.stage = Stage::Idle(None);
    }
    benchmark.shelf = None;
    benchmark.keeping.clear();
    end(state, Stage::Paused(Pause::Kept));
    let benchmark = &mut state.benchmark;
    if let Some(OpenedQuestion { image: image @ OpenedImage::Coming(_), .. }) = &mut benchmark.opened {
        *image = OpenedImage::Failed(Failure {
            message: "The worker ended before the image came.".into(),
            remedy: "Restart the model and open the question again.".into(),
        });
    }
}

fn end(state: &mut State, stage: Stage) {
    if state.benchmark.stage.is_under_way() {
        state.benchmark.stage = stage;
        state.benchmark.in_flight = None;
        state.benchmark.pace.rest();
    }
}
