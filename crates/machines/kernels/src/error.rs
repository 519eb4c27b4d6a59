use tensor::Dtype;

/// Why there is no kernel for a shape.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unsupported {
    /// Rows that do not fall into groups of four columns.
    #[error(
        "{kernel}: rows of {found} columns; expected a multiple of 4, which every kernel reads at a time"
    )]
    Columns {
        /// Which kernel.
        kernel: &'static str,
        /// Columns asked for.
        found: u32,
    },
    /// Rows that do not fill their last block.
    #[error("{kernel}: rows of {found} columns do not fill whole {dtype} blocks of {}", dtype.block_len())]
    PartialBlock {
        /// Which kernel.
        kernel: &'static str,
        /// Of the matrix.
        dtype: Dtype,
        /// Columns asked for.
        found: u32,
    },
    /// Heads that are too wide for workgroup memory, or not of whole quads.
    #[error(
        "{kernel}: heads of {found} columns; expected a multiple of 4, at most {}",
        crate::variant::MAX_HEAD_DIM
    )]
    HeadDim {
        /// Which kernel.
        kernel: &'static str,
        /// Columns of a head.
        found: u32,
    },
    /// Query heads that are no multiple of the key heads.
    #[error("{kernel}: {n_query} query heads over {n_kv} key heads; expected a multiple")]
    Heads {
        /// Which kernel.
        kernel: &'static str,
        /// Query heads.
        n_query: u32,
        /// Key and value heads.
        n_kv: u32,
    },
    /// More or fewer rows of x than a kernel unrolls.
    #[error("{kernel}: {found} rows of x; expected 1 to {most}")]
    XRows {
        /// Which kernel.
        kernel: &'static str,
        /// Rows asked for.
        found: u32,
        /// The most it takes.
        most: u32,
    },
    /// A norm, which only the kernels for few rows of x can fuse.
    #[error("{kernel} does not normalise its input; run the norm first")]
    Normalise {
        /// Which kernel.
        kernel: &'static str,
    },
    /// A format in whose units the scales change too often for the integer product.
    #[error("{kernel} does not read {dtype}; use matmul")]
    Packed {
        /// Which kernel.
        kernel: &'static str,
        /// Of the matrix.
        dtype: Dtype,
    },
    /// More work than a dispatch may have.
    #[error("{kernel}: {found:?} workgroups; expected at most 65535 in each dimension: split the rows")]
    TooLarge {
        /// Which kernel.
        kernel: &'static str,
        /// Workgroups asked for.
        found: [u32; 3],
    },
}

/// `Ok` if rows of `cols` columns can be read four columns at a time.
pub(crate) fn whole_quads(kernel: &'static str, cols: u32) -> Result<(), Unsupported> {
    if cols > 0 && cols.is_multiple_of(4) {
        Ok(())
    } else {
        Err(Unsupported::Columns { kernel, found: cols })
    }
}
