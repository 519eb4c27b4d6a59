//! Runs single launches on a device within WebGPU's default limits, even if the adapter allows more.

use gpu::recording::{Bound, BufferId, Dispatch, Recording, Step};
use gpu::{Adapter, Device, Executor, GpuError, Limits, Options, Region};
use kernels::{Features, Launch};
use model::backend::BackendError;

/// A buffer and its length in words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Buffer {
    id: BufferId,
    n_words: usize,
}

/// A device, and the buffers of one test.
pub(crate) struct Gpu {
    device: Device,
    n_buffers: u32,
}

impl Gpu {
    pub(crate) async fn open() -> Result<Self, GpuError> {
        let options = Options { adapter: Adapter::Software, limits: Limits::Default, ..Options::default() };
        Ok(Self { device: Device::open(options).await?, n_buffers: 0 })
    }

    pub(crate) fn features(&self) -> Features {
        self.device.features()
    }

    /// A storage buffer with these words.
    pub(crate) fn buffer(&mut self, words: &[u32]) -> Buffer {
        let id = BufferId::new(self.n_buffers);
        self.n_buffers += 1;
        self.device.create(id, 4 * words.len() as u64);
        self.device.write(id, 0, words);
        Buffer { id, n_words: words.len() }
    }

    /// Runs one launch. The buffers are in the order of [`kernels::Kernel::bindings`].
    pub(crate) async fn run(&mut self, launch: &Launch, buffers: &[&Buffer]) -> Result<(), BackendError> {
        assert_eq!(buffers.len(), launch.kernel.bindings.len(), "{:?}", launch.kernel);
        let bindings = buffers
            .iter()
            .map(|buffer| Bound { buffer: buffer.id, n_bytes: 4 * buffer.n_words as u64 })
            .collect();
        let label = launch.kernel.name;
        let dispatch = Dispatch { label, launch: launch.clone(), bindings, n_bytes: 0, n_flops: 0 };
        self.device.submit(&Recording { steps: vec![Step::Dispatch(dispatch)] }, None);
        self.device.settle().await
    }

    /// The words of a buffer.
    pub(crate) fn read(&mut self, buffer: &Buffer) -> Result<Vec<u32>, BackendError> {
        let region = Region { buffer: buffer.id, offset: 0, n_bytes: 4 * buffer.n_words as u64 };
        let readback = self.device.submit(&Recording::default(), Some(region)).unwrap();
        pollster::block_on(self.device.finish_read(readback))
    }
}
