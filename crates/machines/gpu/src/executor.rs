use std::fmt;
use std::future::Future;

use kernels::Features;
use model::backend::{BackendError, StepTime};

use crate::recording::{BufferId, Recording};

/// The most dispatches of one recording.
pub(crate) const MAX_DISPATCHES: usize = 1024;

/// A part of a buffer, to be read after everything that was submitted before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// Which buffer.
    pub buffer: BufferId,
    /// First byte, a multiple of 4.
    pub offset: u64,
    /// How many bytes, a multiple of 4.
    pub n_bytes: u64,
}

/// Runs recordings. [`Device`](crate::Device) does so on wgpu; tests have an executor that only counts.
pub trait Executor: fmt::Debug {
    /// Words that are being copied to the host.
    type Readback: fmt::Debug;

    /// The adapter's name.
    fn adapter_name(&self) -> &str;
    /// Its features beyond core WebGPU.
    fn features(&self) -> Features;
    /// The most bytes of a binding.
    fn max_binding_bytes(&self) -> u64;
    /// Seconds that a word takes to reach the host, as measured when the device was opened.
    fn readback_secs(&self) -> f64;

    /// Creates a buffer.
    fn create(&mut self, id: BufferId, n_bytes: u64);
    /// Destroys a buffer after everything that was submitted has run.
    fn destroy(&mut self, id: BufferId);
    /// Writes words into a buffer, after everything that was submitted and before everything that will be.
    fn write(&mut self, id: BufferId, offset: u64, words: &[u32]);
    /// Runs steps, and then begins to read `region`.
    fn submit(&mut self, recording: &Recording, region: Option<Region>) -> Option<Self::Readback>;

    /// Waits for the words.
    fn finish_read(
        &mut self,
        readback: Self::Readback,
    ) -> impl Future<Output = Result<Vec<u32>, BackendError>>;
    /// Waits until all but the latest submissions have run, and reports errors.
    fn settle(&mut self) -> impl Future<Output = Result<(), BackendError>>;
    /// Opens the device again, without buffers.
    fn reopen(&mut self) -> impl Future<Output = Result<(), BackendError>>;

    /// Turns timing of dispatches on or off.
    fn set_profiling(&mut self, on: bool);
    /// The times since the last call.
    fn take_profile(&mut self) -> impl Future<Output = Result<Vec<StepTime>, BackendError>>;
}
