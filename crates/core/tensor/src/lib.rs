//! What the bytes of a weight mean: GGML's block layouts and their scalar dequantisation.
//!
//! This is the ground truth of the project. Every faster kernel, on the processor or the GPU, is compared with
//! [`dequantise`], and [`dequantise`] is compared bit for bit with an independent implementation in this crate's tests.
//!
//! ```
//! use tensor::{Dtype, dequantise};
//!
//! // One Q8_0 block: scale 0.5 as f16 (0x3800), then 32 signed bytes.
//! let mut block = vec![0x00, 0x38];
//! block.extend((0..32).map(|q| q as u8));
//! let mut values = [0.0; 32];
//! dequantise(Dtype::Q8_0, &block, &mut values)?;
//! assert_eq!(values[..3], [0.0, 0.5, 1.0]);
//! # Ok::<(), tensor::LayoutError>(())
//! ```

pub mod blocks;
mod dequantise;
mod dtype;
mod layout;

pub use dequantise::dequantise;
pub use dtype::Dtype;
pub use layout::LayoutError;
