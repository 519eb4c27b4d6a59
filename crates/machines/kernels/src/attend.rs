//! Rotation and attention.
//!
//! A row of a cache is a token's keys and then its values, `(capacity, 2, n_kv * head_dim)`. So a kernel that writes them has one
//! binding, and a kernel that reads them has two bindings of the same buffer.

use crate::format::wgsl;
use crate::kernel::{Part, read, write};
use crate::params::{Params, params};
use crate::{Kernel, Launch, Unsupported, Variant};

pub use crate::variant::MAX_HEAD_DIM;

/// Rotates every head of every row.
pub static ROPE: Kernel = Kernel {
    name: "rope",
    bindings: &[read("x"), read("cosines"), read("sines"), write("y")],
    params: RopeParams::FIELDS,
    workgroup: 128,
    parts: &[Part::GROUP],
    body: wgsl!("rope"),
};

/// Rotates queries and keys, and appends keys and values to the cache.
pub static ROPE_APPEND: Kernel = Kernel {
    name: "rope_append",
    bindings: &[
        read("q"),
        read("k"),
        read("v"),
        read("cosines"),
        read("sines"),
        write("queries"),
        write("cache"),
    ],
    params: RopeAppendParams::FIELDS,
    workgroup: 128,
    parts: &[Part::GROUP],
    body: wgsl!("rope_append"),
};

/// Attention of many queries.
pub static ATTEND: Kernel = Kernel {
    name: "attend",
    bindings: &[read("queries"), read("keys"), read("values"), write("y")],
    params: AttendParams::FIELDS,
    workgroup: 128,
    parts: &[Part::HeadDim],
    body: wgsl!("attend"),
};

/// Attention of few queries over runs of the keys.
pub static ATTEND_SPLIT: Kernel = Kernel {
    name: "attend_split",
    bindings: &[read("queries"), read("keys"), read("values"), write("runs")],
    params: SplitParams::FIELDS,
    workgroup: 64,
    parts: &[Part::HeadDim],
    body: wgsl!("attend_split"),
};

/// Combines the runs of [`ATTEND_SPLIT`].
pub static ATTEND_MERGE: Kernel = Kernel {
    name: "attend_merge",
    bindings: &[read("runs"), write("y")],
    params: MergeParams::FIELDS,
    workgroup: 64,
    parts: &[Part::HeadDim],
    body: wgsl!("attend_merge"),
};

params!(RopeParams { rows: u32, n_heads: u32, dim: u32 });
params!(RopeAppendParams { rows: u32, n_query: u32, n_kv: u32, dim: u32, n_past: u32 });
params!(AttendParams {
    first_query: u32,
    n_queries: u32,
    first_key: u32,
    n_keys: u32,
    is_causal: u32,
    n_query: u32,
    n_kv: u32,
    key_stride: u32,
    key_quad: u32,
    value_quad: u32,
    scale: f32,
});
params!(SplitParams {
    n_queries: u32,
    n_keys: u32,
    n_query: u32,
    n_kv: u32,
    key_stride: u32,
    key_quad: u32,
    value_quad: u32,
    run_keys: u32,
    scale: f32,
});
params!(MergeParams { n_query: u32, n_runs: u32 });

/// How columns divide into heads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeadLayout {
    /// Query heads.
    pub n_query: u32,
    /// Key and value heads.
    pub n_kv: u32,
    /// Columns of a head.
    pub dim: u32,
}

/// Which buffers hold keys and values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A buffer each, `(rows, n_kv * dim)`.
    Fresh,
    /// A cache, bound as `keys` and again as `values`.
    Cached,
}

/// Which keys a query may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mask {
    /// Query `i` of `n` sees keys `0 ..= n_keys - n + i`.
    Causal {
        /// Rows of queries.
        n_queries: u32,
        /// Rows of keys.
        n_keys: u32,
    },
    /// Rows `first .. first + n` see each other. One launch for each segment.
    Segment {
        /// First row of queries and keys.
        first: u32,
        /// Rows.
        n: u32,
    },
}

/// `rope` of `(rows, n_heads * dim)`.
pub fn rope(rows: u32, n_heads: u32, dim: u32) -> Result<Launch, Unsupported> {
    if !dim.is_multiple_of(2) {
        return Err(Unsupported::HeadDim { kernel: ROPE.name, found: dim });
    }
    let params = RopeParams { rows, n_heads, dim };
    Launch::each(&ROPE, Variant::default(), &params, rows * n_heads * (dim / 2))
}

/// `rope` of queries and keys and `append` of keys and values, for `rows` tokens after the first `n_past` of the cache.
pub fn rope_append(rows: u32, heads: HeadLayout, n_past: u32) -> Result<Launch, Unsupported> {
    let HeadLayout { n_query, n_kv, dim } = heads;
    check_heads(&ROPE_APPEND, heads)?;
    let params = RopeAppendParams { rows, n_query, n_kv, dim, n_past };
    Launch::each(&ROPE_APPEND, Variant::default(), &params, rows * (n_query + 2 * n_kv) * (dim / 2))
}

/// Attention of any number of queries.
pub fn attend(heads: HeadLayout, source: Source, mask: Mask) -> Result<Launch, Unsupported> {
    const QUERIES_OF_A_GROUP: u32 = 32;
    let HeadLayout { n_query, n_kv, dim } = heads;
    check_heads(&ATTEND, heads)?;
    let (first, n_queries, n_keys, is_causal) = match mask {
        Mask::Causal { n_queries, n_keys } => (0, n_queries, n_keys, 1),
        Mask::Segment { first, n } => (first, n, n, 0),
    };
    let (key_stride, value_quad) = quads(heads, source);
    let params = AttendParams {
        first_query: first,
        n_queries,
        first_key: first,
        n_keys,
        is_causal,
        n_query,
        n_kv,
        key_stride,
        key_quad: 0,
        value_quad,
        scale: scale(dim),
    };
    let variant = Variant { head_dim: Some(dim), ..Variant::default() };
    Launch::new(&ATTEND, variant, &params, [n_queries.div_ceil(QUERIES_OF_A_GROUP), n_query, 1])
}

/// Causal attention of a few queries over a cache, in two dispatches.
#[derive(Clone, Debug, PartialEq)]
pub struct SplitAttend {
    /// The first dispatch.
    pub split: Launch,
    /// The second dispatch.
    pub merge: Launch,
    /// f32 elements of the buffer `runs` between them.
    pub n_runs_elements: u32,
}

/// See [`SplitAttend`]. For decoding: `n_queries` is 1, or a handful.
pub fn attend_split(
    heads: HeadLayout,
    source: Source,
    n_queries: u32,
    n_keys: u32,
) -> Result<SplitAttend, Unsupported> {
    // A workgroup scores 64 keys at a time. More runs than this would not keep a GPU busier, and each costs the merge a row.
    const KEYS_AT_A_TIME: u32 = 64;
    const MAX_RUNS: u32 = 32;
    let HeadLayout { n_query, n_kv, dim } = heads;
    check_heads(&ATTEND_SPLIT, heads)?;
    let run_keys = n_keys.div_ceil(MAX_RUNS).next_multiple_of(KEYS_AT_A_TIME);
    let n_runs = n_keys.div_ceil(run_keys);
    let (key_stride, value_quad) = quads(heads, source);
    let params = SplitParams {
        n_queries,
        n_keys,
        n_query,
        n_kv,
        key_stride,
        key_quad: 0,
        value_quad,
        run_keys,
        scale: scale(dim),
    };
    let variant = Variant { head_dim: Some(dim), ..Variant::default() };
    Ok(SplitAttend {
        split: Launch::new(&ATTEND_SPLIT, variant, &params, [n_query, n_runs, n_queries])?,
        merge: Launch::new(
            &ATTEND_MERGE,
            variant,
            &MergeParams { n_query, n_runs },
            [n_query, n_queries, 1],
        )?,
        n_runs_elements: n_queries * n_query * n_runs * (dim + 4),
    })
}

/// (quads from one key to the next, quad of a row at which values begin)
fn quads(heads: HeadLayout, source: Source) -> (u32, u32) {
    let row = heads.n_kv * heads.dim / 4;
    match source {
        Source::Fresh => (row, 0),
        Source::Cached => (2 * row, row),
    }
}

fn scale(dim: u32) -> f32 {
    f64::from(dim).powf(-0.5) as f32
}

pub(crate) fn check_heads(kernel: &Kernel, heads: HeadLayout) -> Result<(), Unsupported> {
    let HeadLayout { n_query, n_kv, dim } = heads;
    if dim == 0 || !dim.is_multiple_of(4) || dim > MAX_HEAD_DIM {
        return Err(Unsupported::HeadDim { kernel: kernel.name, found: dim });
    }
    if n_kv == 0 || !n_query.is_multiple_of(n_kv) {
        return Err(Unsupported::Heads { kernel: kernel.name, n_query, n_kv });
    }
    Ok(())
}
