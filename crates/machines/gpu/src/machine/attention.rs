//! Rotation, caches and attention.

use std::rc::Rc;

use kernels::attend::{self, HeadLayout, Mask, Source, attend_split, rope_append};
use kernels::linear::{HeadRun, matvec_qkv};
use kernels::rows::append;
use model::backend::{BackendError, Heads, Keys, Linear, Norm, Rotation, Shape, Span};

use super::cost::Cost;
use super::linear::is_short;
use super::{Gpu, GpuCache, GpuTensor, GpuWeight};
use crate::executor::Executor;
use crate::recording::{Bound, Step};

/// Rows of a new cache; it grows by doubling.
const FIRST_CAPACITY: usize = 256;

impl GpuCache {
    pub(super) fn new(cols: usize) -> Self {
        Self { cols, n_rows: 0, capacity: 0, buffer: None }
    }

    pub(super) fn shape(&self) -> Shape {
        Shape::new(self.n_rows, self.cols)
    }

    pub(super) fn truncate(&mut self, n_rows: usize) {
        self.n_rows = n_rows;
    }

    fn bytes_of(&self, n_rows: usize) -> u64 {
        (n_rows * 2 * self.cols * 4) as u64
    }
}

fn head_layout(heads: Heads) -> HeadLayout {
    let Heads { n_query, n_kv, dim } = heads;
    HeadLayout { n_query: n_query as u32, n_kv: n_kv as u32, dim: dim as u32 }
}

impl<D: Executor> Gpu<D> {
    /// Makes room for `n_new` rows after those of the cache, and returns its binding.
    fn room(&mut self, cache: &mut GpuCache, n_new: usize) -> Result<Bound, BackendError> {
        let wanted = cache.n_rows + n_new;
        if cache.capacity < wanted || cache.buffer.is_none() {
            let capacity = wanted.next_power_of_two().max(FIRST_CAPACITY);
            let larger = self.lasting("append", cache.bytes_of(capacity))?;
            if let Some(smaller) = &cache.buffer
                && cache.n_rows > 0
            {
                let n_bytes = cache.bytes_of(cache.n_rows);
                let copy = Step::Copy { from: smaller.id, to: larger.id, to_offset: 0, n_bytes };
                self.recording.steps.push(copy);
            }
            cache.buffer = Some(larger);
            cache.capacity = capacity;
        }
        Ok(bound(cache))
    }

    pub(super) fn append_rows(
        &mut self,
        cache: &mut GpuCache,
        k: &GpuTensor,
        v: &GpuTensor,
    ) -> Result<(), BackendError> {
        let n_rows = k.shape.rows;
        let memory = self.room(cache, n_rows)?;
        let launch = append(n_rows as u32, cache.cols as u32, cache.n_rows as u32);
        let bindings = vec![k.bound(), v.bound(), memory];
        self.dispatch("append", launch, bindings, Cost::each(k.shape, 3, 0))?;
        cache.n_rows += n_rows;
        Ok(())
    }

    pub(super) fn rotate(
        &mut self,
        x: &GpuTensor,
        n_heads: usize,
        rotation: &Rotation<GpuTensor>,
    ) -> Result<GpuTensor, BackendError> {
        let y = self.tensor("rope", x.shape)?;
        let dim = x.shape.cols / n_heads;
        let launch = attend::rope(x.shape.rows as u32, n_heads as u32, dim as u32);
        let bindings = vec![x.bound(), rotation.cos.bound(), rotation.sin.bound(), y.bound()];
        self.dispatch("rope", launch, bindings, Cost::each(x.shape, 1, 3))?;
        Ok(y)
    }

    /// Rotates queries and keys and appends keys and values, in one dispatch.
    pub(super) fn rotate_and_append(
        &mut self,
        [q, k, v]: [&GpuTensor; 3],
        heads: Heads,
        rotation: &Rotation<GpuTensor>,
        cache: &mut GpuCache,
    ) -> Result<GpuTensor, BackendError> {
        let label = "rope_append";
        let n_rows = q.shape.rows;
        let memory = self.room(cache, n_rows)?;
        let queries = self.tensor(label, q.shape)?;
        let launch = rope_append(n_rows as u32, head_layout(heads), cache.n_rows as u32);
        let (cos, sin) = (rotation.cos.bound(), rotation.sin.bound());
        let bindings = vec![q.bound(), k.bound(), v.bound(), cos, sin, queries.bound(), memory];
        let all = Shape::new(n_rows, q.shape.cols + k.shape.cols + v.shape.cols);
        self.dispatch(label, launch, bindings, Cost::each(all, 1, 3))?;
        cache.n_rows += n_rows;
        Ok(queries)
    }

    /// Everything before cached attention in one dispatch for each format, if x is short and the matrices are joined.
    pub(super) fn short_attention_inputs(
        &mut self,
        x: &GpuTensor,
        norm: &Norm<GpuWeight>,
        weights: [&Linear<GpuWeight>; 3],
        heads: Heads,
        rotation: &Rotation<GpuTensor>,
        cache: &mut GpuCache,
    ) -> Result<Option<GpuTensor>, BackendError> {
        let (Some(gain), Some(runs)) = (norm.weight.whole(), runs(weights, heads)) else { return Ok(None) };
        let Some(bias) = joined_bias(weights) else { return Ok(None) };
        if !is_short(x.shape) {
            return Ok(None);
        }
        let label = "attention_inputs";
        let n_rows = x.shape.rows;
        let memory = self.room(cache, n_rows)?;
        let queries = self.tensor(label, Shape::new(n_rows, heads.n_query * heads.dim))?;
        for Run { weight, first_head, n_heads } in runs {
            let run = HeadRun {
                dtype: weight.dtype,
                cols: weight.shape.cols as u32,
                n_heads: n_heads as u32,
                first_head: first_head as u32,
                heads: head_layout(heads),
                has_bias: bias.is_some(),
            };
            let features = self.features_for(weight.dtype);
            let launch = matvec_qkv(&run, n_rows as u32, cache.n_rows as u32, Some(norm.eps), features);
            let Some(slice) = weight.whole() else { return Ok(None) };
            let bindings = vec![
                x.bound(),
                gain.bound(),
                slice.bound(),
                bias.unwrap_or(x.bound()),
                rotation.cos.bound(),
                rotation.sin.bound(),
                queries.bound(),
                memory,
            ];
            self.dispatch(
                label,
                launch,
                bindings,
                Cost::product(x.shape, n_heads * heads.dim, slice.n_bytes),
            )?;
        }
        cache.n_rows += n_rows;
        Ok(Some(queries))
    }

    pub(super) fn attention(
        &mut self,
        q: &GpuTensor,
        keys: Keys<'_, Self>,
        heads: Heads,
        span: Span<'_>,
    ) -> Result<GpuTensor, BackendError> {
        let (source, k, v, n_keys) = match keys {
            Keys::Fresh { k, v } => (Source::Fresh, k.bound(), v.bound(), k.shape.rows),
            Keys::Cached(cache) => (Source::Cached, bound(cache), bound(cache), cache.n_rows),
        };
        let y = self.tensor("attend", q.shape)?;
        let n_queries = q.shape.rows;
        let n_kv_bytes = |n: usize| (2 * n * heads.n_kv * heads.dim * 4) as u64;
        match span {
            Span::Causal if is_short(q.shape) => {
                let split = attend_split(head_layout(heads), source, n_queries as u32, n_keys as u32);
                let split = split.map_err(|unsupported| super::device_error("attend", unsupported))?;
                let runs = self.tensor("attend", Shape::new(1, split.n_runs_elements as usize))?;
                let cost = Cost::attention(q.shape, n_queries * n_keys, heads.n_query, n_kv_bytes(n_keys));
                self.dispatch("attend", Ok(split.split), vec![q.bound(), k, v, runs.bound()], cost)?;
                let bindings = vec![runs.bound(), y.bound()];
                self.dispatch("attend", Ok(split.merge), bindings, Cost::each(runs.shape, 1, 2))?;
            }
            Span::Causal => {
                let n_past = n_keys - n_queries;
                let n_pairs = (0..n_queries).map(|i| n_past + i + 1).sum();
                let cost = Cost::attention(q.shape, n_pairs, heads.n_query, n_kv_bytes(n_keys));
                let mask = Mask::Causal { n_queries: n_queries as u32, n_keys: n_keys as u32 };
                let launch = attend::attend(head_layout(heads), source, mask);
                self.dispatch("attend", launch, vec![q.bound(), k, v, y.bound()], cost)?;
            }
            Span::Segments(lengths) => {
                let mut first = 0;
                for &n in lengths {
                    let cost =
                        Cost::attention(Shape::new(n, q.shape.cols), n * n, heads.n_query, n_kv_bytes(n));
                    let mask = Mask::Segment { first: first as u32, n: n as u32 };
                    let launch = attend::attend(head_layout(heads), source, mask);
                    self.dispatch("attend", launch, vec![q.bound(), k, v, y.bound()], cost)?;
                    first += n;
                }
            }
        }
        Ok(y)
    }
}

/// The binding of a cache.
fn bound(cache: &GpuCache) -> Bound {
    let buffer = cache.buffer.as_ref().map(Rc::as_ref);
    // No query attends to an empty cache, so this buffer is never read.
    buffer.map_or(Bound { buffer: crate::recording::BufferId::new(u32::MAX), n_bytes: 0 }, |buffer| {
        buffer.bound(cache.bytes_of(cache.capacity))
    })
}

/// Heads whose matrices follow each other in one buffer, from its first row.
struct Run<'a> {
    weight: &'a GpuWeight,
    first_head: usize,
    n_heads: usize,
}

fn runs<'a>(weights: [&'a Linear<GpuWeight>; 3], heads: Heads) -> Option<Vec<Run<'a>>> {
    let mut runs: Vec<Run<'a>> = Vec::new();
    let mut before: Option<&GpuWeight> = None;
    let mut first_head = 0;
    for linear in weights {
        let weight = &linear.weight;
        let n_heads = weight.shape.rows / heads.dim;
        weight.whole()?;
        match (runs.last_mut(), before) {
            (Some(run), Some(before)) if weight.follows(before) => run.n_heads += n_heads,
            _ if weight.first_row == 0 => runs.push(Run { weight, first_head, n_heads }),
            _ => return None,
        }
        before = Some(weight);
        first_head += n_heads;
    }
    Some(runs)
}

/// The biases of queries, keys and values in one buffer: `Some(None)` if there are none, `None` if they are not joined.
fn joined_bias(weights: [&Linear<GpuWeight>; 3]) -> Option<Option<Bound>> {
    let biases: Vec<_> = weights.iter().filter_map(|linear| linear.bias.as_ref()).collect();
    if biases.is_empty() {
        return Some(None);
    }
    let run = biases[0].run.as_ref()?;
    let are_joined = biases.len() == 3
        && biases.iter().all(|bias| bias.run.as_ref().is_some_and(|other| Rc::ptr_eq(run, other)));
    are_joined.then(|| Some(run.bound(biases.iter().map(|bias| bias.n_bytes()).sum())))
}
