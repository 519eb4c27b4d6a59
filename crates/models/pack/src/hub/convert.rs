//! From a checkpoint's elements to a tensor's stored bytes, a few rows at a time, on all processors.

use std::num::NonZero;
use std::thread;

use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{Device, Tensor};
use tensor::Dtype;

use super::elements::{Raw, decode};
use super::lora::Delta;
use super::source::Source;
use crate::error::{PackError, Result, ensure};
use crate::pair::plan::Piece;
use crate::pair::{Sink, Stored};

/// Elements converted at once: 16 MiB as f32, for tensors of any size.
const CHUNK_ELEMENTS: usize = 1 << 22;

/// Reads one planned tensor and hands its stored bytes to `sink`, in order.
pub(super) fn stream(
    source: &Source,
    Stored { tensor: planned, dtype }: &Stored,
    sink: Sink<'_>,
) -> Result<()> {
    let dtype = *dtype;
    let opened = source.open(&planned.hub_name)?;
    let n_elements = planned.n_elements();
    let row_len = planned.row_len();
    let first = match planned.piece {
        Piece::Whole => 0,
        Piece::Third(third) => third * n_elements,
        Piece::Frame(frame) => {
            // Scattered, but small in every model (6 MB in the 2B): read whole.
            let all = opened.read(0..planned.hub_shape.iter().product())?.decode();
            return sink(&encode(&one_frame(&all, &planned.hub_shape, frame), row_len, dtype)?);
        }
    };
    let step = (CHUNK_ELEMENTS / row_len).max(1) * row_len;
    for start in (0..n_elements).step_by(step) {
        let end = (start + step).min(n_elements);
        let chunk = opened.read(first + start..first + end)?;
        let rows = Rows { first: (first + start) / row_len, row_len, delta: opened.delta() };
        for bytes in encode_all(&chunk, rows, dtype)? {
            sink(&bytes)?;
        }
    }
    Ok(())
}

/// The rows of a checkpoint's tensor that are in a chunk, and what is added to them.
#[derive(Clone, Copy)]
struct Rows<'a> {
    first: usize,
    row_len: usize,
    delta: Option<&'a Delta>,
}

/// Encodes a chunk of whole rows, divided between as many threads as there are processors.
fn encode_all(chunk: &Raw, rows: Rows<'_>, dtype: Dtype) -> Result<Vec<Vec<u8>>> {
    let n_rows = chunk.n_elements() / rows.row_len;
    let n_threads = thread::available_parallelism().map_or(1, NonZero::get);
    let n_each = n_rows.div_ceil(n_threads).max(1);
    let one = &|(i, bytes): (usize, &[u8])| -> Result<Vec<u8>> {
        let mut values = decode(chunk.dtype, bytes);
        if let Some(delta) = rows.delta {
            delta.add_to(rows.first + i * n_each, &mut values);
        }
        encode(&values, rows.row_len, dtype)
    };
    let pieces = chunk.bytes.chunks(n_each * rows.row_len * chunk.width()).enumerate();
    thread::scope(|scope| {
        let running: Vec<_> = pieces.map(|piece| scope.spawn(move || one(piece))).collect();
        running.into_iter().map(|thread| thread.join().map_err(|_| PackError::Thread)?).collect()
    })
}

/// Whole rows of f32 to bytes of `dtype`, by candle's quantisers.
fn encode(values: &[f32], row_len: usize, dtype: Dtype) -> Result<Vec<u8>> {
    check_range(values, dtype)?;
    let quantised = || -> candle_core::Result<Vec<u8>> {
        let rows = Tensor::from_slice(values, (values.len() / row_len, row_len), &Device::Cpu)?;
        Ok(QTensor::quantize(&rows, ggml_dtype(dtype))?.data()?.into_owned())
    };
    quantised().map_err(|error| PackError::Quantise { dtype, source: Box::new(error) })
}

/// One frame of a patch embedding (out, channel, frame, row, column), in row-major order.
fn one_frame(values: &[f32], shape: &[usize], frame: usize) -> Vec<f32> {
    let n_pixels: usize = shape[3..].iter().product();
    values.chunks(n_pixels).skip(frame).step_by(shape[2]).flatten().copied().collect()
}

/// candle's name of a type.
pub(super) fn ggml_dtype(dtype: Dtype) -> GgmlDType {
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

/// Refuses values that do not fit the type: they would become infinities and spoil every answer.
fn check_range(values: &[f32], dtype: Dtype) -> Result<()> {
    // The scales of quantised blocks are half precision, and at most the largest value of the block.
    let largest = if matches!(dtype, Dtype::F32 | Dtype::BF16) { f32::MAX } else { 65504.0 };
    let outside = values.iter().find(|v| !v.is_finite() || v.abs() > largest);
    let found = outside.copied().unwrap_or(0.0);
    ensure(outside.is_none(), || PackError::Value { found, dtype, largest })
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

    #[test]
    fn rows_cut_between_threads_are_the_rows_in_one_piece() -> Result<()> {
        // Seven rows: only one and seven processors divide them evenly.
        let values: Vec<f32> = (0..7 * 256).map(|i| ((i * 37) % 101) as f32 / 50.0 - 1.0).collect();
        let chunk = Raw {
            dtype: safetensors::Dtype::F32,
            bytes: values.iter().flat_map(|v| v.to_le_bytes()).collect(),
        };
        let rows = Rows { first: 0, row_len: 256, delta: None };
        for dtype in [Dtype::F32, Dtype::Q4K, Dtype::Q6K] {
            assert_eq!(encode_all(&chunk, rows, dtype)?.concat(), encode(&values, 256, dtype)?, "{dtype}");
        }
        Ok(())
    }
}
