use model::backend::Shape;

use super::f32_bytes;

/// How much a dispatch moves and computes. The bytes of each operand count once, a multiply-add as two operations.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cost {
    pub(super) n_bytes: u64,
    pub(super) n_flops: u64,
}

impl Cost {
    /// An element-wise function of `n_operands` activations, with `n_flops` operations for each element.
    pub(super) fn each(shape: Shape, n_operands: u64, n_flops: u64) -> Self {
        Self { n_bytes: (n_operands + 1) * f32_bytes(shape), n_flops: n_flops * shape.n_elements() as u64 }
    }

    /// A product of `x` with a matrix of `weight_bytes`.
    pub(super) fn product(x: Shape, outputs: usize, weight_bytes: u64) -> Self {
        let n_bytes = weight_bytes + f32_bytes(x) + f32_bytes(Shape::new(x.rows, outputs));
        Self { n_bytes, n_flops: 2 * (x.n_elements() * outputs) as u64 }
    }

    /// Attention with `n_pairs` pairs of query and key in each head, over keys and values of `n_kv_bytes`.
    pub(super) fn attention(q: Shape, n_pairs: usize, n_heads: usize, n_kv_bytes: u64) -> Self {
        // One multiply-add for the score and one for the value, per column; about four for the softmax.
        let n_flops = n_pairs * (4 * q.cols + 4 * n_heads);
        Self { n_bytes: 2 * f32_bytes(q) + n_kv_bytes, n_flops: n_flops as u64 }
    }
}
