use std::fmt;
use std::future::Future;

use kernels::Features;
use model::backend::{BackendError, StepTime};

use crate::recording::{BufferId, Recording};

/// The most dispatches of one recording.
pub(crate) const MAX_DISPATCHES: usize = 1024;

/// A place to read from, once everything that was submitted has run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// Which buffer.
    pub buffer: BufferId,
    /// From this byte on, a multiple of 4.
    pub offset: u64,
    /// A multiple of 4.
    pub n_bytes: u64,
}

/// What runs recordings. There is one that does, on wgpu, and one that only counts, in tests.
pub trait Executor: fmt::Debug {
    /// Words that are on their way to the host.
    type Readback: fmt::Debug;

    /// Of the adapter.
    fn adapter_name(&self) -> &str;
    /// What it offers beyond core WebGPU.
    fn features(&self) -> Features;
    /// Bytes that one binding may have.
    fn max_binding_bytes(&self) -> u64;
    /// Seconds that a word takes to the host, as measured when the device was opened.
    fn readback_secs(&self) -> f64;

    /// Makes a buffer.
    fn create(&mut self, id: BufferId, n_bytes: u64);
    /// Ends a buffer, once what was submitted no longer needs it.
    fn destroy(&mut self, id: BufferId);
    /// Puts words into a buffer, behind everything that was submitted and before what will be.
    fn write(&mut self, id: BufferId, offset: u64, words: &[u32]);
    /// Runs steps, and begins to read what `region` will hold then.
    fn submit(&mut self, recording: &Recording, region: Option<Region>) -> Option<Self::Readback>;

    /// The words, or what went wrong on the way.
    fn finish_read(
        &mut self,
        readback: Self::Readback,
    ) -> impl Future<Output = Result<Vec<u32>, BackendError>>;
    /// Waits until all but the latest submissions have run, and tells what went wrong.
    fn settle(&mut self) -> impl Future<Output = Result<(), BackendError>>;
    /// Opens the device anew, empty.
    fn reopen(&mut self) -> impl Future<Output = Result<(), BackendError>>;

    /// Times each dispatch from now on, or no longer.
    fn set_profiling(&mut self, on: bool);
    /// What was timed since the last time this was asked.
    fn take_profile(&mut self) -> impl Future<Output = Result<Vec<StepTime>, BackendError>>;
}
