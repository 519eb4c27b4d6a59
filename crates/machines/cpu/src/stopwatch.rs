use model::backend::StepTime;

/// Sums the time of verbs by name, on a clock that the caller brings.
#[derive(Debug)]
pub(crate) struct Stopwatch {
    now_secs: fn() -> f64,
    is_on: bool,
    steps: Vec<StepTime>,
}

impl Stopwatch {
    pub(crate) fn new(now_secs: fn() -> f64) -> Self {
        Self { now_secs, is_on: false, steps: Vec::new() }
    }

    /// Switches it on or off, and forgets what was timed.
    pub(crate) fn set(&mut self, on: bool) {
        self.is_on = on;
        self.steps.clear();
    }

    /// What was timed since it was last asked, in the order in which the verbs first ran. It knows no bytes and operations.
    pub(crate) fn take(&mut self) -> Vec<StepTime> {
        std::mem::take(&mut self.steps)
    }

    pub(crate) fn time<T>(&mut self, verb: &'static str, compute: impl FnOnce() -> T) -> T {
        if !self.is_on {
            return compute();
        }
        let started_secs = (self.now_secs)();
        let done = compute();
        let secs = (self.now_secs)() - started_secs;
        match self.steps.iter_mut().find(|step| step.label == verb) {
            Some(step) => (step.n, step.secs) = (step.n + 1, step.secs + secs),
            None => self.steps.push(StepTime { label: verb, n: 1, secs, n_bytes: 0, n_flops: 0 }),
        }
        done
    }
}
