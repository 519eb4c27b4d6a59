//! The reference machine, on candle: it runs if there is no WebGPU, and every other machine is compared with it.

mod attend;
mod cache;
mod chunk;
mod machine;
mod requantise;
mod sampler;
mod stopwatch;
mod weight;

pub use cache::CpuCache;
pub use machine::Cpu;
pub use requantise::{RequantiseError, requantise};
pub use sampler::CpuSampler;
pub use weight::{CpuPartial, CpuWeight, Precision, ggml_dtype};
