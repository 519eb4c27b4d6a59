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

    /// What was kept under a name, of this program or one before it; none where nothing was, or nothing can be kept. Only what can be
    /// made again is kept so: it may go at any time.
    fn recall(&self, _name: &str) -> impl Future<Output = Option<Vec<u8>>> {
        std::future::ready(None)
    }

    /// Keeps bytes under a name: letters, digits and dashes. Where that fails they are made again another time.
    fn keep(&self, _name: &str, _bytes: Vec<u8>) -> impl Future<Output = ()> {
        std::future::ready(())
    }

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

    fn recall(&self, name: &str) -> impl Future<Output = Option<Vec<u8>>> {
        H::recall(self, name)
    }

    fn keep(&self, name: &str, bytes: Vec<u8>) -> impl Future<Output = ()> {
        H::keep(self, name, bytes)
    }

    fn heap_bytes(&self) -> Option<u64> {
        H::heap_bytes(self)
    }
}
