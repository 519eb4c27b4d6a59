//! Norms of rows, if they are not fused into a `matvec`.

use crate::error::whole_quads;
use crate::format::wgsl;
use crate::kernel::{Part, read, write};
use crate::launch::grid;
use crate::params::{Params, params};
use crate::{Features, Kernel, Launch, Unsupported, Variant};

const PARTS: &[Part] = &[Part::Text(wgsl!("parts/norm")), Part::Sum, Part::GROUP];

/// `x / sqrt(mean square + eps) * gain`
pub static RMS_NORM: Kernel = Kernel {
    name: "rms_norm",
    bindings: &[read("x"), read("gain"), write("y")],
    params: NormParams::FIELDS,
    workgroup: 64,
    parts: PARTS,
    body: wgsl!("rms_norm"),
};

/// `(x - mean) / sqrt(variance + eps) * gain + shift`
pub static LAYER_NORM: Kernel = Kernel {
    name: "layer_norm",
    bindings: &[read("x"), read("gain"), read("shift"), write("y")],
    params: NormParams::FIELDS,
    workgroup: 64,
    parts: PARTS,
    body: wgsl!("layer_norm"),
};

params!(NormParams { rows: u32, cols: u32, eps: f32 });

/// `rms_norm` of `(rows, cols)`.
pub fn rms_norm(rows: u32, cols: u32, eps: f32, features: Features) -> Result<Launch, Unsupported> {
    launch(&RMS_NORM, rows, cols, eps, features)
}

/// `layer_norm` of `(rows, cols)`.
pub fn layer_norm(rows: u32, cols: u32, eps: f32, features: Features) -> Result<Launch, Unsupported> {
    launch(&LAYER_NORM, rows, cols, eps, features)
}

fn launch(
    kernel: &'static Kernel,
    rows: u32,
    cols: u32,
    eps: f32,
    features: Features,
) -> Result<Launch, Unsupported> {
    whole_quads(kernel.name, cols)?;
    let variant = Variant { features, ..Variant::default() };
    Launch::new(kernel, variant, &NormParams { rows, cols, eps }, grid(rows))
}
