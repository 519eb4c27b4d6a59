use protocol::{Event, JobId};

use crate::Host;

/// A host that hears nothing: pieces of an answer and progress belong to the conversation's view.
#[derive(Debug)]
pub(crate) struct Quiet<'a, H>(pub(crate) &'a H);

impl<H: Host> Host for Quiet<'_, H> {
    fn now_secs(&self) -> f64 {
        self.0.now_secs()
    }

    fn emit(&self, _: Event) {}

    fn breathe(&self) -> impl Future<Output = ()> {
        self.0.breathe()
    }

    fn is_stopped(&self, job: JobId) -> bool {
        self.0.is_stopped(job)
    }
}
