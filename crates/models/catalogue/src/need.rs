use crate::quantisation::bits_per_weight;

/// What a model takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Need {
    /// Over the network, and in the browser's store.
    pub download_bytes: u64,
    /// While it answers.
    pub memory_bytes: u64,
}

/// The quantisation that is offered first: the smallest whose answers are close to those of the whole weights.
pub const PREFERRED: &str = "Q4_K_M";

/// What the program itself takes; a tab had 50 MiB with a model on the GPU.
const PROGRAM_BYTES: u64 = 50 * 1024 * 1024;
/// A conversation with an image at the finest detail that a model's file recommends (1,280 visual tokens) and some turns.
const N_CACHED_TOKENS: u64 = 4096;
/// Patches of such an image: four to a visual token.
const N_PATCHES: u64 = 4 * 1280;
/// Columns of f32 that are held for each patch: two of the tower's 1,280 for the residual, three for queries, keys and values,
/// and 5,120 of the block's inner layer.
const PATCH_COLS: u64 = 5 * 1280 + 5120;

/// The vision tower of every Qwen2-VL has this many parameters, except for the last matrix of its merger.
const N_VISION_PARAMETERS: u64 = 670_000_000;
/// No published model has fewer. A smaller one takes little besides its weights.
const N_SMALLEST: u64 = 1_000_000_000;
/// From here on a model has the shape of the 7B.
const N_LARGE: u64 = 4_000_000_000;

/// What a pair of `n_bytes` with `n_parameters` takes while it answers:
///
/// - its weights, which stay in their blocks on either machine: the length of its files;
/// - keys and values in f32, 2 x 28 layers x 256 columns x 4 bytes for each of 4,096 tokens (512 columns in the 7B);
/// - the largest activations, those of the vision tower at the finest detail: 5,120 patches x 11,520 columns x 4 bytes (a prompt
///   of such an image takes as much in the 7B, and comes after it);
/// - the program, 50 MiB.
pub fn need(n_parameters: u64, n_bytes: u64) -> Need {
    let kv_cols = match n_parameters {
        0..N_SMALLEST => 8,
        N_SMALLEST..N_LARGE => 256,
        _ => 512,
    };
    let cache = 2 * 28 * kv_cols * 4 * N_CACHED_TOKENS;
    let activations = N_PATCHES * PATCH_COLS * 4;
    let activations = if n_parameters < N_SMALLEST { activations / 16 } else { activations };
    let memory_bytes = n_bytes.saturating_add(cache + activations + PROGRAM_BYTES);
    Need { download_bytes: n_bytes, memory_bytes }
}

/// The approximate length of a pair, until a host reports it: the text model in a quantisation, the vision tower in Q8_0.
/// `None` for an unknown quantisation.
pub fn estimated_bytes(n_parameters: u64, quantisation: &str, text_bytes: Option<u64>) -> Option<u64> {
    let n_vision = if n_parameters < N_SMALLEST { 0 } else { N_VISION_PARAMETERS };
    let of = |n: u64, bits: f64| (n as f64 * bits / 8.0) as u64;
    let text = match text_bytes {
        Some(known) => known,
        None => of(n_parameters.saturating_sub(n_vision), bits_per_weight(quantisation)?),
    };
    Some(text + of(n_vision, bits_per_weight("Q8_0")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const N_2B: u64 = 2_208_985_600;
    const N_7B: u64 = 8_291_375_616;

    #[test]
    fn an_estimate_is_close_to_pairs_that_were_measured() {
        for (n, measured) in [(N_2B, 1.7e9), (N_7B, 5.4e9)] {
            let estimate = estimated_bytes(n, PREFERRED, None).unwrap() as f64;
            assert!((estimate / measured - 1.0).abs() < 0.03, "{estimate} for {measured}");
        }
        assert_eq!(estimated_bytes(N_2B, "IQ4_XS", None), None);
        assert_eq!(estimated_bytes(N_2B, "Q4_K_M", Some(1_000_000_000)), Some(1_711_875_000));
    }

    #[test]
    fn memory_is_weights_and_half_a_gigabyte() {
        let beside = |n| need(n, 1_700_000_000).memory_bytes - 1_700_000_000;
        assert_eq!(beside(N_2B), 234_881_024 + 235_929_600 + 52_428_800);
        assert_eq!(beside(N_7B) - beside(N_2B), 234_881_024);
        assert!(need(6_282_240, 7_000_000).memory_bytes < 100_000_000);
        assert_eq!(need(N_2B, u64::MAX).memory_bytes, u64::MAX);
    }
}
