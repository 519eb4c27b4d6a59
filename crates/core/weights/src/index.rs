use crate::error::shown;
use crate::walk::{DescribedTensor, Header};
use crate::{Gguf, GgufError, TensorInfo};

impl Gguf {
    /// The index of a header, once its parts were found to fit together.
    pub(crate) fn index(header: Header, file_len: u64) -> Result<Self, GgufError> {
        let Header { version, keys, metadata, tensors, places, alignment, n_bytes } = header;
        let data_start = n_bytes.checked_next_multiple_of(alignment).unwrap_or(u64::MAX);
        let tensors = tensors
            .into_iter()
            .map(|described| tensor_info(described, data_start, alignment))
            .collect::<Result<Vec<_>, _>>()?;
        check_length(&tensors, file_len)?;
        check_overlaps(&tensors)?;
        Ok(Self { version, keys, metadata, tensors, places })
    }
}

fn tensor_info(described: DescribedTensor, data_start: u64, alignment: u64) -> Result<TensorInfo, GgufError> {
    let DescribedTensor { name, dtype, shape, offset } = described;
    let tensor = shown(&name);
    let too_large = || GgufError::TooLarge { tensor: tensor.clone(), shape: format!("{shape:?}") };

    let row_len = shape.last().copied().unwrap_or_default();
    if !row_len.is_multiple_of(dtype.block_len()) {
        return Err(GgufError::RowLength { tensor, dtype, row_len });
    }
    let n_elements =
        shape.iter().try_fold(1usize, |product, &len| product.checked_mul(len)).ok_or_else(too_large)?;
    let n_bytes = dtype.n_bytes(n_elements).map_err(|_| too_large())?;

    if !offset.is_multiple_of(alignment) {
        return Err(GgufError::Misaligned { tensor, offset, alignment });
    }
    let start = data_start.checked_add(offset).ok_or_else(too_large)?;
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
