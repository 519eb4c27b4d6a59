//! Decodes repacked rows by hand and compares them bit by bit with `tensor::dequantise`.
#![expect(clippy::unwrap_used, reason = "the helpers of tests panic as tests do")]

use kernels::layout::{DEFAULT_BINDING_BYTES, ROWS_ALIGNMENT, moved_factor, repack, row_parts, row_words};
use tensor::{Dtype, LayoutError, dequantise};

/// SplitMix64 (Steele, Lea, Flood 2014).
fn random_bytes(n: usize, seed: u64) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ z >> 31) as u8
    };
    (0..n).map(|_| next()).collect()
}

/// (rows, columns): an odd number of rows, and of blocks if the format has blocks.
fn shape(dtype: Dtype) -> (usize, usize) {
    (7, if dtype.block_len() == 1 { 588 } else { 3 * dtype.block_len() })
}

fn original(dtype: Dtype) -> Vec<u8> {
    let (rows, cols) = shape(dtype);
    random_bytes(rows * dtype.n_bytes(cols).unwrap(), dtype as u64)
}

fn values(dtype: Dtype, bytes: &[u8], n_elements: usize) -> Vec<u32> {
    let mut out = vec![0.0; n_elements];
    dequantise(dtype, bytes, &mut out).unwrap();
    out.into_iter().map(f32::to_bits).collect()
}

/// Element values of one repacked row: block `b` is words `b * n ..` of the first plane and half `b` of the second.
fn decode_row(dtype: Dtype, cols: usize, row: &[u32]) -> Vec<u32> {
    let bytes: Vec<u8> = row.iter().flat_map(|word| word.to_le_bytes()).collect();
    let n_blocks = cols / dtype.block_len();
    let Some(factor) = moved_factor(dtype) else {
        return values(dtype, &bytes[..n_blocks * dtype.block_bytes()], cols);
    };
    let main = dtype.block_bytes() - 2;
    (0..n_blocks)
        .flat_map(|b| {
            let half = n_blocks * main + 2 * b;
            let mut block = bytes[b * main..(b + 1) * main].to_vec();
            block.splice(factor..factor, bytes[half..half + 2].iter().copied());
            values(dtype, &block, dtype.block_len())
        })
        .collect()
}

fn decode(dtype: Dtype, cols: usize, words: &[u32]) -> Vec<u32> {
    let row_words = row_words(dtype, cols).unwrap();
    words.chunks_exact(row_words).flat_map(|row| decode_row(dtype, cols, row)).collect()
}

#[test]
fn every_format_keeps_every_bit() {
    for dtype in Dtype::ALL {
        let (rows, cols) = shape(dtype);
        let bytes = original(dtype);
        let words = repack(dtype, rows, cols, &bytes).unwrap();
        assert_eq!(words.len(), rows * row_words(dtype, cols).unwrap(), "{dtype}");
        assert_eq!(decode(dtype, cols, &words), values(dtype, &bytes, rows * cols), "{dtype}");
    }
}

#[test]
fn one_wrong_bit_is_seen() {
    for dtype in Dtype::ALL {
        let (rows, cols) = shape(dtype);
        let bytes = original(dtype);
        let mut words = repack(dtype, rows, cols, &bytes).unwrap();
        // A bit of the sign or the top of a quant, in the middle of a row.
        let at = words.len() / 2;
        words[at] ^= 0x8080_8080;
        assert_ne!(decode(dtype, cols, &words), values(dtype, &bytes, rows * cols), "{dtype}");
    }
}

#[test]
fn at_most_two_bytes_a_row_are_added() {
    for dtype in Dtype::ALL {
        for n_blocks in [1, 2, 3, 8, 35] {
            let cols = n_blocks * dtype.block_len().max(4);
            let added = 4 * row_words(dtype, cols).unwrap() - dtype.n_bytes(cols).unwrap();
            assert!(
                added <= 2 && (n_blocks % 2 == 1 || added == 0),
                "{dtype}, {n_blocks} blocks: {added} bytes"
            );
        }
    }
}

#[test]
fn pieces_of_whole_rows_join_to_the_matrix() {
    for dtype in Dtype::ALL {
        let (rows, cols) = shape(dtype);
        let bytes = original(dtype);
        let row_bytes = bytes.len() / rows;
        let mut joined = Vec::new();
        for (first, n) in [(0, 2), (2, 1), (3, 4)] {
            let piece = &bytes[first * row_bytes..(first + n) * row_bytes];
            joined.extend(repack(dtype, n, cols, piece).unwrap());
        }
        assert_eq!(joined, repack(dtype, rows, cols, &bytes).unwrap(), "{dtype}");
    }
}

#[test]
fn parts_fit_their_bindings_and_cover_the_matrix() {
    // The 2B's tied embedding, 191 MB, and the 7B's head, 447 MB.
    for (rows, cols, n_parts) in [(151_936, 1536, 2), (152_064, 3584, 4)] {
        let parts = row_parts(Dtype::Q6K, rows, cols, DEFAULT_BINDING_BYTES).unwrap();
        let row_bytes = 4 * row_words(Dtype::Q6K, cols).unwrap();
        assert_eq!(parts.len(), n_parts);
        assert_eq!((parts[0].start, parts[n_parts - 1].end), (0, rows));
        for part in &parts {
            assert!(part.len() * row_bytes <= DEFAULT_BINDING_BYTES);
            assert_eq!(part.start * row_bytes % 256, 0);
        }
        assert!(parts.windows(2).all(|pair| pair[0].end == pair[1].start));
    }
    assert_eq!(row_parts(Dtype::F32, 7, 588, DEFAULT_BINDING_BYTES).unwrap(), vec![0..7; 1]);
    let too_small = row_parts(Dtype::F32, 1000, 588, 588 * 4 * (ROWS_ALIGNMENT - 1));
    assert_eq!(too_small, Err(LayoutError::TooLarge { dtype: Dtype::F32, n_elements: 588 * ROWS_ALIGNMENT }));
}

#[test]
fn wrong_lengths_are_refused() {
    let bytes = original(Dtype::Q8_0);
    assert!(matches!(
        repack(Dtype::Q8_0, 7, 96, &bytes[1..]),
        Err(LayoutError::ByteCount { expected: 714, found: 713, .. })
    ));
    assert!(matches!(repack(Dtype::Q8_0, 7, 95, &bytes), Err(LayoutError::PartialBlock { .. })));
}
