use protocol::{Event, JobId, Stage};

use super::State;

/// The graphics device was lost, and the model is loaded on a new one while a job waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebuilding {
    /// The job that waits.
    pub job: JobId,
    /// What the loss was put down to.
    pub why: String,
    /// MiB of the model that are back.
    pub mib_done: u32,
    /// Of how many; 0 until that is known.
    pub mib_total: u32,
}

impl Rebuilding {
    /// What a person is told.
    pub fn sentence(&self, what_goes_on: &str) -> String {
        let why = match self.why.trim().trim_end_matches('.') {
            "" => String::new(),
            why => format!(" ({why})"),
        };
        format!("The graphics device was lost{why}. The model is being loaded again; {what_goes_on} goes on.")
    }

    /// `310 of 960 MiB`.
    pub fn progress_text(&self) -> String {
        match self.mib_total {
            0 => "Opening the device".into(),
            total => format!("{} of {total} MiB", self.mib_done.min(total)),
        }
    }
}

/// Notes what an event says of a device that was lost: that it was, how far the model is back, or that the job goes on.
pub(super) fn note(state: &mut State, event: &Event) {
    match event {
        Event::Rebuilding { job, why } if state.awaits(*job) => {
            state.rebuilding = Some(Rebuilding { job: *job, why: why.clone(), mib_done: 0, mib_total: 0 });
        }
        Event::Progress { job, stage: Stage::Reloading, done, total, .. } => {
            if let Some(rebuilding) = &mut state.rebuilding
                && rebuilding.job == *job
            {
                (rebuilding.mib_done, rebuilding.mib_total) = (*done, *total);
                // A benchmark's question is answered without a word: that all is back is the only sign that it goes on.
                if *total > 0 && done >= total {
                    state.rebuilding = None;
                }
            }
        }
        event => {
            if state.rebuilding.as_ref().is_some_and(|rebuilding| job_of(event) == Some(rebuilding.job)) {
                state.rebuilding = None;
            }
        }
    }
}

impl State {
    /// The job's end is still to come.
    fn awaits(&self, job: JobId) -> bool {
        let turn = self.turns.last().is_some_and(|turn| turn.job() == Some(job));
        let model = self.model.job() == Some(job) || self.vision.is_loading(job);
        turn || self.benchmark.is_in_flight(job) || model || self.backend.is_at(job)
    }

    /// What the notice about a lost device says.
    pub fn rebuilding_sentence(&self) -> Option<String> {
        let rebuilding = self.rebuilding.as_ref()?;
        let what = if self.benchmark.is_in_flight(rebuilding.job) {
            "the run"
        } else if self.is_busy() {
            "the answer"
        } else {
            "the work"
        };
        Some(rebuilding.sentence(what))
    }
}

fn job_of(event: &Event) -> Option<JobId> {
    match event {
        Event::Started => None,
        Event::BackendChosen { job, .. }
        | Event::Loading { job, .. }
        | Event::ModelReady { job, .. }
        | Event::VisionReady { job, .. }
        | Event::VisionFailed { job, .. }
        | Event::ImageReady { job, .. }
        | Event::Rebuilding { job, .. }
        | Event::Progress { job, .. }
        | Event::Answer { job, .. }
        | Event::Profile { job, .. }
        | Event::Answered { job, .. }
        | Event::BenchmarkIndexing { job, .. }
        | Event::BenchmarkOpened { job, .. }
        | Event::RunsListed { job, .. }
        | Event::RunKept { job }
        | Event::RunRead { job, .. }
        | Event::RunWritten { job, .. }
        | Event::RunAnalysed { job, .. }
        | Event::BenchmarkAnswered { job, .. }
        | Event::BenchmarkImage { job, .. }
        | Event::Failed { job, .. } => Some(*job),
    }
}
