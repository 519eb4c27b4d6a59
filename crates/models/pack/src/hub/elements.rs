//! Elements as a safetensors file has them, and as f32.

use half::{bf16, f16};
use safetensors::Dtype;

/// Elements as they are stored, in one of three types.
pub(super) struct Raw {
    /// F32, F16 or BF16: others are refused when a file is opened.
    pub(super) dtype: Dtype,
    pub(super) bytes: Vec<u8>,
}

impl Raw {
    pub(super) fn decode(&self) -> Vec<f32> {
        decode(self.dtype, &self.bytes)
    }

    pub(super) fn n_elements(&self) -> usize {
        self.bytes.len() / self.width()
    }

    /// Bytes of an element.
    pub(super) fn width(&self) -> usize {
        self.dtype.bitsize() / 8
    }
}

/// Bytes of one of the three types as f32, exactly.
pub(super) fn decode(dtype: Dtype, bytes: &[u8]) -> Vec<f32> {
    match dtype {
        Dtype::F16 => bytes.as_chunks().0.iter().map(|b| f16::from_le_bytes(*b).to_f32()).collect(),
        Dtype::BF16 => bytes.as_chunks().0.iter().map(|b| bf16::from_le_bytes(*b).to_f32()).collect(),
        _ => bytes.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect(),
    }
}
