//! Records the verbs of a forward pass.

mod attention;
mod cost;
mod linear;
mod sampler;
mod verbs;
mod weight;

use std::rc::Rc;

use kernels::{Launch, Unsupported};
use model::backend::{BackendError, Shape};

use crate::device::{Device, Loss};
use crate::error::NAME;
use crate::executor::{Executor, MAX_DISPATCHES, Region};
use crate::heap::{Allocated, Heap, Lease, Writer};
use crate::recording::{Bound, Dispatch, Recording, Step};
use cost::Cost;

pub use sampler::{GpuSampler, GpuToken};
pub use weight::{GpuPartial, GpuWeight};

/// The most work of a recording before it is submitted: a tenth of a second of a slow integrated GPU, so that no watchdog
/// ends it and the desktop can draw in between.
const MAX_FLOPS: u64 = 30_000_000_000;

/// An activation: rows of f32, one after the other.
#[derive(Clone, Debug)]
pub struct GpuTensor {
    buffer: Rc<Lease>,
    shape: Shape,
}

impl GpuTensor {
    fn bound(&self) -> Bound {
        self.buffer.bound(f32_bytes(self.shape))
    }
}

/// Keys and values of one layer, in a buffer that grows by doubling. A row is a token's keys and then its values.
#[derive(Debug)]
pub struct GpuCache {
    cols: usize,
    n_rows: usize,
    capacity: usize,
    /// `(capacity, 2, cols)`; `None` before the first append.
    buffer: Option<Rc<Lease>>,
}

/// A GPU. Verbs are recorded, and run when something is read, when a token is sampled, or when the recording is large.
#[derive(Debug)]
pub struct Gpu<D: Executor = Device> {
    pub(crate) device: D,
    heap: Heap,
    recording: Recording,
    n_dispatches: usize,
    n_flops: u64,
}

impl Gpu {
    /// Sets the adapter's name, if the caller knows a better one than wgpu.
    pub fn call_adapter(&mut self, name: String) {
        self.device.call_adapter(name);
    }

    /// A handle that can take the device away.
    pub fn loss(&self) -> Loss {
        self.device.loss()
    }
}

impl<D: Executor> Gpu<D> {
    /// A machine on this executor.
    pub fn on(device: D) -> Self {
        Self { device, heap: Heap::default(), recording: Recording::default(), n_dispatches: 0, n_flops: 0 }
    }

    /// The adapter's name in its driver's words.
    pub fn adapter_name(&self) -> &str {
        self.device.adapter_name()
    }

    /// The features beyond core WebGPU that the adapter has and the options asked for.
    pub fn features(&self) -> kernels::Features {
        self.device.features()
    }

    /// The recording that has not run yet.
    pub fn recording(&self) -> &Recording {
        &self.recording
    }

    /// A new activation.
    fn tensor(&mut self, verb: &'static str, shape: Shape) -> Result<GpuTensor, BackendError> {
        let buffer = self.passing(verb, f32_bytes(shape), Writer::Device)?;
        Ok(GpuTensor { buffer, shape })
    }

    /// A buffer for something short-lived.
    fn passing(
        &mut self,
        verb: &'static str,
        n_bytes: u64,
        writer: Writer,
    ) -> Result<Rc<Lease>, BackendError> {
        self.fits(verb, n_bytes)?;
        let allocated = self.heap.pooled(n_bytes, writer);
        Ok(self.created(allocated))
    }

    /// A buffer for something long-lived.
    fn lasting(&mut self, verb: &'static str, n_bytes: u64) -> Result<Rc<Lease>, BackendError> {
        self.fits(verb, n_bytes)?;
        let allocated = self.heap.single(n_bytes);
        Ok(self.created(allocated))
    }

    fn fits(&self, verb: &'static str, n_bytes: u64) -> Result<(), BackendError> {
        let most = self.device.max_binding_bytes();
        if n_bytes <= most {
            return Ok(());
        }
        let message = format!(
            "{} takes at most {} MiB at once; {} MiB were in use",
            self.device.adapter_name(),
            most >> 20,
            self.heap.n_bytes() >> 20
        );
        Err(BackendError::Memory { verb, backend: NAME, needed_bytes: n_bytes, message })
    }

    fn created(&mut self, Allocated { lease, to_create_bytes }: Allocated) -> Rc<Lease> {
        if let Some(n_bytes) = to_create_bytes {
            self.device.create(lease.id, n_bytes);
        }
        Rc::new(lease)
    }

    /// Words of the host in a short-lived buffer.
    fn upload_words(&mut self, verb: &'static str, words: &[u32]) -> Result<Rc<Lease>, BackendError> {
        let buffer = self.passing(verb, 4 * words.len() as u64, Writer::Host)?;
        self.device.write(buffer.id, 0, words);
        Ok(buffer)
    }

    fn dispatch(
        &mut self,
        label: &'static str,
        launch: Result<Launch, Unsupported>,
        bindings: Vec<Bound>,
        Cost { n_bytes, n_flops }: Cost,
    ) -> Result<(), BackendError> {
        let launch = launch.map_err(|unsupported| device_error(label, unsupported))?;
        self.recording.steps.push(Step::Dispatch(Dispatch { label, launch, bindings, n_bytes, n_flops }));
        self.n_dispatches += 1;
        self.n_flops += n_flops;
        if self.n_dispatches == MAX_DISPATCHES || self.n_flops > MAX_FLOPS {
            self.submit(None);
        }
        Ok(())
    }

    /// Runs the recording, and then begins to read `region`.
    fn submit(&mut self, region: Option<Region>) -> Option<D::Readback> {
        if self.recording.steps.is_empty() && region.is_none() {
            return None;
        }
        let readback = self.device.submit(&self.recording, region);
        self.recording.steps.clear();
        (self.n_dispatches, self.n_flops) = (0, 0);
        for id in self.heap.submitted() {
            self.device.destroy(id);
        }
        readback
    }
}

fn f32_bytes(shape: Shape) -> u64 {
    4 * shape.n_elements() as u64
}

fn device_error(verb: &'static str, error: impl std::fmt::Display) -> BackendError {
    BackendError::Device { verb, backend: NAME, message: error.to_string() }
}
