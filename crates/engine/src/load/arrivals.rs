use protocol::{Event, JobId, ModelPart, Stage};

use crate::{EngineError, Host};

/// What a person is told of a model that comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Telling {
    /// It was asked for: `Loading`.
    Loading,
    /// It comes back while a job waits: `Progress`, in MiB of both files together. The job can be stopped.
    Reloading,
}

/// How much of a model has arrived.
pub(super) struct Arrivals<'a, H> {
    host: &'a H,
    job: JobId,
    telling: Telling,
    n_done: [u64; 2],
    n_total: [u64; 2],
    started_secs: f64,
}

impl<'a, H: Host> Arrivals<'a, H> {
    /// Nothing yet of `n_total` bytes, text first. Both totals are told before the first byte, so that progress has a whole to
    /// be measured against.
    pub(super) fn begin(host: &'a H, job: JobId, telling: Telling, n_total: [u64; 2]) -> Self {
        let arrivals = Self { host, job, telling, n_done: [0, 0], n_total, started_secs: host.now_secs() };
        match telling {
            Telling::Loading => {
                [ModelPart::Text, ModelPart::Vision].iter().for_each(|part| arrivals.tell(*part))
            }
            Telling::Reloading => arrivals.tell(ModelPart::Text),
        }
        arrivals
    }

    /// The first `n_done` bytes of a file are in place. Takes a breath.
    pub(super) async fn note(&mut self, part: ModelPart, n_done: u64) -> Result<(), EngineError> {
        self.n_done[index(part)] = n_done;
        self.tell(part);
        self.host.breathe().await;
        match self.telling {
            Telling::Reloading if self.host.is_stopped(self.job) => Err(EngineError::Stopped),
            _ => Ok(()),
        }
    }

    fn tell(&self, part: ModelPart) {
        let job = self.job;
        let event = match self.telling {
            Telling::Loading => {
                let (bytes_done, bytes_total) = (self.n_done[index(part)], self.n_total[index(part)]);
                Event::Loading { job, part, bytes_done, bytes_total }
            }
            Telling::Reloading => {
                let mib = |n_bytes: [u64; 2]| n_bytes.iter().sum::<u64>().div_ceil(1 << 20) as u32;
                let elapsed_secs = self.host.now_secs() - self.started_secs;
                let (done, total) = (mib(self.n_done), mib(self.n_total));
                Event::Progress { job, stage: Stage::Reloading, done, total, elapsed_secs }
            }
        };
        self.host.emit(event, None);
    }
}

fn index(part: ModelPart) -> usize {
    match part {
        ModelPart::Text => 0,
        ModelPart::Vision => 1,
    }
}
