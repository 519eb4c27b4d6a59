//! `y = x WT`, with the operations that can be fused into it.
//!
//! A decode step spends its time here, reading every weight once. In the kernels for 1 to 4 rows of x, a workgroup takes four
//! rows of W and its invocations share the columns; `matmul` works in tiles of 64 by 64.
//!
//! Weights that are multiplied with the same x become one matrix when the model is loaded: `q | k | v` and `gate | up`. In the
//! [`layout`](crate::layout) of this crate their rows just follow each other. If their formats differ (Q4_K_M often has values in
//! Q6_K), a fused kernel takes one run of heads, and there is a dispatch for each format.

use tensor::Dtype;

use crate::attend::{HeadLayout, check_heads};
use crate::error::whole_quads;
use crate::format::wgsl;
use crate::kernel::{Part, read, write};
use crate::launch::grid;
use crate::params::{Params, params};
use crate::{Features, Kernel, Launch, Unsupported, Variant};

pub use crate::variant::MAX_MATVEC_ROWS;

const MATVEC_PARTS: &[Part] = &[
    Part::XRows,
    Part::Sum,
    Part::GROUP,
    Part::Weights,
    Part::Text(wgsl!("parts/x_unit")),
    Part::Text(wgsl!("parts/row_dots")),
];

/// `norm(x) WT + bias + residual` for 1 to 4 rows of x.
pub static MATVEC: Kernel = Kernel {
    name: "matvec",
    bindings: &[read("x"), read("gain"), read("weights"), read("bias"), read("residual"), write("y")],
    params: MatvecParams::FIELDS,
    workgroup: 32,
    parts: MATVEC_PARTS,
    body: wgsl!("matvec"),
};

/// `silu(norm(x) GT) * (norm(x) UT)` for 1 to 4 rows of x.
pub static MATVEC_SWIGLU: Kernel = Kernel {
    name: "matvec_swiglu",
    bindings: &[read("x"), read("gain"), read("weights"), write("y")],
    params: SwigluParams::FIELDS,
    workgroup: 32,
    parts: MATVEC_PARTS,
    body: wgsl!("matvec_swiglu"),
};

/// Rotated queries, and rotated keys and values in the cache, of 1 to 4 rows of x.
pub static MATVEC_QKV: Kernel = Kernel {
    name: "matvec_qkv",
    bindings: &[
        read("x"),
        read("gain"),
        read("weights"),
        read("bias"),
        read("cosines"),
        read("sines"),
        write("queries"),
        write("cache"),
    ],
    params: QkvParams::FIELDS,
    workgroup: 32,
    parts: MATVEC_PARTS,
    body: wgsl!("matvec_qkv"),
};

/// `x WT + bias + residual` for many rows of x.
pub static MATMUL: Kernel = Kernel {
    name: "matmul",
    bindings: &[read("x"), read("weights"), read("bias"), read("residual"), write("y")],
    params: MatmulParams::FIELDS,
    workgroup: 128,
    parts: &[
        Part::Weights,
        Part::Tile,
        Part::Text(wgsl!("parts/x_unit")),
        Part::Text(wgsl!("parts/product")),
    ],
    body: wgsl!("matmul"),
};

/// [`MATMUL`] of x in 8 bits.
pub static MATMUL_PACKED: Kernel = Kernel {
    name: "matmul_packed",
    bindings: &[read("quants"), read("scales"), read("weights"), read("bias"), read("residual"), write("y")],
    params: MatmulParams::FIELDS,
    workgroup: 128,
    parts: &[Part::PackedDot, Part::Weights, Part::Text(wgsl!("parts/product"))],
    body: wgsl!("matmul_packed"),
};

/// Rounds x to 8 bits, for [`MATMUL_PACKED`].
pub static QUANTISE_ROWS: Kernel = Kernel {
    name: "quantise_rows",
    bindings: &[read("x"), write("quants"), write("scales")],
    params: QuantiseParams::FIELDS,
    workgroup: 64,
    parts: &[Part::PackedDot, Part::GROUP],
    body: wgsl!("quantise_rows"),
};

params!(MatvecParams {
    cols: u32,
    rows: u32,
    weight_row: u32,
    out_col: u32,
    out_cols: u32,
    has_bias: u32,
    has_residual: u32,
    normalise: u32,
    eps: f32,
});
params!(SwigluParams { cols: u32, out_cols: u32, normalise: u32, eps: f32 });
params!(QkvParams {
    cols: u32,
    n_heads: u32,
    first_head: u32,
    n_query: u32,
    n_kv: u32,
    head_dim: u32,
    n_past: u32,
    has_bias: u32,
    normalise: u32,
    eps: f32,
});
params!(MatmulParams {
    cols: u32,
    rows: u32,
    x_rows: u32,
    weight_row: u32,
    out_col: u32,
    out_cols: u32,
    has_bias: u32,
    has_residual: u32,
});

params!(QuantiseParams { n_blocks: u32 });

/// Rows of a matrix in a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Matrix {
    /// Their format in the file; [`layout`](crate::layout) says how it is laid out in the buffer.
    pub dtype: Dtype,
    /// Rows to be multiplied.
    pub rows: u32,
    /// Inputs.
    pub cols: u32,
    /// Rows before them in the binding.
    pub first_row: u32,
}

/// `y = norm(x) WT + bias + residual`. Bindings that are not used must be bound all the same; any buffer will do, x for example.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Product {
    /// The rows of W in this dispatch.
    pub matrix: Matrix,
    /// Rows of x.
    pub x_rows: u32,
    /// Column of y for the first of these rows: other than 0 if W is cut by rows.
    pub out_col: u32,
    /// Columns of y.
    pub out_cols: u32,
    /// Add a bias, `(1, out_cols)`.
    pub has_bias: bool,
    /// Add a residual, `(x_rows, out_cols)`.
    pub has_residual: bool,
    /// RMS norm of x with this epsilon; only for up to [`MAX_MATVEC_ROWS`] rows.
    pub normalise: Option<f32>,
}

impl Product {
    /// Only the product, with a matrix that is not cut.
    pub fn whole(matrix: Matrix, x_rows: u32) -> Self {
        Self {
            matrix,
            x_rows,
            out_col: 0,
            out_cols: matrix.rows,
            has_bias: false,
            has_residual: false,
            normalise: None,
        }
    }

    /// `matvec` for few rows of x, `matmul` for many.
    pub fn launch(&self, features: Features) -> Result<Launch, Unsupported> {
        if self.x_rows <= MAX_MATVEC_ROWS { self.matvec(features) } else { self.tiles(&MATMUL, features) }
    }

    fn matvec(&self, features: Features) -> Result<Launch, Unsupported> {
        let Matrix { rows, cols, first_row, .. } = self.matrix;
        let params = MatvecParams {
            cols,
            rows,
            weight_row: first_row,
            out_col: self.out_col,
            out_cols: self.out_cols,
            has_bias: self.has_bias.into(),
            has_residual: self.has_residual.into(),
            normalise: self.normalise.is_some().into(),
            eps: self.normalise.unwrap_or(0.0),
        };
        let variant = variant(&MATVEC, features, self.matrix.dtype, cols, self.x_rows)?;
        Launch::new(&MATVEC, variant, &params, grid(rows.div_ceil(4)))
    }

    /// `matmul` in integers, in two launches: x is rounded to 8 bits, then multiplied. Only for formats that [`packs`] accepts, if
    /// the adapter has the packed dot product, and if x may be wrong by 1/250 of the largest number of its block.
    pub fn launch_packed(&self) -> Result<[Launch; 2], Unsupported> {
        const BLOCK: u32 = 32;
        let Matrix { dtype, cols, .. } = self.matrix;
        if !packs(dtype) {
            return Err(Unsupported::Packed { kernel: MATMUL_PACKED.name, dtype });
        }
        let product = self.tiles(&MATMUL_PACKED, Features::default())?;
        let n_blocks = self.x_rows * cols / BLOCK;
        let params = QuantiseParams { n_blocks };
        let quantise = Launch::each(&QUANTISE_ROWS, Variant::default(), &params, n_blocks)?;
        Ok([quantise, product])
    }

    fn tiles(&self, kernel: &'static Kernel, features: Features) -> Result<Launch, Unsupported> {
        const TILE: u32 = 64;
        let Matrix { dtype, rows, cols, first_row } = self.matrix;
        if self.normalise.is_some() {
            return Err(Unsupported::Normalise { kernel: kernel.name });
        }
        whole_rows(kernel, dtype, cols)?;
        let params = MatmulParams {
            cols,
            rows,
            x_rows: self.x_rows,
            weight_row: first_row,
            out_col: self.out_col,
            out_cols: self.out_cols,
            has_bias: self.has_bias.into(),
            has_residual: self.has_residual.into(),
        };
        let variant = Variant { weight: Some(dtype), features, ..Variant::default() };
        Launch::new(kernel, variant, &params, [rows.div_ceil(TILE), self.x_rows.div_ceil(TILE), 1])
    }
}

/// Whether there is a [`MATMUL_PACKED`] for a format.
pub fn packs(dtype: Dtype) -> bool {
    crate::format::shares_scales(dtype)
}

/// `silu(norm(x) GT) * (norm(x) UT)`. `gate | up` is one matrix with two rows for each column of the result.
pub fn matvec_swiglu(
    gate_up: Matrix,
    x_rows: u32,
    normalise: Option<f32>,
    features: Features,
) -> Result<Launch, Unsupported> {
    let out_cols = gate_up.rows / 2;
    let params = SwigluParams {
        cols: gate_up.cols,
        out_cols,
        normalise: normalise.is_some().into(),
        eps: normalise.unwrap_or(0.0),
    };
    let variant = variant(&MATVEC_SWIGLU, features, gate_up.dtype, gate_up.cols, x_rows)?;
    Launch::new(&MATVEC_SWIGLU, variant, &params, grid(out_cols.div_ceil(2)))
}

/// A run of the heads `queries | keys | values` of a layer, for [`matvec_qkv`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeadRun {
    /// Format of these heads' rows.
    pub dtype: Dtype,
    /// Inputs.
    pub cols: u32,
    /// Heads in this run.
    pub n_heads: u32,
    /// The first of them, counted among all `n_query + 2 n_kv` heads.
    pub first_head: u32,
    /// All heads of the layer.
    pub heads: HeadLayout,
    /// Add a bias, `((n_query + 2 n_kv) * dim)`.
    pub has_bias: bool,
}

/// Queries of `x_rows` tokens, and their keys and values from row `n_past` of the cache.
pub fn matvec_qkv(
    run: &HeadRun,
    x_rows: u32,
    n_past: u32,
    normalise: Option<f32>,
    features: Features,
) -> Result<Launch, Unsupported> {
    let HeadLayout { n_query, n_kv, dim: head_dim } = run.heads;
    check_heads(&MATVEC_QKV, run.heads)?;
    let params = QkvParams {
        cols: run.cols,
        n_heads: run.n_heads,
        first_head: run.first_head,
        n_query,
        n_kv,
        head_dim,
        n_past,
        has_bias: run.has_bias.into(),
        normalise: normalise.is_some().into(),
        eps: normalise.unwrap_or(0.0),
    };
    let variant = variant(&MATVEC_QKV, features, run.dtype, run.cols, x_rows)?;
    // A workgroup has two pairs of columns of a head, that is four of its columns.
    Launch::new(&MATVEC_QKV, variant, &params, grid(run.n_heads * head_dim / 4))
}

fn variant(
    kernel: &Kernel,
    features: Features,
    dtype: Dtype,
    cols: u32,
    x_rows: u32,
) -> Result<Variant, Unsupported> {
    whole_rows(kernel, dtype, cols)?;
    if !(1..=MAX_MATVEC_ROWS).contains(&x_rows) {
        return Err(Unsupported::XRows { kernel: kernel.name, found: x_rows, most: MAX_MATVEC_ROWS });
    }
    Ok(Variant { weight: Some(dtype), features, x_rows: Some(x_rows), head_dim: None })
}

pub(crate) fn whole_rows(kernel: &Kernel, dtype: Dtype, cols: u32) -> Result<(), Unsupported> {
    whole_quads(kernel.name, cols)?;
    if (cols as usize).is_multiple_of(dtype.block_len()) {
        return Ok(());
    }
    Err(Unsupported::PartialBlock { kernel: kernel.name, dtype, found: cols })
}
