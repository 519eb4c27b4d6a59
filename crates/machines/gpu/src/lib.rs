//! The forward pass on wgpu: natively on Vulkan, in the browser on WebGPU. No other crate names wgpu.
//!
//! [`Gpu`] is a [`Backend`](model::backend::Backend). Its verbs append plain [`Dispatch`](recording::Dispatch)es of
//! [`kernels`] to a [`Recording`](recording::Recording), which names buffers by number. An [`Executor`] runs it. [`Device`] is
//! the executor on wgpu; it has the pipelines, the bind groups and the real buffers. A recording runs when something is
//! read, when a token is sampled, or when it has grown large.

mod clock;
mod device;
mod error;
mod executor;
mod faults;
mod heap;
mod machine;
mod open;
mod pipeline;
mod probe;
mod readback;
pub mod recording;

pub use device::{Device, Loss};
pub use error::GpuError;
pub use executor::{Executor, Region};
pub use kernels::Features;
pub use machine::{Gpu, GpuCache, GpuPartial, GpuSampler, GpuTensor, GpuToken, GpuWeight};
pub use open::{Adapter, Limits, Options};
pub use readback::Readback;
