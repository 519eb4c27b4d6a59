use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use engine::Host;
use protocol::{Event, JobId, Stage};

/// Where a person would press Stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StopAt {
    /// When this stage has told this progress.
    Progress(Stage, u32),
    /// When this many breaths were taken in the job: in one that tells no progress.
    Breath(u32),
    /// Before the job begins.
    Beginning,
}

/// A host that records every event, whose clock goes on by an eighth of a second whenever it is looked at, and that
/// stops a job at a chosen event.
#[derive(Debug, Default)]
pub(crate) struct Scripted {
    clock_eighths: Cell<u32>,
    events: RefCell<Vec<Event>>,
    bulk: RefCell<Option<Vec<u8>>>,
    stop_at: Cell<Option<StopAt>>,
    stopped: Cell<Option<JobId>>,
    /// The job to stop, and the breaths left until then.
    breaths_left: Cell<Option<(JobId, u32)>>,
    /// What was kept, by name.
    pub(crate) kept: RefCell<BTreeMap<String, Vec<u8>>>,
    /// A clock of its own, where the machine turns it.
    pub(crate) clock: Option<Rc<Cell<f64>>>,
    /// When each token of the latest answer came, on that clock.
    pub(crate) token_secs: RefCell<Vec<f64>>,
}

impl Scripted {
    /// Whose clock something else turns.
    pub(crate) fn with_clock(clock: Rc<Cell<f64>>) -> Self {
        Self { clock: Some(clock), ..Self::default() }
    }

    /// Stops `job` there.
    pub(crate) fn stop(&self, job: JobId, at: StopAt) {
        self.stop_at.set(Some(at));
        self.stopped.set((at == StopAt::Beginning).then_some(job));
        if let StopAt::Breath(n) = at {
            self.breaths_left.set(Some((job, n)));
        }
    }

    /// The events since the last call.
    pub(crate) fn take_events(&self) -> Vec<Event> {
        self.stop_at.set(None);
        self.breaths_left.set(None);
        self.events.take()
    }

    /// Takes the event that ends a job, with the bytes beside it.
    pub(crate) fn end(&self, (event, bulk): (Event, Option<Vec<u8>>)) {
        self.emit(event);
        if bulk.is_some() {
            self.bulk.replace(bulk);
        }
    }

    /// The bytes that travelled beside the latest event that had some.
    pub(crate) fn take_bulk(&self) -> Option<Vec<u8>> {
        self.bulk.take()
    }
}

impl Host for Scripted {
    fn now_secs(&self) -> f64 {
        if let Some(clock) = &self.clock {
            return clock.get();
        }
        self.clock_eighths.set(self.clock_eighths.get() + 1);
        f64::from(self.clock_eighths.get()) / 8.0
    }

    fn emit(&self, event: Event) {
        if let Event::Progress { job, stage, done, .. } = event
            && self.stop_at.get() == Some(StopAt::Progress(stage, done))
        {
            self.stopped.set(Some(job));
        }
        if let (Event::Progress { stage: Stage::Decoding, .. }, Some(clock)) = (&event, &self.clock) {
            self.token_secs.borrow_mut().push(clock.get());
        }
        self.events.borrow_mut().push(event);
    }

    async fn breathe(&self) {
        match self.breaths_left.take() {
            Some((job, 1)) => self.stopped.set(Some(job)),
            Some((job, n)) => self.breaths_left.set(Some((job, n - 1))),
            None => {}
        }
    }

    fn is_stopped(&self, job: JobId) -> bool {
        self.stopped.get() == Some(job)
    }

    async fn stored(&self, name: &str) -> Option<Vec<u8>> {
        self.kept.borrow().get(name).cloned()
    }

    async fn store(&self, name: &str, bytes: Vec<u8>) {
        self.kept.borrow_mut().insert(name.to_owned(), bytes);
    }
}
