use protocol::{Event, JobId, ModelPart, Stage};

use crate::{EngineError, Host};

/// How the arrival of weights is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Telling {
    /// They were asked for, or come while nothing else is to do: `Loading`, in bytes of this file.
    Loading(ModelPart),
    /// A job waits for them: `Progress` of this stage, in MiB. The job can be stopped.
    Waiting(Stage),
}

/// How much of one part of a model has arrived.
pub(crate) struct Arrivals<'a, H> {
    host: &'a H,
    job: JobId,
    telling: Telling,
    n_total: u64,
    started_secs: f64,
}

impl<'a, H: Host> Arrivals<'a, H> {
    /// Of a part of `n_total` bytes. Nothing is reported yet.
    pub(crate) fn new(host: &'a H, job: JobId, telling: Telling, n_total: u64) -> Self {
        Self { host, job, telling, n_total, started_secs: host.now_secs() }
    }

    /// The first `n_done` bytes are in place. Takes a breath.
    ///
    /// # Errors
    /// [`EngineError::Stopped`] where a job waits that the person has stopped.
    pub(crate) async fn note(&self, n_done: u64) -> Result<(), EngineError> {
        self.tell(n_done);
        self.host.breathe().await;
        match self.telling {
            Telling::Waiting(_) if self.host.is_stopped(self.job) => Err(EngineError::Stopped),
            _ => Ok(()),
        }
    }

    /// Tells that the first `n_done` bytes are in place.
    pub(crate) fn tell(&self, n_done: u64) {
        let (job, n_total) = (self.job, self.n_total);
        let event = match self.telling {
            Telling::Loading(part) => Event::Loading { job, part, bytes_done: n_done, bytes_total: n_total },
            Telling::Waiting(stage) => {
                let mib = |n_bytes: u64| n_bytes.div_ceil(1 << 20) as u32;
                let elapsed_secs = self.host.now_secs() - self.started_secs;
                Event::Progress { job, stage, done: mib(n_done), total: mib(n_total), elapsed_secs }
            }
        };
        self.host.emit(event);
    }
}
