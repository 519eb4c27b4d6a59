//! Copies of whole rows from one buffer to another.

use tensor::Dtype;

use crate::error::whole_quads;
use crate::format::wgsl;
use crate::kernel::{Part, read, write};
use crate::params::{Params, params};
use crate::{Kernel, Launch, Unsupported, Variant};

/// Rows of keys and values into a cache.
pub static APPEND: Kernel = Kernel {
    name: "append",
    bindings: &[read("k"), read("v"), write("cache")],
    params: AppendParams::FIELDS,
    workgroup: 128,
    parts: &[Part::GROUP],
    body: wgsl!("append"),
};

/// Rows of one activation into another: `splice`, `last_row`.
pub static COPY_ROWS: Kernel = Kernel {
    name: "copy_rows",
    bindings: &[read("x"), write("y")],
    params: CopyParams::FIELDS,
    workgroup: 128,
    parts: &[Part::GROUP],
    body: wgsl!("copy_rows"),
};

/// Rows of a table by token id.
pub static EMBED: Kernel = Kernel {
    name: "embed",
    bindings: &[read("ids"), read("weights"), write("y")],
    params: EmbedParams::FIELDS,
    workgroup: 64,
    parts: &[Part::GROUP, Part::Weights],
    body: wgsl!("embed"),
};

params!(AppendParams { rows: u32, row_quads: u32, n_past: u32 });
params!(CopyParams { rows: u32, row_quads: u32, from_row: u32, to_row: u32 });
params!(EmbedParams { cols: u32, n_ids: u32, first_id: u32, part_row: u32, part_rows: u32 });

/// Appends `rows` rows of `cols` keys and as many values to the `n_past` rows of the cache.
pub fn append(rows: u32, cols: u32, n_past: u32) -> Result<Launch, Unsupported> {
    whole_quads(APPEND.name, cols)?;
    let params = AppendParams { rows, row_quads: cols / 4, n_past };
    Launch::each(&APPEND, Variant::default(), &params, rows * params.row_quads)
}

/// Copies `rows` rows of `cols` columns.
pub fn copy_rows(rows: u32, cols: u32, from_row: u32, to_row: u32) -> Result<Launch, Unsupported> {
    whole_quads(COPY_ROWS.name, cols)?;
    let params = CopyParams { rows, row_quads: cols / 4, from_row, to_row };
    Launch::each(&COPY_ROWS, Variant::default(), &params, rows * params.row_quads)
}

/// A part of a table of embeddings: all of it, or one of [`layout::row_parts`](crate::layout::row_parts).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TablePart {
    /// Format of the table.
    pub dtype: Dtype,
    /// Columns of an embedding.
    pub cols: u32,
    /// First row of the part in the table.
    pub first_row: u32,
    /// Rows of the part.
    pub n_rows: u32,
}

/// Embeds the ids `first_id .. first_id + n_ids` into `(n_ids, cols)`. Writes only the rows of ids that are in this part.
pub fn embed(part: &TablePart, first_id: u32, n_ids: u32) -> Result<Launch, Unsupported> {
    crate::linear::whole_rows(&EMBED, part.dtype, part.cols)?;
    let params =
        EmbedParams { cols: part.cols, n_ids, first_id, part_row: part.first_row, part_rows: part.n_rows };
    let variant = Variant { weight: Some(part.dtype), ..Variant::default() };
    Launch::each(&EMBED, variant, &params, n_ids * part.cols.div_ceil(16))
}
