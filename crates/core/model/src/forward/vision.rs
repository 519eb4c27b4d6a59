//! The vision tower: patches of one image to the vectors that take the place of its tokens.

use imaging::{PATCH_LEN, Patches};

use crate::backend::{Activation, Backend, BackendError, Keys, Linear, Norm, Rotation, Shape, Span};
use crate::config::VisionConfig;
use crate::positions::RopeTable;

/// One block: `x += attention(norm(x)); x += mlp(norm(x))`.
#[derive(Debug)]
pub struct VisionBlock<W> {
    pub(crate) attention_norm: Norm<W>,
    pub(crate) query: Linear<W>,
    pub(crate) key: Linear<W>,
    pub(crate) value: Linear<W>,
    pub(crate) output: Linear<W>,
    pub(crate) mlp_norm: Norm<W>,
    pub(crate) fc1: Linear<W>,
    pub(crate) fc2: Linear<W>,
}

/// The tower with its merger.
#[derive(Debug)]
pub struct VisionModel<B: Backend> {
    /// What the file says about it.
    pub config: VisionConfig,
    /// `(n_embd, 588)`
    pub(crate) patch_embedding: Linear<B::Weight>,
    pub(crate) blocks: Vec<VisionBlock<B::Weight>>,
    pub(crate) merger_norm: Norm<B::Weight>,
    pub(crate) merger_in: Linear<B::Weight>,
    pub(crate) merger_out: Linear<B::Weight>,
}

/// An image on its way through the tower.
#[derive(Debug)]
pub struct VisionPass<B: Backend> {
    /// `(n_patches, n_embd)`
    x: B::Tensor,
    rotation: Rotation<B::Tensor>,
    n_patches: usize,
    n_done: usize,
}

impl<B: Backend> VisionPass<B> {
    /// Blocks that have run.
    pub fn n_done(&self) -> usize {
        self.n_done
    }
}

impl<B: Backend> VisionModel<B> {
    /// Blocks a pass takes.
    pub fn n_blocks(&self) -> usize {
        self.blocks.len()
    }

    /// Embeds the patches of one image.
    pub fn begin(&self, b: &mut B, patches: &Patches) -> Result<VisionPass<B>, BackendError> {
        let n_patches = patches.grid.n_patches();
        let pixels = b.upload(Shape::new(n_patches, PATCH_LEN), &patches.values)?;
        let x = b.linear(&pixels, &self.patch_embedding)?;
        let table = RopeTable::vision(patches.grid, VisionConfig::ROPE_BASE, self.config.heads.dim);
        Ok(VisionPass { x, rotation: table.upload(b)?, n_patches, n_done: 0 })
    }

    /// Runs the next block; `false` once none is left.
    pub fn advance(&self, b: &mut B, pass: &mut VisionPass<B>) -> Result<bool, BackendError> {
        let Some(block) = self.blocks.get(pass.n_done) else { return Ok(false) };
        let heads = self.config.heads;
        let h = b.layer_norm(&pass.x, &block.attention_norm)?;
        let [q, k, v] = b.qkv(&h, [&block.query, &block.key, &block.value])?;
        let q = b.rope(&q, heads.n_query, &pass.rotation)?;
        let k = b.rope(&k, heads.n_kv, &pass.rotation)?;
        let a = b.attend(&q, Keys::Fresh { k: &k, v: &v }, heads, Span::Segments(&[pass.n_patches]))?;
        let x = b.linear_add(&a, &block.output, &pass.x)?;
        let h = b.layer_norm(&x, &block.mlp_norm)?;
        let h = b.linear(&h, &block.fc1)?;
        let h = b.activate(&h, Activation::QuickGelu)?;
        pass.x = b.linear_add(&h, &block.fc2, &x)?;
        pass.n_done += 1;
        Ok(true)
    }

    /// Merges each 2 x 2 block of patches into one vector: `(n_patches / 4, n_out)`.
    pub fn merge(&self, b: &mut B, pass: VisionPass<B>) -> Result<B::Tensor, BackendError> {
        let h = b.layer_norm(&pass.x, &self.merger_norm)?;
        let h = b.reshape(&h, Shape::new(pass.n_patches / 4, 4 * self.config.n_embd))?;
        let h = b.linear(&h, &self.merger_in)?;
        let h = b.activate(&h, Activation::GeluErf)?;
        b.linear(&h, &self.merger_out)
    }
}
