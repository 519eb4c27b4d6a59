use std::future::Future;

use protocol::{Event, JobId};

/// What a session runs in: a worker in a tab, a command line, a test.
pub trait Host {
    /// Seconds since some moment that does not change.
    fn now_secs(&self) -> f64;

    /// Takes what happens while a call is under way: progress, pieces of an answer, how a vision tower fared. What a call ends with
    /// is its result.
    fn emit(&self, event: Event);

    /// A pause in a long computation, in which a host may take in messages. It is called often; a host for which a pause takes time
    /// pauses only now and then.
    fn breathe(&self) -> impl Future<Output = ()>;

    /// Whether the person asked for this job to end.
    fn is_stopped(&self, job: JobId) -> bool;

    /// What was stored under a name, by this program or an earlier one; `None` if nothing was, or nothing can be stored. Only what can
    /// be made again is stored here: it may go at any time.
    fn stored(&self, _name: &str) -> impl Future<Output = Option<Vec<u8>>> {
        std::future::ready(None)
    }

    /// Stores bytes under a name: letters, digits and dashes. If that fails they are made again another time.
    fn store(&self, _name: &str, _bytes: Vec<u8>) -> impl Future<Output = ()> {
        std::future::ready(())
    }

    /// Most bytes of memory that the program has taken so far, if the host can tell.
    fn heap_bytes(&self) -> Option<u64> {
        None
    }
}

impl<H: Host> Host for std::rc::Rc<H> {
    fn now_secs(&self) -> f64 {
        H::now_secs(self)
    }

    fn emit(&self, event: Event) {
        H::emit(self, event);
    }

    fn breathe(&self) -> impl Future<Output = ()> {
        H::breathe(self)
    }

    fn is_stopped(&self, job: JobId) -> bool {
        H::is_stopped(self, job)
    }

    fn stored(&self, name: &str) -> impl Future<Output = Option<Vec<u8>>> {
        H::stored(self, name)
    }

    fn store(&self, name: &str, bytes: Vec<u8>) -> impl Future<Output = ()> {
        H::store(self, name, bytes)
    }

    fn heap_bytes(&self) -> Option<u64> {
        H::heap_bytes(self)
    }
}
