use crate::blocks::{float, q2_k, q3_k, q4, q4_k, q5, q5_k, q6_k, q8};
use crate::{Dtype, LayoutError};

/// Turns the bytes of `out.len()` elements into single precision, in the order in which they are stored.
///
/// The result is bit-exact with ggml (`dequantize_row_*` in ggml-quants.c). That is a property of the formats, not of a
/// compiler: a factor has 11 significant bits, a scale at most 7 and a quant at most 6, so every product is exact in
/// single precision, and if an offset is subtracted, that subtraction is the only rounding. Fused multiply-add, or
/// another order of the products, gives the same bits; a faster kernel can be held to equality.
///
/// # Errors
/// [`LayoutError::PartialBlock`] or [`LayoutError::ByteCount`] if the lengths do not fit each other. Nothing is
/// written then.
pub fn dequantise(dtype: Dtype, bytes: &[u8], out: &mut [f32]) -> Result<(), LayoutError> {
    let expected = dtype.n_bytes(out.len())?;
    if bytes.len() != expected {
        return Err(LayoutError::ByteCount { dtype, n_elements: out.len(), expected, found: bytes.len() });
    }
    match dtype {
        Dtype::F32 => each_block(bytes, out, float::dequantise_f32),
        Dtype::F16 => each_block(bytes, out, float::dequantise_f16),
        Dtype::BF16 => each_block(bytes, out, float::dequantise_bf16),
        Dtype::Q4_0 => each_block(bytes, out, q4::dequantise_q4_0),
        Dtype::Q4_1 => each_block(bytes, out, q4::dequantise_q4_1),
        Dtype::Q5_0 => each_block(bytes, out, q5::dequantise_q5_0),
        Dtype::Q5_1 => each_block(bytes, out, q5::dequantise_q5_1),
        Dtype::Q8_0 => each_block(bytes, out, q8::dequantise_q8_0),
        Dtype::Q2K => each_block(bytes, out, q2_k::dequantise),
        Dtype::Q3K => each_block(bytes, out, q3_k::dequantise),
        Dtype::Q4K => each_block(bytes, out, q4_k::dequantise),
        Dtype::Q5K => each_block(bytes, out, q5_k::dequantise),
        Dtype::Q6K => each_block(bytes, out, q6_k::dequantise),
    }
    Ok(())
}

/// The sizes of a block are in the type of `block`, so a wrong pairing of layout and function does not compile.
fn each_block<const BYTES: usize, const LEN: usize>(
    bytes: &[u8],
    out: &mut [f32],
    block: impl Fn(&[u8; BYTES], &mut [f32; LEN]),
) {
    let (blocks, _) = bytes.as_chunks::<BYTES>();
    let (values, _) = out.as_chunks_mut::<LEN>();
    for (bytes, out) in blocks.iter().zip(values) {
        block(bytes, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_lengths_are_errors_and_write_nothing() {
        for dtype in Dtype::ALL {
            let n_elements = 2 * dtype.block_len();
            let expected = 2 * dtype.block_bytes();
            for found in [0, expected - 1, expected + 1, 2 * expected] {
                let mut out = vec![-7.0; n_elements];
                assert_eq!(
                    dequantise(dtype, &vec![1; found], &mut out),
                    Err(LayoutError::ByteCount { dtype, n_elements, expected, found })
                );
                assert!(out.iter().all(|&value| value == -7.0), "{dtype} wrote before it refused");
            }
        }
        let mut out = [0.0; 31];
        assert_eq!(
            dequantise(Dtype::Q8_0, &[0; 34], &mut out),
            Err(LayoutError::PartialBlock { dtype: Dtype::Q8_0, n_elements: 31 })
        );
    }

    #[test]
    fn no_elements_take_no_bytes() {
        for dtype in Dtype::ALL {
            assert_eq!(dequantise(dtype, &[], &mut []), Ok(()));
        }
    }

    #[test]
    fn errors_say_what_was_found_and_expected() {
        let error = dequantise(Dtype::Q4K, &[0; 100], &mut [0.0; 256]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "256 elements of Q4_K take 144 bytes, found 100; pass exactly the tensor's bytes"
        );
    }
}
