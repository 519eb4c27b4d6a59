use kernels::pointwise;
use kernels::rows::copy_rows;
use model::backend::{
    Activation, Backend, BackendError, Heads, Ids, Keys, Linear, Norm, Rotation, Sampling, Shape, Span,
    StepTime,
};
use tensor::Dtype;

use super::cost::Cost;
use super::linear::{Around, is_short};
use super::{Gpu, GpuCache, GpuPartial, GpuSampler, GpuTensor, GpuToken, GpuWeight, f32_bytes};
use crate::error::NAME;
use crate::executor::{Executor, Region};
use crate::heap::Heap;

type Verb<T> = Result<T, BackendError>;

impl<D: Executor> Gpu<D> {
    fn pointwise(
        &mut self,
        label: &'static str,
        operands: &[&GpuTensor],
        launch: impl FnOnce(u32) -> Result<kernels::Launch, kernels::Unsupported>,
        n_flops: u64,
    ) -> Verb<GpuTensor> {
        let shape = operands[0].shape;
        let y = self.tensor(label, shape)?;
        let mut bindings: Vec<_> = operands.iter().map(|x| x.bound()).collect();
        bindings.push(y.bound());
        let cost = Cost::each(shape, operands.len() as u64, n_flops);
        self.dispatch(label, launch(shape.n_elements() as u32), bindings, cost)?;
        Ok(y)
    }

    /// `n` rows of `from` into `to`.
    fn copy(
        &mut self,
        label: &'static str,
        (from, from_row): (&GpuTensor, usize),
        (to, to_row): (&GpuTensor, usize),
        n: usize,
    ) -> Verb<()> {
        let cols = from.shape.cols;
        let launch = copy_rows(n as u32, cols as u32, from_row as u32, to_row as u32);
        let cost = Cost::each(Shape::new(n, cols), 1, 0);
        self.dispatch(label, launch, vec![from.bound(), to.bound()], cost)
    }
}

impl<D: Executor> Backend for Gpu<D> {
    type Tensor = GpuTensor;
    type Weight = GpuWeight;
    type Partial = GpuPartial;
    type Cache = GpuCache;
    type Sampler = GpuSampler;
    type Token = GpuToken<D::Readback>;

    fn name(&self) -> &'static str {
        NAME
    }

    fn description(&self) -> String {
        format!("{NAME} ({})", self.device.adapter_name())
    }

    fn shape(&self, x: &GpuTensor) -> Shape {
        x.shape
    }

    fn weight_shape(&self, w: &GpuWeight) -> Shape {
        w.shape
    }

    fn cache_shape(&self, cache: &GpuCache) -> Shape {
        cache.shape()
    }

    fn readback_secs(&self) -> f64 {
        self.device.readback_secs()
    }

    fn do_reserve(&mut self, dtype: Dtype, shape: Shape) -> Verb<GpuPartial> {
        self.reserve_weight(dtype, shape)
    }

    fn do_fill(&mut self, partial: &mut GpuPartial, first_row: usize, rows: &[u8]) -> Verb<()> {
        self.fill_weight(partial, first_row, rows)
    }

    fn do_filled(&mut self, partial: GpuPartial) -> Verb<GpuWeight> {
        Ok(self.filled_weight(partial))
    }

    fn join(&mut self, linears: Vec<Linear<GpuWeight>>) -> Verb<Vec<Linear<GpuWeight>>> {
        self.join_weights(linears)
    }

    fn cache(&mut self, cols: usize) -> Verb<GpuCache> {
        Ok(GpuCache::new(cols))
    }

    fn do_truncate(&mut self, cache: &mut GpuCache, rows: usize) -> Verb<()> {
        cache.truncate(rows);
        Ok(())
    }

    fn do_upload(&mut self, shape: Shape, values: &[f32]) -> Verb<GpuTensor> {
        let buffer = self.upload_words("upload", bytemuck::cast_slice(values))?;
        Ok(GpuTensor { buffer, shape })
    }

    fn do_embed(&mut self, table: &GpuWeight, ids: Ids<'_, Self>) -> Verb<GpuTensor> {
        match ids {
            Ids::Host(ids) => {
                let buffer = self.upload_words("embed", ids)?;
                self.embed_rows(table, buffer.bound(4 * ids.len() as u64), 0, ids.len())
            }
            Ids::Sampled(token) => {
                let list = token.list.bound(GpuToken::<D::Readback>::LIST_BYTES);
                self.embed_rows(table, list, token.index, 1)
            }
        }
    }

    fn do_linear(&mut self, x: &GpuTensor, w: &Linear<GpuWeight>) -> Verb<GpuTensor> {
        self.product("linear", x, w, Around::default())
    }

    fn do_layer_norm(&mut self, x: &GpuTensor, n: &Norm<GpuWeight>) -> Verb<GpuTensor> {
        self.normalise("layer_norm", x, n)
    }

    fn do_rms_norm(&mut self, x: &GpuTensor, n: &Norm<GpuWeight>) -> Verb<GpuTensor> {
        self.normalise("rms_norm", x, n)
    }

    fn do_activate(&mut self, x: &GpuTensor, f: Activation) -> Verb<GpuTensor> {
        match f {
            Activation::QuickGelu => self.pointwise("activate", &[x], pointwise::quick_gelu, 4),
            Activation::GeluErf => self.pointwise("activate", &[x], pointwise::gelu_erf, 8),
        }
    }

    fn do_swiglu(&mut self, gate: &GpuTensor, up: &GpuTensor) -> Verb<GpuTensor> {
        self.pointwise("swiglu", &[gate, up], pointwise::swiglu, 5)
    }

    fn do_add(&mut self, x: &GpuTensor, y: &GpuTensor) -> Verb<GpuTensor> {
        self.pointwise("add", &[x, y], pointwise::add, 1)
    }

    fn do_rope(&mut self, x: &GpuTensor, n_heads: usize, rotation: &Rotation<GpuTensor>) -> Verb<GpuTensor> {
        self.rotate(x, n_heads, rotation)
    }

    fn do_append(&mut self, cache: &mut GpuCache, k: &GpuTensor, v: &GpuTensor) -> Verb<()> {
        self.append_rows(cache, k, v)
    }

    fn do_attend(
        &mut self,
        q: &GpuTensor,
        keys: Keys<'_, Self>,
        heads: Heads,
        span: Span<'_>,
    ) -> Verb<GpuTensor> {
        self.attention(q, keys, heads, span)
    }

    fn do_splice(&mut self, x: &GpuTensor, rows: &GpuTensor, at: usize) -> Verb<GpuTensor> {
        let y = self.tensor("splice", x.shape)?;
        let end = at + rows.shape.rows;
        if at > 0 {
            self.copy("splice", (x, 0), (&y, 0), at)?;
        }
        if end < x.shape.rows {
            self.copy("splice", (x, end), (&y, end), x.shape.rows - end)?;
        }
        self.copy("splice", (rows, 0), (&y, at), rows.shape.rows)?;
        Ok(y)
    }

    fn do_reshape(&mut self, x: &GpuTensor, to: Shape) -> Verb<GpuTensor> {
        Ok(GpuTensor { shape: to, ..x.clone() })
    }

    fn do_last_row(&mut self, x: &GpuTensor) -> Verb<GpuTensor> {
        if x.shape.rows == 1 {
            return Ok(x.clone());
        }
        let y = self.tensor("last_row", Shape::new(1, x.shape.cols))?;
        self.copy("last_row", (x, x.shape.rows - 1), (&y, 0), 1)?;
        Ok(y)
    }

    fn sampler(&mut self, sampling: &Sampling, used: &[u32]) -> Verb<GpuSampler> {
        self.start_sampler(sampling, used)
    }

    fn do_sample(&mut self, logits: &GpuTensor, sampler: &mut GpuSampler) -> Verb<Self::Token> {
        self.sample_token(logits, sampler)
    }

    async fn read(&mut self, x: &GpuTensor) -> Verb<Vec<f32>> {
        let region = Region { buffer: x.buffer.id, offset: 0, n_bytes: f32_bytes(x.shape) };
        let Some(readback) = self.submit(Some(region)) else { return Ok(Vec::new()) };
        let words = self.device.finish_read(readback).await?;
        Ok(words.into_iter().map(f32::from_bits).collect())
    }

    async fn read_tokens(&mut self, tokens: &[Self::Token]) -> Verb<Vec<u32>> {
        let mut ids = Vec::with_capacity(tokens.len());
        for token in tokens {
            ids.push(self.token_id(token).await?);
        }
        Ok(ids)
    }

    async fn settle(&mut self) -> Verb<()> {
        self.submit(None);
        self.device.settle().await
    }

    async fn reopen(&mut self) -> Verb<()> {
        self.recording.steps.clear();
        (self.n_dispatches, self.n_flops) = (0, 0);
        self.heap = Heap::after(&self.heap);
        self.device.reopen().await
    }

    fn set_profiling(&mut self, on: bool) {
        self.submit(None);
        self.device.set_profiling(on);
    }

    async fn take_profile(&mut self) -> Verb<Vec<StepTime>> {
        self.submit(None);
        self.device.take_profile().await
    }

    fn rope_append(
        &mut self,
        qkv: [&GpuTensor; 3],
        heads: Heads,
        rotation: &Rotation<GpuTensor>,
        cache: &mut GpuCache,
    ) -> Verb<GpuTensor> {
        self.rotate_and_append(qkv, heads, rotation, cache)
    }

    fn fused_attention_inputs(
        &mut self,
        x: &GpuTensor,
        norm: &Norm<GpuWeight>,
        weights: [&Linear<GpuWeight>; 3],
        heads: Heads,
        rotation: &Rotation<GpuTensor>,
        cache: &mut GpuCache,
    ) -> Verb<Option<GpuTensor>> {
        self.short_attention_inputs(x, norm, weights, heads, rotation, cache)
    }

    fn linear_add(&mut self, x: &GpuTensor, w: &Linear<GpuWeight>, residual: &GpuTensor) -> Verb<GpuTensor> {
        self.product("linear", x, w, Around { residual: Some(residual), norm: None })
    }

    fn fused_norm_linear(
        &mut self,
        x: &GpuTensor,
        norm: &Norm<GpuWeight>,
        w: &Linear<GpuWeight>,
    ) -> Verb<Option<GpuTensor>> {
        let around = Around { norm: Some(norm), residual: None };
        is_short(x.shape).then(|| self.product("linear", x, w, around)).transpose()
    }

    fn fused_norm_swiglu(
        &mut self,
        x: &GpuTensor,
        norm: &Norm<GpuWeight>,
        gate: &Linear<GpuWeight>,
        up: &Linear<GpuWeight>,
    ) -> Verb<Option<GpuTensor>> {
        self.swiglu_product("gated_mlp", x, norm, gate, up)
    }
}
