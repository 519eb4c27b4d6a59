use std::borrow::Cow;
use std::sync::Arc;

use candle_core::quantized::{GgmlDType, QStorage, QTensor};
use candle_core::{Device, Result, Tensor};
use model::backend::Shape;
use tensor::Dtype;

use crate::Precision;

/// A weight as it is held: in f32, or in its file's blocks.
#[derive(Clone, Debug)]
pub enum CpuWeight {
    /// `(rows, cols)` in f32.
    Dense(Tensor),
    /// `(rows, cols)` in blocks.
    Blocks(Arc<QTensor>),
}

impl CpuWeight {
    pub(crate) fn new(precision: Precision, dtype: Dtype, shape: Shape, bytes: &[u8]) -> Result<Self> {
        // Vectors, and types that hold one number each, gain nothing from candle's block products.
        let blocks = match precision {
            Precision::Quantised if shape.rows > 1 => block_type(dtype),
            _ => None,
        };
        let Some(block_type) = blocks else {
            let mut values = vec![0.0; shape.n_elements()];
            tensor::dequantise(dtype, bytes, &mut values).map_err(candle_core::Error::wrap)?;
            return Ok(Self::Dense(Tensor::from_vec(values, (shape.rows, shape.cols), &Device::Cpu)?));
        };
        let storage = QStorage::from_data(aligned(bytes), &Device::Cpu, block_type)?;
        Ok(Self::Blocks(Arc::new(QTensor::new(storage, (shape.rows, shape.cols))?)))
    }

    pub(crate) fn shape(&self) -> Shape {
        let dims = match self {
            Self::Dense(t) => t.dims(),
            Self::Blocks(t) => t.shape().dims(),
        };
        match dims {
            [rows, cols] => Shape::new(*rows, *cols),
            // Both are made with two dimensions, above.
            _ => Shape::new(0, 0),
        }
    }

    /// A vector's values, one dimension.
    pub(crate) fn vector(&self) -> Result<Tensor> {
        match self {
            Self::Dense(t) => t.flatten_all(),
            Self::Blocks(t) => t.dequantize(&Device::Cpu)?.flatten_all(),
        }
    }

    /// `x wT`.
    pub(crate) fn product(&self, x: &Tensor) -> Result<Tensor> {
        match self {
            Self::Dense(w) => x.matmul(&w.t()?),
            Self::Blocks(w) => x.apply_op1_no_bwd(w.as_ref()),
        }
    }

    /// Rows by index.
    pub(crate) fn rows(&self, ids: &[u32]) -> Result<Tensor> {
        let ids = Tensor::new(ids, &Device::Cpu)?;
        match self {
            Self::Dense(t) => t.index_select(&ids, 0),
            Self::Blocks(t) => t.embedding(&ids),
        }
    }
}

fn block_type(dtype: Dtype) -> Option<GgmlDType> {
    match dtype {
        Dtype::F32 | Dtype::F16 | Dtype::BF16 => None,
        Dtype::Q4_0 => Some(GgmlDType::Q4_0),
        Dtype::Q4_1 => Some(GgmlDType::Q4_1),
        Dtype::Q5_0 => Some(GgmlDType::Q5_0),
        Dtype::Q5_1 => Some(GgmlDType::Q5_1),
        Dtype::Q8_0 => Some(GgmlDType::Q8_0),
        Dtype::Q2K => Some(GgmlDType::Q2K),
        Dtype::Q3K => Some(GgmlDType::Q3K),
        Dtype::Q4K => Some(GgmlDType::Q4K),
        Dtype::Q5K => Some(GgmlDType::Q5K),
        Dtype::Q6K => Some(GgmlDType::Q6K),
    }
}

/// candle insists on a block's alignment, which a slice out of a larger buffer may lack.
fn aligned(bytes: &[u8]) -> Cow<'_, [u8]> {
    match bytes.as_ptr().align_offset(align_of::<f32>()) {
        0 => Cow::Borrowed(bytes),
        _ => Cow::Owned(bytes.to_vec()),
    }
}
