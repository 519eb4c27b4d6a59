//! What the view says of a run.

use super::{DataKind, Pause, Stage, Stop, Then};
use crate::format;
use crate::state::State;

/// Where the run is told to a listener: at every tenth.
const N_TELLINGS: u32 = 10;

impl State {
    /// The line beside the run's buttons: what it does, why it does not, what can be done.
    pub fn benchmark_status(&self) -> String {
        let (n_asked, n_total) = self.benchmark.progress().unwrap_or_default();
        let so_far = format!("{n_asked} of {n_total} questions");
        let next = n_asked + 1;
        let pausing =
            if self.benchmark.in_flight.is_some() { " The question at hand is answered first." } else { "" };
        let stage = match &self.benchmark.stage {
            Stage::Idle(None) => match (self.benchmark.choice.kind, self.benchmark.wanted()) {
                (DataKind::Sample, _) => {
                    "Press Start: the questions are made in this tab, and the model answers one after the other."
                        .into()
                }
                (_, None) => "Choose the data set’s file or address first.".into(),
                _ => "Press Start to open the data set.".into(),
            },
            Stage::Idle(Some(failure)) => format!("{} {}", failure.message, failure.remedy),
            Stage::Opening { then: Then::CalledOff, .. } => {
                "Making the questions ready; what was to follow was called off.".into()
            }
            Stage::Opening { asked, .. } if asked.is_file() => "Opening the data set.".into(),
            Stage::Opening { .. } => "Making the questions and their images.".into(),
            Stage::Ready => "The questions are ready.".into(),
            Stage::Running => "Running. A question on the Ask view pauses the run.".into(),
            Stage::Paused(Pause::Wanted) => format!("Paused.{pausing} Resume goes on with question {next}."),
            Stage::Paused(Pause::Question) => {
                format!(
                    "Paused, because a question was asked on the Ask view. Resume goes on with question {next}."
                )
            }
            Stage::Paused(Pause::ModelLoading) => format!("Paused at {so_far}, because a model was opened."),
            Stage::Paused(Pause::ModelMoving) => {
                format!("Paused at {so_far}, because another machine was chosen for the model.")
            }
            Stage::Paused(Pause::Failed(failure)) => {
                format!("Paused at question {next}: {} {}", failure.message, failure.remedy)
            }
            Stage::Paused(Pause::Kept) => match self.resume_needs() {
                Some(needs) => format!("Left at {so_far}. {needs}"),
                None => format!("Left at {so_far}. Resume goes on with question {next}."),
            },
            Stage::Stopped(Stop::Wanted) => {
                format!("Stopped after {so_far}. Table and exports hold what was answered.")
            }
            Stage::Stopped(Stop::OtherModel) => {
                format!("Ended after {so_far}, because another model was opened: a run belongs to one model.")
            }
            Stage::Stopped(Stop::OtherMachine) => {
                format!("Ended after {so_far}, because the model was moved: a run belongs to one machine.")
            }
            Stage::Finished => {
                let overall = self.benchmark.row.overall();
                let took = format::duration(self.benchmark.pace.elapsed_secs());
                format!("Finished: {} of {} right, in {took}.", overall.hits, overall.n)
            }
        };
        let stage = match &self.benchmark.unkept {
            Some(why) => format!("{stage} Answers are no longer kept. {} {}", why.message, why.remedy),
            None => stage,
        };
        match self.has_model() {
            Ok(()) => stage,
            Err(obstacle) => match self.benchmark.stage {
                Stage::Idle(None) | Stage::Ready => obstacle.reason().into(),
                Stage::Opening { .. } | Stage::Running => stage,
                _ => format!("{stage} {}", obstacle.reason()),
            },
        }
    }

    /// What a listener is told: every tenth of the way, and each end or rest. It does not change in between.
    pub fn benchmark_news(&self) -> String {
        let (n_asked, n_total) = self.benchmark.progress().unwrap_or_default();
        match &self.benchmark.stage {
            Stage::Idle(None) | Stage::Ready => String::new(),
            Stage::Running => {
                let tenths = n_asked * N_TELLINGS / n_total.max(1);
                format!("The benchmark is running: {} % of {n_total} questions.", tenths * 100 / N_TELLINGS)
            }
            // The answer that is still on its way would say it twice.
            Stage::Paused(_) if self.benchmark.in_flight.is_some() => String::new(),
            _ => format!("Benchmark: {}", self.benchmark_status()),
        }
    }

    /// What the Ask view says of a run that a question is about to interrupt, or did.
    pub fn benchmark_aside(&self) -> Option<&'static str> {
        match self.benchmark.stage {
            Stage::Running => Some("A benchmark is running. A question pauses it."),
            Stage::Paused(Pause::Question) => Some("The benchmark is paused: your question goes first."),
            _ => None,
        }
    }
}
