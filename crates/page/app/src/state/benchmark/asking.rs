//! One question after the other.

use bench::{Conditions, VisualTokens};
use protocol::{BenchmarkImages, BenchmarkSettings, Command, Detail};

use super::Stage;
use crate::state::State;

/// How a run's questions are answered, from its first to its last.
fn settings(conditions: &Conditions) -> BenchmarkSettings {
    let VisualTokens { min, max } = conditions.visual_tokens;
    BenchmarkSettings {
        detail: Detail::Tokens { min, max },
        max_answer_tokens: conditions.max_answer_tokens,
        images: if conditions.blank_images { BenchmarkImages::Blank } else { BenchmarkImages::Shown },
        circular: conditions.circular,
    }
}

/// Asks the first question that has no answer yet; a run without one is finished.
pub(super) fn ask_next(state: &mut State) {
    let Some(run) = &state.benchmark.run else { return };
    if run.is_complete() {
        state.benchmark.stage = Stage::Finished;
        state.benchmark.pace.rest();
        return;
    }
    let (number, settings) = (run.n_asked(), settings(&run.conditions));
    let job = state.next_job();
    state.benchmark.in_flight = Some(job);
    state.tell(Command::AnswerBenchmark { job, number, settings });
}

/// Takes the question that the worker has back: whatever comes of it is no longer waited for.
pub(super) fn call_back(state: &mut State) {
    state.benchmark.pace.rest();
    if let Some(job) = state.benchmark.in_flight.take() {
        state.tell(Command::Stop { job });
    }
}
