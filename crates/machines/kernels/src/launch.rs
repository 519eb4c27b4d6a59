use crate::params::Params;
use crate::{Kernel, Unsupported, Variant};

/// WebGPU's default limit of workgroups in each dimension.
const MAX_WORKGROUPS: u32 = 65_535;

/// Everything about a dispatch except its buffers.
#[derive(Clone, Debug, PartialEq)]
pub struct Launch {
    /// The kernel.
    pub kernel: &'static Kernel,
    /// The variant of its source.
    pub variant: Variant,
    /// Contents of the uniform buffer: a word for each of [`Kernel::params`].
    pub params: Vec<u32>,
    /// How many workgroups.
    pub workgroups: [u32; 3],
}

/// What identifies a pipeline.
pub type PipelineKey = (&'static Kernel, Variant);

impl Launch {
    /// The key of the pipeline that this launch needs.
    pub fn pipeline(&self) -> PipelineKey {
        (self.kernel, self.variant)
    }

    /// A launch of the variant `wanted`, without the parts that the kernel does not use.
    pub(crate) fn new(
        kernel: &'static Kernel,
        wanted: Variant,
        params: &impl Params,
        workgroups: [u32; 3],
    ) -> Result<Self, Unsupported> {
        if workgroups.iter().any(|&n| n > MAX_WORKGROUPS) {
            return Err(Unsupported::TooLarge { kernel: kernel.name, found: workgroups });
        }
        Ok(Self { kernel, variant: kernel.variant(&wanted), params: params.words(), workgroups })
    }

    /// A launch with an invocation for each of `n` items.
    pub(crate) fn each(
        kernel: &'static Kernel,
        wanted: Variant,
        params: &impl Params,
        n: u32,
    ) -> Result<Self, Unsupported> {
        Self::new(kernel, wanted, params, grid(n.div_ceil(kernel.workgroup)))
    }
}

/// `n` workgroups for a kernel that counts them with `group_index`: along x, and then along y if one dimension is not enough.
/// There may be a few too many in the last row, which return at once.
pub(crate) fn grid(n: u32) -> [u32; 3] {
    let rows = n.div_ceil(MAX_WORKGROUPS).max(1);
    [n.div_ceil(rows), rows, 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_covers_every_group_within_the_limit() {
        assert_eq!(grid(1), [1, 1, 1]);
        assert_eq!(grid(65_535), [65_535, 1, 1]);
        assert_eq!(grid(65_536), [32_768, 2, 1]);
        for n in [3, 65_537, 131_071, 1_000_003] {
            let [x, y, z] = grid(n);
            assert!(x <= MAX_WORKGROUPS && x * y * z >= n && (x * y * z) - n < y, "{n}: {x} x {y}");
        }
    }
}
