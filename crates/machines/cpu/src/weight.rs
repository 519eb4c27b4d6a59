use std::borrow::Cow;
use std::sync::Arc;

use candle_core::quantized::{GgmlDType, QStorage, QTensor};
use candle_core::{DType, Device, Result, Tensor};
use model::backend::Shape;
use tensor::Dtype;

use crate::chunk::{MAX_FLOATS, chunks};

/// How quantised weights meet activations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    /// Weights stay as their file has them. Blocks meet activations that are rounded to 8 bits for each product, as in
    /// llama.cpp on a CPU; halves are widened for each product, which rounds nothing.
    #[default]
    Quantised,
    /// Weights become f32 when they are loaded and every product is of floats: four to eight times the memory, and the
    /// numbers that parity is measured with.
    Exact,
}

/// A weight as it is held.
#[derive(Clone, Debug)]
pub enum CpuWeight {
    /// `(rows, cols)` in f32.
    Dense(Tensor),
    /// `(rows, cols)` in f16 or bf16: half the memory, and vision files mostly come so.
    Half(Tensor),
    /// `(rows, cols)` in its file's blocks.
    Blocks(Arc<QTensor>),
}

/// A weight whose rows are still coming: candle takes a tensor's bytes whole.
#[derive(Debug)]
pub struct CpuPartial {
    pub(crate) dtype: Dtype,
    pub(crate) shape: Shape,
    pub(crate) bytes: Vec<u8>,
}

impl CpuPartial {
    /// Room for the bytes, or how many there was no room for and why.
    pub(crate) fn new(dtype: Dtype, shape: Shape) -> std::result::Result<Self, (u64, String)> {
        let n_bytes = dtype.n_bytes(shape.n_elements()).map_err(|e| (0, e.to_string()))?;
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(n_bytes).map_err(|e| (n_bytes as u64, e.to_string()))?;
        Ok(Self { dtype, shape, bytes })
    }
}

impl CpuWeight {
    pub(crate) fn new(precision: Precision, dtype: Dtype, shape: Shape, bytes: &[u8]) -> Result<Self> {
        // Vectors are small, and are wanted in f32.
        let held = match precision {
            Precision::Quantised if shape.rows > 1 => held_as(dtype),
            _ => HeldAs::Dense,
        };
        let dims = (shape.rows, shape.cols);
        Ok(match held {
            HeldAs::Dense => {
                let mut values = vec![0.0; shape.n_elements()];
                tensor::dequantise(dtype, bytes, &mut values).map_err(candle_core::Error::wrap)?;
                Self::Dense(Tensor::from_vec(values, dims, &Device::Cpu)?)
            }
            HeldAs::Half(dtype) => {
                Self::Half(Tensor::from_raw_buffer(bytes, dtype, &[shape.rows, shape.cols], &Device::Cpu)?)
            }
            HeldAs::Blocks(dtype) => {
                let storage = QStorage::from_data(aligned(bytes), &Device::Cpu, dtype)?;
                Self::Blocks(Arc::new(QTensor::new(storage, dims)?))
            }
        })
    }

    pub(crate) fn shape(&self) -> Shape {
        let dims = match self {
            Self::Dense(t) | Self::Half(t) => t.dims(),
            Self::Blocks(t) => t.shape().dims(),
        };
        match dims {
            [rows, cols] => Shape::new(*rows, *cols),
            // All are made with two dimensions, above.
            _ => Shape::new(0, 0),
        }
    }

    /// A vector's values, one dimension.
    pub(crate) fn vector(&self) -> Result<Tensor> {
        match self {
            Self::Dense(t) | Self::Half(t) => t.to_dtype(DType::F32)?.flatten_all(),
            Self::Blocks(t) => t.dequantize(&Device::Cpu)?.flatten_all(),
        }
    }

    /// `x wT`.
    pub(crate) fn product(&self, x: &Tensor) -> Result<Tensor> {
        match self {
            Self::Dense(w) => x.matmul(&w.t()?),
            Self::Half(w) => {
                let (n_rows, n_cols) = w.dims2()?;
                let part = |(first, n)| x.matmul(&w.narrow(0, first, n)?.to_dtype(DType::F32)?.t()?);
                let parts = chunks(n_rows, n_cols, MAX_FLOATS).map(part).collect::<Result<Vec<_>>>()?;
                Tensor::cat(&parts, 1)
            }
            Self::Blocks(w) => x.apply_op1_no_bwd(w.as_ref()),
        }
    }

    /// Rows by index.
    pub(crate) fn rows(&self, ids: &[u32]) -> Result<Tensor> {
        let ids = Tensor::new(ids, &Device::Cpu)?;
        match self {
            Self::Dense(t) | Self::Half(t) => t.index_select(&ids, 0)?.to_dtype(DType::F32),
            Self::Blocks(t) => t.embedding(&ids),
        }
    }
}

enum HeldAs {
    Dense,
    Half(DType),
    Blocks(GgmlDType),
}

fn held_as(dtype: Dtype) -> HeldAs {
    match dtype {
        Dtype::F32 => HeldAs::Dense,
        Dtype::F16 => HeldAs::Half(DType::F16),
        Dtype::BF16 => HeldAs::Half(DType::BF16),
        blocks => HeldAs::Blocks(ggml_dtype(blocks)),
    }
}

/// candle's name of a format.
pub(crate) fn ggml_dtype(dtype: Dtype) -> GgmlDType {
    match dtype {
        Dtype::F32 => GgmlDType::F32,
        Dtype::F16 => GgmlDType::F16,
        Dtype::BF16 => GgmlDType::BF16,
        Dtype::Q4_0 => GgmlDType::Q4_0,
        Dtype::Q4_1 => GgmlDType::Q4_1,
        Dtype::Q5_0 => GgmlDType::Q5_0,
        Dtype::Q5_1 => GgmlDType::Q5_1,
        Dtype::Q8_0 => GgmlDType::Q8_0,
        Dtype::Q2K => GgmlDType::Q2K,
        Dtype::Q3K => GgmlDType::Q3K,
        Dtype::Q4K => GgmlDType::Q4K,
        Dtype::Q5K => GgmlDType::Q5K,
        Dtype::Q6K => GgmlDType::Q6K,
    }
}

/// candle insists on a block's alignment, which a slice out of a larger buffer may lack.
fn aligned(bytes: &[u8]) -> Cow<'_, [u8]> {
    match bytes.as_ptr().align_offset(align_of::<f32>()) {
        0 => Cow::Borrowed(bytes),
        _ => Cow::Owned(bytes.to_vec()),
    }
}
