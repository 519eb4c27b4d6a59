//! The layout of a matrix in its buffer: its file's blocks, made of whole 32-bit words.
//!
//! WGSL reads storage a word at a time (there is no 16-bit integer, and Firefox cannot turn a word into halves by bitcast). Five
//! formats have blocks of an odd number of halves: in Q4_0, Q5_0, Q8_0, Q3_K and Q6_K one f16 factor is left over. Their rows
//! become two planes: the blocks without that factor, and then the factors, two to a word. Nothing else moves and no bit is
//! decoded. The only memory added is a half at the end of rows with an odd number of blocks.
//!
//! A row depends on nothing outside it. So matrices are repacked as they are read, some rows at a time. They can be cut between
//! any two rows ([`row_parts`]), and matrices of the same width and format are joined by storing one after the other.

use std::ops::Range;

use tensor::{Dtype, LayoutError};

/// WebGPU's default `maxStorageBufferBindingSize`.
pub const DEFAULT_BINDING_BYTES: usize = 128 << 20;

/// A matrix may be cut at multiples of this many rows: then the offset is a multiple of 256 bytes, as a binding's must be.
pub const ROWS_ALIGNMENT: usize = 64;

/// Offset in a block, in bytes, of the f16 factor that is moved to the second plane.
pub fn moved_factor(dtype: Dtype) -> Option<usize> {
    match dtype {
        Dtype::Q4_0 | Dtype::Q5_0 | Dtype::Q8_0 => Some(0),
        Dtype::Q3K => Some(108),
        Dtype::Q6K => Some(208),
        Dtype::F32
        | Dtype::F16
        | Dtype::BF16
        | Dtype::Q4_1
        | Dtype::Q5_1
        | Dtype::Q2K
        | Dtype::Q4K
        | Dtype::Q5K => None,
    }
}

/// Words of a row of `cols` elements.
///
/// # Errors
/// If the columns do not fill whole blocks.
pub fn row_words(dtype: Dtype, cols: usize) -> Result<usize, LayoutError> {
    let n_bytes = dtype.n_bytes(cols)?;
    if moved_factor(dtype).is_none() {
        return Ok(n_bytes.div_ceil(4));
    }
    let n_blocks = cols / dtype.block_len();
    Ok(n_blocks * (dtype.block_bytes() - 2) / 4 + n_blocks.div_ceil(2))
}

/// Some rows of a matrix in the form that the kernels read. Pass a large matrix in pieces of whole rows: the results one after
/// the other are the matrix.
///
/// # Errors
/// If the columns do not fill whole blocks, or if `bytes` has another length than `rows * cols` elements take.
pub fn repack(dtype: Dtype, rows: usize, cols: usize, bytes: &[u8]) -> Result<Vec<u32>, LayoutError> {
    let row_bytes = dtype.n_bytes(cols)?;
    let n_elements = rows.checked_mul(cols).ok_or(LayoutError::TooLarge { dtype, n_elements: usize::MAX })?;
    let expected = dtype.n_bytes(n_elements)?;
    if bytes.len() != expected {
        return Err(LayoutError::ByteCount { dtype, n_elements, expected, found: bytes.len() });
    }
    let mut words = Vec::with_capacity(rows * row_words(dtype, cols)?);
    for row in bytes.chunks_exact(row_bytes.max(1)) {
        match moved_factor(dtype) {
            None => words.extend(row.chunks(4).map(word)),
            Some(at) => append_planes(row, dtype.block_bytes(), at, &mut words),
        }
    }
    Ok(words)
}

fn append_planes(row: &[u8], block_bytes: usize, factor: usize, words: &mut Vec<u32>) {
    for block in row.chunks_exact(block_bytes) {
        // The factor is the first or last half of the block, so the rest is one run of whole words.
        words.extend(block[..factor].chunks(4).chain(block[factor + 2..].chunks(4)).map(word));
    }
    let mut blocks = row.chunks_exact(block_bytes);
    while let Some(first) = blocks.next() {
        let half = |block: &[u8]| u32::from(u16::from_le_bytes([block[factor], block[factor + 1]]));
        words.push(half(first) | blocks.next().map_or(0, half) << 16);
    }
}

/// Up to four bytes, little endian; missing bytes are zero.
fn word(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |word, &byte| word << 8 | u32::from(byte))
}

/// Cuts rows `0..rows` into as few parts as fit bindings of `max_bytes`, each beginning at a multiple of [`ROWS_ALIGNMENT`].
///
/// # Errors
/// If the columns do not fill whole blocks, or if not even [`ROWS_ALIGNMENT`] rows fit.
pub fn row_parts(
    dtype: Dtype,
    rows: usize,
    cols: usize,
    max_bytes: usize,
) -> Result<Vec<Range<usize>>, LayoutError> {
    let row_bytes = 4 * row_words(dtype, cols)?;
    let most = max_bytes / row_bytes.max(1) / ROWS_ALIGNMENT * ROWS_ALIGNMENT;
    if rows <= max_bytes / row_bytes.max(1) {
        return Ok(std::iter::once(0..rows).collect());
    }
    if most == 0 {
        return Err(LayoutError::TooLarge { dtype, n_elements: ROWS_ALIGNMENT * cols });
    }
    Ok((0..rows).step_by(most).map(|first| first..rows.min(first + most)).collect())
}
