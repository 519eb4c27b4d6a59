//! Element-wise functions.

use crate::error::whole_quads;
use crate::format::wgsl;
use crate::kernel::{Part, read, write};
use crate::params::{Params, params};
use crate::{Kernel, Launch, Unsupported, Variant};

const PARTS: &[Part] = &[Part::GROUP, Part::Text(wgsl!("parts/pointwise"))];

/// `a + b`
pub static ADD: Kernel = Kernel {
    name: "add",
    bindings: &[read("a"), read("b"), write("y")],
    params: PointwiseParams::FIELDS,
    workgroup: 128,
    parts: PARTS,
    body: wgsl!("add"),
};

/// `silu(gate) * up`
pub static SWIGLU: Kernel = Kernel {
    name: "swiglu",
    bindings: &[read("gate"), read("up"), write("y")],
    params: PointwiseParams::FIELDS,
    workgroup: 128,
    parts: PARTS,
    body: wgsl!("swiglu"),
};

/// `x * sigmoid(1.702 x)`
pub static QUICK_GELU: Kernel = Kernel {
    name: "quick_gelu",
    bindings: &[read("x"), write("y")],
    params: PointwiseParams::FIELDS,
    workgroup: 128,
    parts: PARTS,
    body: wgsl!("quick_gelu"),
};

/// `x/2 * (1 + erf(x / sqrt 2))`
pub static GELU_ERF: Kernel = Kernel {
    name: "gelu_erf",
    bindings: &[read("x"), write("y")],
    params: PointwiseParams::FIELDS,
    workgroup: 128,
    parts: PARTS,
    body: wgsl!("gelu_erf"),
};

params!(PointwiseParams { n_quads: u32 });

/// [`ADD`] of `n_elements`.
pub fn add(n_elements: u32) -> Result<Launch, Unsupported> {
    launch(&ADD, n_elements)
}

/// [`SWIGLU`] of `n_elements`.
pub fn swiglu(n_elements: u32) -> Result<Launch, Unsupported> {
    launch(&SWIGLU, n_elements)
}

/// [`QUICK_GELU`] of `n_elements`.
pub fn quick_gelu(n_elements: u32) -> Result<Launch, Unsupported> {
    launch(&QUICK_GELU, n_elements)
}

/// [`GELU_ERF`] of `n_elements`.
pub fn gelu_erf(n_elements: u32) -> Result<Launch, Unsupported> {
    launch(&GELU_ERF, n_elements)
}

fn launch(kernel: &'static Kernel, n_elements: u32) -> Result<Launch, Unsupported> {
    whole_quads(kernel.name, n_elements)?;
    let n_quads = n_elements / 4;
    Launch::each(kernel, Variant::default(), &PointwiseParams { n_quads }, n_quads)
}
