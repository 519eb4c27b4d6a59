//! A weight file in other block formats: tries a format on a model of which there is only one file.

use candle_core::quantized::QTensor;
use candle_core::{Device, Tensor};
use tensor::Dtype;
use weights::{Gguf, GgufError, HeaderReader};

use crate::weight::ggml_dtype;

/// Why a file could not be written in another format.
#[derive(Debug, thiserror::Error)]
pub enum RequantiseError {
    /// It is not a GGUF file.
    #[error(transparent)]
    Header(#[from] GgufError),
    /// candle refused.
    #[error("{name}: {error}")]
    Tensor {
        /// Which tensor.
        name: String,
        /// In candle's words.
        error: candle_core::Error,
    },
}

/// The GGUF file `bytes` with every matrix in `dtype` whose rows fill its blocks; everything else is unchanged.
///
/// # Errors
/// If the file is malformed, or candle cannot write the format.
pub fn requantise(bytes: &[u8], dtype: Dtype) -> Result<Vec<u8>, RequantiseError> {
    let gguf = header(bytes)?;
    let first = gguf.tensors().iter().map(|t| t.range.start).min().unwrap_or(bytes.len() as u64) as usize;
    let mut file = bytes[..first].to_vec();
    for info in gguf.tensors() {
        let old = &bytes[info.range.start as usize..info.range.end as usize];
        let is_matrix = info.shape.len() == 2 && info.shape[1].is_multiple_of(dtype.block_len());
        let (written_as, data) = if is_matrix {
            let failed = |error| RequantiseError::Tensor { name: info.name.clone(), error };
            (dtype, quantised(info.dtype, &info.shape, old, dtype).map_err(failed)?)
        } else {
            (info.dtype, old.to_vec())
        };
        let offset = (file.len() - first) as u64;
        patch(&mut file[..first], &info.name, info.shape.len(), written_as, offset);
        file.extend(data);
        // GGUF's default alignment, which the files that this reads have.
        file.resize(file.len().next_multiple_of(32), 0);
    }
    Ok(file)
}

fn header(bytes: &[u8]) -> Result<Gguf, GgufError> {
    let mut reader = HeaderReader::new(bytes.len() as u64);
    loop {
        let want = reader.want();
        if let Some(gguf) = reader.feed(&bytes[want.start as usize..want.end as usize])? {
            return Ok(gguf);
        }
    }
}

fn quantised(from: Dtype, shape: &[usize], bytes: &[u8], to: Dtype) -> candle_core::Result<Vec<u8>> {
    let mut values = vec![0.0; shape.iter().product()];
    tensor::dequantise(from, bytes, &mut values).map_err(candle_core::Error::wrap)?;
    let tensor = Tensor::from_vec(values, shape, &Device::Cpu)?;
    Ok(QTensor::quantize(&tensor, ggml_dtype(to))?.data()?.into_owned())
}

/// Writes type and offset after the name and the lengths of a tensor's entry.
fn patch(header: &mut [u8], name: &str, n_lengths: usize, dtype: Dtype, offset: u64) {
    let entry =
        [&(name.len() as u64).to_le_bytes()[..], name.as_bytes(), &(n_lengths as u32).to_le_bytes()].concat();
    let Some(at) = header.windows(entry.len()).rposition(|window| window == entry) else { return };
    let at = at + entry.len() + 8 * n_lengths;
    header[at..at + 4].copy_from_slice(&dtype.ggml_id().to_le_bytes());
    header[at + 4..at + 12].copy_from_slice(&offset.to_le_bytes());
}
