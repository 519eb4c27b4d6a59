use tensor::Dtype;

/// Rows of x up to which a product is a `matvec`, whose source unrolls them.
pub const MAX_MATVEC_ROWS: u32 = 4;

/// Most columns of a head, so that `attend` fits 16 keys and the scores of 32 queries into 16 KiB of workgroup memory.
pub const MAX_HEAD_DIM: u32 = 128;

/// What an adapter offers beyond core WebGPU. Every kernel runs without any of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Features {
    /// `shader-f16`
    pub f16: bool,
    /// `subgroups`, of any size.
    pub subgroups: bool,
    /// WGSL's `packed_4x8_integer_dot_product`.
    pub packed_dot: bool,
}

/// What a kernel's source depends on, besides the kernel. Two sources of one kernel differ exactly where their variants do,
/// so (kernel, variant) is the key of a pipeline cache.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Variant {
    /// Format of the kernel's `weights`.
    pub weight: Option<Dtype>,
    /// What the source makes use of, not all that the adapter has.
    pub features: Features,
    /// Rows of x, where they are unrolled.
    pub x_rows: Option<u32>,
    /// Columns of an attention head, where they are unrolled.
    pub head_dim: Option<u32>,
}
