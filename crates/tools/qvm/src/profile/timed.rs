//! A machine without a clock of its own, timed verb by verb from outside: right where a verb has finished when it
//! returns, as on the CPU.

use model::backend::{
    Activation, Backend, BackendError, Heads, Ids, Keys, Linear, Norm, Rotation, Sampling, Shape, Span,
    StepTime,
};
use tensor::Dtype;

use crate::clock::now_secs;

/// Does what `machine` does, and keeps account of the time.
#[derive(Debug)]
pub(super) struct Timed<B> {
    machine: B,
    on: bool,
    steps: Vec<StepTime>,
}

impl<B: Backend> Timed<B> {
    pub(super) fn new(machine: B) -> Self {
        Self { machine, on: false, steps: Vec::new() }
    }

    fn time<T>(
        &mut self,
        label: &'static str,
        verb: impl FnOnce(&mut B) -> Result<T, BackendError>,
    ) -> Result<T, BackendError> {
        let started_secs = now_secs();
        let done = verb(&mut self.machine);
        if self.on {
            let secs = now_secs() - started_secs;
            match self.steps.iter_mut().find(|step| step.label == label) {
                Some(step) => (step.n, step.secs) = (step.n + 1, step.secs + secs),
                None => self.steps.push(StepTime { label, n: 1, secs, n_bytes: 0, n_flops: 0 }),
            }
        }
        done
    }
}

type R<T> = Result<T, BackendError>;

impl<B: Backend> Backend for Timed<B> {
    type Tensor = B::Tensor;
    type Weight = B::Weight;
    type Partial = B::Partial;
    type Cache = B::Cache;
    type Sampler = B::Sampler;
    type Token = B::Token;

    fn name(&self) -> &'static str {
        self.machine.name()
    }
    fn description(&self) -> String {
        self.machine.description()
    }
    fn readback_secs(&self) -> f64 {
        self.machine.readback_secs()
    }
    fn shape(&self, x: &B::Tensor) -> Shape {
        self.machine.shape(x)
    }
    fn weight_shape(&self, w: &B::Weight) -> Shape {
        self.machine.weight_shape(w)
    }
    fn cache_shape(&self, cache: &B::Cache) -> Shape {
        self.machine.cache_shape(cache)
    }
    fn do_reserve(&mut self, dtype: Dtype, shape: Shape) -> R<B::Partial> {
        self.machine.do_reserve(dtype, shape)
    }
    fn do_fill(&mut self, partial: &mut B::Partial, first_row: usize, rows: &[u8]) -> R<()> {
        self.machine.do_fill(partial, first_row, rows)
    }
    fn do_filled(&mut self, partial: B::Partial) -> R<B::Weight> {
        self.machine.do_filled(partial)
    }
    fn join(&mut self, linears: Vec<Linear<B::Weight>>) -> R<Vec<Linear<B::Weight>>> {
        self.machine.join(linears)
    }
    fn cache(&mut self, cols: usize) -> R<B::Cache> {
        self.machine.cache(cols)
    }
    fn do_truncate(&mut self, cache: &mut B::Cache, rows: usize) -> R<()> {
        self.machine.do_truncate(cache, rows)
    }
    fn do_upload(&mut self, shape: Shape, values: &[f32]) -> R<B::Tensor> {
        self.time("upload", |m| m.do_upload(shape, values))
    }
    fn do_embed(&mut self, table: &B::Weight, ids: Ids<'_, Self>) -> R<B::Tensor> {
        self.time("embed", |m| match ids {
            Ids::Host(ids) => m.do_embed(table, Ids::Host(ids)),
            Ids::Sampled(token) => m.do_embed(table, Ids::Sampled(token)),
        })
    }
    fn do_linear(&mut self, x: &B::Tensor, w: &Linear<B::Weight>) -> R<B::Tensor> {
        self.time("linear", |m| m.do_linear(x, w))
    }
    fn do_layer_norm(&mut self, x: &B::Tensor, n: &Norm<B::Weight>) -> R<B::Tensor> {
        self.time("layer_norm", |m| m.do_layer_norm(x, n))
    }
    fn do_rms_norm(&mut self, x: &B::Tensor, n: &Norm<B::Weight>) -> R<B::Tensor> {
        self.time("rms_norm", |m| m.do_rms_norm(x, n))
    }
    fn do_activate(&mut self, x: &B::Tensor, f: Activation) -> R<B::Tensor> {
        self.time("activate", |m| m.do_activate(x, f))
    }
    fn do_swiglu(&mut self, gate: &B::Tensor, up: &B::Tensor) -> R<B::Tensor> {
        self.time("swiglu", |m| m.do_swiglu(gate, up))
    }
    fn do_add(&mut self, x: &B::Tensor, y: &B::Tensor) -> R<B::Tensor> {
        self.time("add", |m| m.do_add(x, y))
    }
    fn do_rope(&mut self, x: &B::Tensor, n_heads: usize, rotation: &Rotation<B::Tensor>) -> R<B::Tensor> {
        self.time("rope", |m| m.do_rope(x, n_heads, rotation))
    }
    fn do_append(&mut self, cache: &mut B::Cache, k: &B::Tensor, v: &B::Tensor) -> R<()> {
        self.time("append", |m| m.do_append(cache, k, v))
    }
    fn do_attend(
        &mut self,
        q: &B::Tensor,
        keys: Keys<'_, Self>,
        heads: Heads,
        span: Span<'_>,
    ) -> R<B::Tensor> {
        self.time("attend", |m| match keys {
            Keys::Fresh { k, v } => m.do_attend(q, Keys::Fresh { k, v }, heads, span),
            Keys::Cached(cache) => m.do_attend(q, Keys::Cached(cache), heads, span),
        })
    }
    fn do_splice(&mut self, x: &B::Tensor, rows: &B::Tensor, at: usize) -> R<B::Tensor> {
        self.time("splice", |m| m.do_splice(x, rows, at))
    }
    fn do_reshape(&mut self, x: &B::Tensor, to: Shape) -> R<B::Tensor> {
        self.time("reshape", |m| m.do_reshape(x, to))
    }
    fn do_last_row(&mut self, x: &B::Tensor) -> R<B::Tensor> {
        self.time("last_row", |m| m.do_last_row(x))
    }
    fn sampler(&mut self, sampling: &Sampling, used: &[u32]) -> R<B::Sampler> {
        self.machine.sampler(sampling, used)
    }
    fn do_sample(&mut self, logits: &B::Tensor, sampler: &mut B::Sampler) -> R<B::Token> {
        self.time("sample", |m| m.do_sample(logits, sampler))
    }
    async fn read(&mut self, x: &B::Tensor) -> R<Vec<f32>> {
        self.machine.read(x).await
    }
    async fn read_tokens(&mut self, tokens: &[B::Token]) -> R<Vec<u32>> {
        self.machine.read_tokens(tokens).await
    }
    async fn settle(&mut self) -> R<()> {
        self.machine.settle().await
    }
    async fn reopen(&mut self) -> R<()> {
        self.machine.reopen().await
    }
    fn set_profiling(&mut self, on: bool) {
        self.on = on;
        self.steps.clear();
    }
    async fn take_profile(&mut self) -> R<Vec<StepTime>> {
        Ok(std::mem::take(&mut self.steps))
    }
}
