//! Runs launches of [`kernels`] on wgpu: natively on Vulkan, in the browser on WebGPU.
//!
//! So far it is what shows that the kernels compute what they say: a device within WebGPU's default limits, a pipeline cache, buffers.

mod device;
mod error;
mod pipeline;

pub use device::{Choice, Gpu};
pub use error::GpuError;
