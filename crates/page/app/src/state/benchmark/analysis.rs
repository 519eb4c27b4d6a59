//! What the worker computed about the run on view: a chart, and tables of texts that the page only draws.

use bench::{Analysis, Grouping, Rule};
use protocol::{Command, Failure, JobId, RunAct};

use super::{Benchmark, MenuOption, Stage, title};
use crate::state::{Effect, State, WorkerState};

/// A run under way is analysed again after this many answers.
const N_BETWEEN: u32 = 25;

/// What is known of the run on view beyond its counts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Looks {
    /// The run that the one on view is compared with; empty where there is none.
    pub against: String,
    /// Counts what was shown.
    pub revision: u32,
    /// What the worker was asked last, with the number of answers.
    asked: Option<(Look, u32)>,
    /// The worker is at it.
    job: Option<JobId>,
    /// What is shown, and of which run.
    shown: Analysis,
    shown_of: String,
}

/// What an analysis depends on, but for the number of answers.
#[derive(Clone, Debug, PartialEq)]
struct Look {
    id: String,
    rule: Rule,
    grouping: Grouping,
    against: String,
}

impl Benchmark {
    /// The look that is wanted now; none while there is no answer to look at.
    fn look(&self) -> Option<(Look, u32)> {
        let run = self.run.as_ref()?;
        let n = run.n_asked();
        let n = if self.stage == Stage::Running { n - n % N_BETWEEN } else { n };
        let look = Look {
            id: self.run_id.clone()?,
            rule: run.conditions.rule,
            grouping: self.grouping,
            against: self.against().into(),
        };
        (n > 0).then_some((look, n))
    }

    /// The run that the one on view is compared with; empty where there is none, or where it is the same.
    pub fn against(&self) -> &str {
        let against = &self.looks.against;
        let is_there =
            self.kept.iter().any(|run| run.id == *against) && self.run_id.as_ref() != Some(against);
        if is_there { against } else { "" }
    }

    /// The analysis of the run on view; none until the worker has sent one.
    pub fn analysis(&self) -> Option<&Analysis> {
        let is_of_run = self.run_id.as_ref() == Some(&self.looks.shown_of) && !self.answers().is_empty();
        is_of_run.then_some(&self.looks.shown)
    }

    /// What the run on view can be compared with: nothing, or another run by its id.
    pub fn comparison_choices(&self) -> Vec<MenuOption> {
        let others = self.kept.iter().filter(|run| self.run_id.as_ref() != Some(&run.id));
        let others = others.map(|run| MenuOption::new(&run.id, title(run)));
        std::iter::once(MenuOption::new("", "nothing")).chain(others).collect()
    }
}

/// Asks the worker to analyse the run on view if something that the analysis depends on has changed, and the worker runs and is not
/// at another. Not before the view was seen: nobody would look.
pub(in crate::state) fn analyse_when_due(state: &mut State) {
    let looks = &state.benchmark.looks;
    if !state.view.is_benchmark_made || state.worker == WorkerState::Died || looks.job.is_some() {
        return;
    }
    if let Some(look) = state.benchmark.look()
        && looks.asked.as_ref() != Some(&look)
    {
        let job = state.next_job();
        let Look { id, rule, grouping, against } = look.0.clone();
        (state.benchmark.looks.job, state.benchmark.looks.asked) = (Some(job), Some(look));
        let against = Some(against).filter(|id| !id.is_empty());
        state.tell(Command::Runs { job, act: RunAct::Analyse { id, rule, grouping, against } });
    }
}

/// The worker sent an analysis. One that no longer fits the run on view is dropped.
pub(in crate::state) fn analysed(state: &mut State, job: JobId, analysis: Analysis) {
    let benchmark = &mut state.benchmark;
    if benchmark.looks.job != Some(job) {
        return;
    }
    benchmark.looks.job = None;
    let now = benchmark.look();
    let looks = &mut benchmark.looks;
    if let (Some((now, _)), Some((asked, _))) = (now, &looks.asked)
        && now == *asked
    {
        looks.shown = analysis;
        looks.shown_of = now.id;
        looks.revision += 1;
    }
}

/// A file is there for a person to save.
pub(in crate::state) fn written(state: &mut State, job: JobId, name: String, media_type: String) {
    if state.benchmark.writing == Some(job) {
        state.benchmark.writing = None;
    }
    state.effects.push(Effect::Save { name, media_type });
}

/// Whether a job that failed was an export or a look at the run.
pub(in crate::state) fn failed(state: &mut State, job: JobId, failure: &Failure) -> bool {
    let benchmark = &mut state.benchmark;
    if benchmark.writing == Some(job) {
        benchmark.writing = None;
        state.message = Some(failure.clone());
        return true;
    }
    if benchmark.looks.job != Some(job) {
        return false;
    }
    state.benchmark.looks.job = None;
    state.message = Some(failure.clone());
    true
}

/// Nothing that the worker was asked will come any more.
pub(super) fn worker_died(benchmark: &mut Benchmark) {
    benchmark.looks.job = None;
    benchmark.writing = None;
}
