use std::collections::HashMap;
use std::io;

use candle_core::quantized::GgmlDType;
use candle_core::quantized::gguf_file::{self, Content};
use tensor::Dtype;

use crate::error::shown;
use crate::walk::Header;
use crate::{Gguf, GgufError, TensorInfo};

impl Gguf {
    /// Parses a header that was walked over, and checks how its parts fit together.
    pub(crate) fn index(prefix: &[u8], header: Header, file_len: u64) -> Result<Self, GgufError> {
        let mut content = Content::read(&mut io::Cursor::new(prefix))
            .map_err(|error| GgufError::Parser(error.to_string()))?;

        let data_start = header.n_bytes.checked_next_multiple_of(header.alignment).unwrap_or(u64::MAX);
        let mut tensors = Vec::with_capacity(header.tensors.len());
        for name in header.tensors {
            let parsed = content.tensor_infos.remove(&name);
            let parsed =
                parsed.ok_or_else(|| GgufError::Parser(format!("tensor {} is lost", shown(&name))))?;
            tensors.push(tensor_info(name, parsed, data_start, header.alignment)?);
        }
        check_length(&tensors, file_len)?;
        check_overlaps(&tensors)?;

        let places: HashMap<_, _> =
            tensors.iter().enumerate().map(|(place, tensor)| (tensor.name.clone(), place)).collect();
        Ok(Self { version: header.version, keys: header.keys, metadata: content.metadata, tensors, places })
    }
}

fn tensor_info(
    name: String,
    parsed: gguf_file::TensorInfo,
    data_start: u64,
    alignment: u64,
) -> Result<TensorInfo, GgufError> {
    let tensor = shown(&name);
    let shape = parsed.shape.dims().to_vec();
    let too_large = || GgufError::TooLarge { tensor: tensor.clone(), shape: format!("{shape:?}") };

    let dtype = dtype(parsed.ggml_dtype)
        .ok_or_else(|| GgufError::Parser(format!("tensor {tensor} is a {:?}", parsed.ggml_dtype)))?;
    let row_len = shape.last().copied().unwrap_or_default();
    if !row_len.is_multiple_of(dtype.block_len()) {
        return Err(GgufError::RowLength { tensor, dtype, row_len });
    }
    let n_elements =
        shape.iter().try_fold(1usize, |product, &len| product.checked_mul(len)).ok_or_else(too_large)?;
    let n_bytes = dtype.n_bytes(n_elements).map_err(|_| too_large())?;

    if !parsed.offset.is_multiple_of(alignment) {
        return Err(GgufError::Misaligned { tensor, offset: parsed.offset, alignment });
    }
    let start = data_start.checked_add(parsed.offset).ok_or_else(too_large)?;
    let end = start.checked_add(n_bytes as u64).ok_or_else(too_large)?;
    Ok(TensorInfo { name, dtype, shape, range: start..end })
}

/// Refuses a file that ends before its last tensor: the usual sign of a broken download.
fn check_length(tensors: &[TensorInfo], file_len: u64) -> Result<(), GgufError> {
    match tensors.iter().max_by_key(|tensor| tensor.range.end) {
        Some(last) if last.range.end > file_len => Err(GgufError::Truncated {
            what: format!("tensor {}", shown(&last.name)),
            needs: last.range.end,
            has: file_len,
        }),
        _ => Ok(()),
    }
}

/// Refuses two tensors that share bytes. No range is empty, so neighbours in order of their beginnings suffice.
fn check_overlaps(tensors: &[TensorInfo]) -> Result<(), GgufError> {
    let mut in_order: Vec<&TensorInfo> = tensors.iter().collect();
    in_order.sort_by_key(|tensor| tensor.range.start);
    for pair in in_order.windows(2) {
        if let [first, second] = pair
            && second.range.start < first.range.end
        {
            return Err(GgufError::Overlap { first: shown(&first.name), second: shown(&second.name) });
        }
    }
    Ok(())
}

/// candle's name for a type; `None` for its types of activations.
fn dtype(candle: GgmlDType) -> Option<Dtype> {
    Some(match candle {
        GgmlDType::F32 => Dtype::F32,
        GgmlDType::F16 => Dtype::F16,
        GgmlDType::BF16 => Dtype::BF16,
        GgmlDType::Q4_0 => Dtype::Q4_0,
        GgmlDType::Q4_1 => Dtype::Q4_1,
        GgmlDType::Q5_0 => Dtype::Q5_0,
        GgmlDType::Q5_1 => Dtype::Q5_1,
        GgmlDType::Q8_0 => Dtype::Q8_0,
        GgmlDType::Q2K => Dtype::Q2K,
        GgmlDType::Q3K => Dtype::Q3K,
        GgmlDType::Q4K => Dtype::Q4K,
        GgmlDType::Q5K => Dtype::Q5K,
        GgmlDType::Q6K => Dtype::Q6K,
        GgmlDType::Q8_1 | GgmlDType::Q8K => return None,
    })
}
