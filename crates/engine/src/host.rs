use std::future::Future;

use protocol::{Event, JobId};

/// Where a session runs: a worker in a tab, a command line, a test.
pub trait Host {
    /// Seconds since some moment that does not change.
    fn now_secs(&self) -> f64;

    /// Tells an event, with the bytes that travel beside it (see [`protocol::Event`]).
    fn emit(&self, event: Event, bulk: Option<Vec<u8>>);

    /// A pause in a long computation, in which a host may take in messages. It is called often; a host that needs time
    /// for a pause takes one only now and then.
    fn breathe(&self) -> impl Future<Output = ()>;

    /// Whether the person asked for this job to end.
    fn is_stopped(&self, job: JobId) -> bool;

    /// Bytes of memory that the program has taken at most so far, where that can be told.
    fn heap_bytes(&self) -> Option<u64> {
        None
    }
}

impl<H: Host> Host for std::rc::Rc<H> {
    fn now_secs(&self) -> f64 {
        H::now_secs(self)
    }

    fn emit(&self, event: Event, bulk: Option<Vec<u8>>) {
        H::emit(self, event, bulk);
    }

    fn breathe(&self) -> impl Future<Output = ()> {
        H::breathe(self)
    }

    fn is_stopped(&self, job: JobId) -> bool {
        H::is_stopped(self, job)
    }

    fn heap_bytes(&self) -> Option<u64> {
        H::heap_bytes(self)
    }
}
