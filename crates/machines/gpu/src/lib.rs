//! The forward pass on wgpu: natively on Vulkan, in the browser on WebGPU. The only crate that names it.
//!
//! [`Gpu`] is a [`Backend`](model::backend::Backend). Its verbs append plain [`Dispatch`](recording::Dispatch)es of
//! [`kernels`] to a [`Recording`](recording::Recording), which names buffers by number; an [`Executor`] runs it. The one
//! on wgpu, [`Device`], has the pipelines, the bind groups and the real buffers. What is recorded runs when something is read, a
//! token is sampled, or much has gathered.

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
