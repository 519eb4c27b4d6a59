//! A backend that computes nothing and counts everything: shapes, operations, bytes. What a machine achieves is
//! measured against it.

use tensor::Dtype;

use crate::backend::{
    Activation, Backend, BackendError, Heads, Ids, Keys, Linear, Norm, Rotation, Sampling, Shape, Span,
};

/// One verb as it would run.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Which verb.
    pub verb: &'static str,
    /// Shape of its result.
    pub shape: Shape,
    /// Floating-point operations, a multiply-add as two.
    pub n_flops: u64,
    /// Bytes of weights and cache that must be read, each once.
    pub n_bytes: u64,
}

/// A weight: its shape and how it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlannedWeight {
    shape: Shape,
    dtype: Dtype,
}

impl PlannedWeight {
    fn n_bytes(&self, n_rows: usize) -> u64 {
        let n_blocks = n_rows * self.shape.cols.div_ceil(self.dtype.block_len());
        (n_blocks * self.dtype.block_bytes()) as u64
    }
}

/// Counts the verbs of a forward pass. Tensors are shapes; reading gives zeros.
#[derive(Debug, Default)]
pub struct Plan {
    /// In the order in which they were called.
    pub steps: Vec<Step>,
}

const F32_BYTES: usize = size_of::<f32>();

impl Plan {
    /// Operations of all steps.
    pub fn n_flops(&self) -> u64 {
        self.steps.iter().map(|s| s.n_flops).sum()
    }

    /// Bytes of weights and caches read by all steps.
    pub fn n_bytes(&self) -> u64 {
        self.steps.iter().map(|s| s.n_bytes).sum()
    }

    fn step(
        &mut self,
        verb: &'static str,
        shape: Shape,
        n_flops: usize,
        n_bytes: u64,
    ) -> Result<Shape, BackendError> {
        self.steps.push(Step { verb, shape, n_flops: n_flops as u64, n_bytes });
        Ok(shape)
    }

    /// An element-wise verb with this many operations an element.
    fn each(&mut self, verb: &'static str, shape: Shape, n_flops: usize) -> Result<Shape, BackendError> {
        self.step(verb, shape, n_flops * shape.n_elements(), 0)
    }
}

impl Backend for Plan {
    type Tensor = Shape;
    type Weight = PlannedWeight;
    type Partial = PlannedWeight;
    type Cache = Shape;
    type Sampler = ();
    type Token = ();

    fn name(&self) -> &'static str {
        "plan"
    }
    fn shape(&self, x: &Shape) -> Shape {
        *x
    }
    fn weight_shape(&self, w: &PlannedWeight) -> Shape {
        w.shape
    }
    fn cache_shape(&self, cache: &Shape) -> Shape {
        *cache
    }
    fn weight(&mut self, dtype: Dtype, shape: Shape, _: &[u8]) -> Result<PlannedWeight, BackendError> {
        // A plan needs no bytes, so it does not insist on them.
        self.do_reserve(dtype, shape)
    }
    fn do_reserve(&mut self, dtype: Dtype, shape: Shape) -> Result<PlannedWeight, BackendError> {
        Ok(PlannedWeight { shape, dtype })
    }
    fn do_fill(&mut self, _: &mut PlannedWeight, _: usize, _: &[u8]) -> Result<(), BackendError> {
        Ok(())
    }
    fn do_filled(&mut self, partial: PlannedWeight) -> Result<PlannedWeight, BackendError> {
        Ok(partial)
    }
    fn cache(&mut self, cols: usize) -> Result<Shape, BackendError> {
        Ok(Shape::new(0, cols))
    }
    fn do_truncate(&mut self, cache: &mut Shape, rows: usize) -> Result<(), BackendError> {
        cache.rows = rows;
        Ok(())
    }
    fn do_upload(&mut self, shape: Shape, _: &[f32]) -> Result<Shape, BackendError> {
        Ok(shape)
    }
    fn do_embed(&mut self, table: &PlannedWeight, ids: Ids<'_, Self>) -> Result<Shape, BackendError> {
        let n = match ids {
            Ids::Host(ids) => ids.len(),
            Ids::Sampled(()) => 1,
        };
        self.step("embed", Shape::new(n, table.shape.cols), 0, table.n_bytes(n))
    }
    fn do_linear(&mut self, x: &Shape, w: &Linear<PlannedWeight>) -> Result<Shape, BackendError> {
        let shape = Shape::new(x.rows, w.weight.shape.rows);
        let n_bytes = w.weight.n_bytes(shape.cols) + w.bias.map_or(0, |b| b.n_bytes(1));
        self.step("linear", shape, 2 * shape.n_elements() * x.cols, n_bytes)
    }
    fn do_layer_norm(&mut self, x: &Shape, _: &Norm<PlannedWeight>) -> Result<Shape, BackendError> {
        self.each("layer_norm", *x, 8)
    }
    fn do_rms_norm(&mut self, x: &Shape, _: &Norm<PlannedWeight>) -> Result<Shape, BackendError> {
        self.each("rms_norm", *x, 4)
    }
    fn do_activate(&mut self, x: &Shape, _: Activation) -> Result<Shape, BackendError> {
        self.each("activate", *x, 4)
    }
    fn do_swiglu(&mut self, gate: &Shape, _: &Shape) -> Result<Shape, BackendError> {
        self.each("swiglu", *gate, 5)
    }
    fn do_add(&mut self, x: &Shape, _: &Shape) -> Result<Shape, BackendError> {
        self.each("add", *x, 1)
    }
    fn do_rope(&mut self, x: &Shape, _: usize, _: &Rotation<Shape>) -> Result<Shape, BackendError> {
        self.each("rope", *x, 3)
    }
    fn do_append(&mut self, cache: &mut Shape, k: &Shape, _: &Shape) -> Result<(), BackendError> {
        cache.rows += k.rows;
        Ok(())
    }
    fn do_attend(
        &mut self,
        q: &Shape,
        keys: Keys<'_, Self>,
        heads: Heads,
        span: Span<'_>,
    ) -> Result<Shape, BackendError> {
        let held = match keys {
            Keys::Fresh { k, .. } => *k,
            Keys::Cached(cache) => *cache,
        };
        let n_pairs = match span {
            Span::Causal => (0..q.rows).map(|i| held.rows - q.rows + i + 1).sum::<usize>(),
            Span::Segments(lengths) => lengths.iter().map(|n| n * n).sum(),
        };
        // One multiply-add for the score and one for the value, per column; about four for the softmax.
        let n_flops = n_pairs * heads.n_query * (4 * heads.dim + 4);
        self.step("attend", *q, n_flops, (2 * held.n_elements() * F32_BYTES) as u64)
    }
    fn do_splice(&mut self, x: &Shape, _: &Shape, _: usize) -> Result<Shape, BackendError> {
        self.each("splice", *x, 0)
    }
    fn do_reshape(&mut self, _: &Shape, to: Shape) -> Result<Shape, BackendError> {
        Ok(to)
    }
    fn do_last_row(&mut self, x: &Shape) -> Result<Shape, BackendError> {
        Ok(Shape::new(1, x.cols))
    }
    fn sampler(&mut self, _: &Sampling, _: &[u32]) -> Result<(), BackendError> {
        Ok(())
    }
    fn do_sample(&mut self, logits: &Shape, _: &mut ()) -> Result<(), BackendError> {
        self.step("sample", Shape::new(1, 1), logits.n_elements(), 0).map(|_| ())
    }
    async fn read(&mut self, x: &Shape) -> Result<Vec<f32>, BackendError> {
        Ok(vec![0.0; x.n_elements()])
    }
    async fn read_tokens(&mut self, tokens: &[()]) -> Result<Vec<u32>, BackendError> {
        Ok(vec![0; tokens.len()])
    }
}
