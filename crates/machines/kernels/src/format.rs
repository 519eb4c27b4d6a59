//! The parts of `wgsl/` that read a weight format.

use tensor::Dtype;

macro_rules! wgsl {
    ($path:literal) => {
        include_str!(concat!("../wgsl/", $path, ".wgsl"))
    };
}
pub(crate) use wgsl;

const FLOAT: &str = wgsl!("parts/unit_float");
const QUANTISED: &str = wgsl!("parts/unit_quantised");
const UNSIGNED: &str = wgsl!("parts/unsigned_bytes");
const SIGNED: &str = wgsl!("parts/signed_bytes");
const PLANE: &str = wgsl!("parts/plane_f16");
const FIFTH_BITS: &str = wgsl!("parts/fifth_bits");
const K_SCALES: &str = wgsl!("parts/k_scales");

/// The parts for a format; the format's own is the last.
#[rustfmt::skip]
pub(crate) fn parts(dtype: Dtype) -> &'static [&'static str] {
    match dtype {
        Dtype::F32  => &[FLOAT, wgsl!("blocks/f32")],
        Dtype::F16  => &[FLOAT, wgsl!("blocks/f16")],
        Dtype::BF16 => &[FLOAT, wgsl!("blocks/bf16")],
        Dtype::Q4_0 => &[QUANTISED, UNSIGNED, PLANE, wgsl!("blocks/q4_0")],
        Dtype::Q4_1 => &[QUANTISED, UNSIGNED, wgsl!("blocks/q4_1")],
        Dtype::Q5_0 => &[QUANTISED, UNSIGNED, PLANE, FIFTH_BITS, wgsl!("blocks/q5_0")],
        Dtype::Q5_1 => &[QUANTISED, UNSIGNED, FIFTH_BITS, wgsl!("blocks/q5_1")],
        Dtype::Q8_0 => &[QUANTISED, SIGNED, PLANE, wgsl!("blocks/q8_0")],
        Dtype::Q2K  => &[QUANTISED, UNSIGNED, wgsl!("blocks/q2_k")],
        Dtype::Q3K  => &[QUANTISED, UNSIGNED, PLANE, wgsl!("blocks/q3_k")],
        Dtype::Q4K  => &[QUANTISED, UNSIGNED, K_SCALES, wgsl!("blocks/q4_k")],
        Dtype::Q5K  => &[QUANTISED, UNSIGNED, K_SCALES, wgsl!("blocks/q5_k")],
        Dtype::Q6K  => &[QUANTISED, UNSIGNED, PLANE, wgsl!("blocks/q6_k")],
    }
}

/// Whether the first two quads of a unit share scale and offset, and the last two as well. `matmul_packed` relies on that.
pub(crate) fn shares_scales(dtype: Dtype) -> bool {
    match dtype {
        Dtype::Q4_0 | Dtype::Q4_1 | Dtype::Q5_0 | Dtype::Q5_1 | Dtype::Q8_0 | Dtype::Q4K | Dtype::Q5K => true,
        Dtype::F32 | Dtype::F16 | Dtype::BF16 | Dtype::Q2K | Dtype::Q3K | Dtype::Q6K => false,
    }
}
