//! From a checkpoint's elements to a tensor's stored bytes, a few rows at a time.

use anyhow::{Context, Result, ensure};
use candle_core::Tensor;
use candle_core::quantized::QTensor;
use tensor::Dtype;

use super::checkpoint::Checkpoint;
use crate::pair::plan::{Part, Planned};

/// Elements handled at once: 16 MiB as f32, whatever the tensor's size.
const CHUNK_ELEMENTS: usize = 1 << 22;

/// Reads one planned tensor and hands its stored bytes to `sink`, in order.
pub(super) fn stream(
    checkpoint: &Checkpoint,
    planned: &Planned,
    dtype: Dtype,
    mut sink: impl FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    let n_elements = planned.n_elements();
    let first = match planned.part {
        Part::Whole => 0,
        Part::Third(third) => third * n_elements,
        Part::Frame(frame) => {
            // Small in every model (6 MB in the 2B), and scattered: one piece.
            let all = checkpoint.read(&planned.hub_name, 0..planned.hub_shape.iter().product())?;
            let slice = all.reshape(planned.hub_shape.as_slice())?.narrow(2, frame, 1)?.flatten_all()?;
            return sink(&encode(&slice, planned.row_len(), dtype)?);
        }
    };
    let row_len = planned.row_len();
    let step = (CHUNK_ELEMENTS / row_len).max(1) * row_len;
    for start in (0..n_elements).step_by(step) {
        let end = (start + step).min(n_elements);
        let chunk = checkpoint.read(&planned.hub_name, first + start..first + end)?;
        sink(&encode(&chunk, row_len, dtype)?)?;
    }
    Ok(())
}

/// Whole rows of f32 to bytes of `dtype`, by candle's quantisers.
fn encode(values: &Tensor, row_len: usize, dtype: Dtype) -> Result<Vec<u8>> {
    check_range(&values.to_vec1::<f32>()?, dtype)?;
    let rows = values.reshape(((), row_len))?;
    let stored = QTensor::quantize(&rows, cpu::ggml_dtype(dtype))
        .with_context(|| format!("cannot store as {dtype}"))?;
    Ok(stored.data()?.into_owned())
}

/// Refuses values that the type cannot hold: they would turn into infinities and spoil every answer.
fn check_range(values: &[f32], dtype: Dtype) -> Result<()> {
    // The scales of quantised blocks are half precision, and at most the largest value of the block.
    let largest = if matches!(dtype, Dtype::F32 | Dtype::BF16) { f32::MAX } else { 65504.0 };
    let outside = values.iter().find(|v| !v.is_finite() || v.abs() > largest);
    let found = outside.copied().unwrap_or(0.0);
    ensure!(
        outside.is_none(),
        "holds {found}; {dtype} holds finite values up to {largest} (try --type bf16 or f32)"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_a_type_cannot_hold_are_refused() {
        for (value, dtype, fits) in [
            (65504.0, Dtype::F16, true),
            (65505.0, Dtype::F16, false),
            (-70000.0, Dtype::Q8_0, false),
            (-70000.0, Dtype::BF16, true),
            (f32::NAN, Dtype::F32, false),
            (f32::INFINITY, Dtype::BF16, false),
        ] {
            assert_eq!(check_range(&[1.0, value, 2.0], dtype).is_ok(), fits, "{value} as {dtype}");
        }
    }
}
