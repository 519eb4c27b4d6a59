use protocol::{Event, JobId, Stage};

use crate::{EngineError, Host};

/// Why a computation ended before its end.
#[derive(Debug)]
pub(crate) enum Interrupted {
    /// The person stopped it.
    Stopped,
    /// An image is to be looked at, and the vision tower is not on the machine.
    Blind,
    /// It failed.
    Failed(EngineError),
}

impl<E: Into<EngineError>> From<E> for Interrupted {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Tells how far a stage is, and ends it where the person asked for that.
pub(crate) struct Progress<'a, H> {
    host: &'a H,
    job: JobId,
    stage: Stage,
    total: usize,
    started_secs: f64,
}

impl<'a, H: Host> Progress<'a, H> {
    pub(crate) fn start(host: &'a H, job: JobId, stage: Stage, total: usize) -> Self {
        Self { host, job, stage, total, started_secs: host.now_secs() }
    }

    pub(crate) fn elapsed_secs(&self) -> f64 {
        self.host.now_secs() - self.started_secs
    }

    /// Tells that `done` of the total are done, and takes a breath.
    pub(crate) async fn at(&self, done: usize) -> Result<(), Interrupted> {
        self.tell(done);
        self.pause().await
    }

    pub(crate) fn tell(&self, done: usize) {
        let (done, total) = (done as u32, self.total as u32);
        let elapsed_secs = self.elapsed_secs();
        self.host.emit(Event::Progress { job: self.job, stage: self.stage, done, total, elapsed_secs });
    }

    pub(crate) async fn pause(&self) -> Result<(), Interrupted> {
        self.host.breathe().await;
        if self.host.is_stopped(self.job) { Err(Interrupted::Stopped) } else { Ok(()) }
    }
}
