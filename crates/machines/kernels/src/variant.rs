use tensor::Dtype;

/// The most rows of x for which a product is a `matvec`; its source unrolls them.
pub const MAX_MATVEC_ROWS: u32 = 4;

/// The most columns of a head for which 16 keys and the scores of 32 queries fit the 16 KiB of workgroup memory of `attend`.
pub const MAX_HEAD_DIM: u32 = 128;

/// Features of an adapter beyond core WebGPU. Every kernel but the packed ones also runs without them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Features {
    /// `shader-f16`
    pub f16: bool,
    /// `subgroups`, of any size.
    pub subgroups: bool,
    /// WGSL's `packed_4x8_integer_dot_product`.
    pub packed_dot: bool,
}

/// Everything that a kernel's source depends on, besides the kernel. Two sources of one kernel are equal exactly if their
/// variants are, so (kernel, variant) is the key of a pipeline cache.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Variant {
    /// Format of the kernel's `weights`.
    pub weight: Option<Dtype>,
    /// The features that the source uses, which may be fewer than the adapter has.
    pub features: Features,
    /// Rows of x, if they are unrolled.
    pub x_rows: Option<u32>,
    /// Columns of an attention head, if they are unrolled.
    pub head_dim: Option<u32>,
}
