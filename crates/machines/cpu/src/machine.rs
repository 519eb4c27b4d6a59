use candle_core::{D, Device, Result, Tensor};
use model::backend::{
    Activation, Backend, BackendError, Heads, Ids, Keys, Linear, Norm, Rotation, Sampling, Shape, Span,
    StepTime,
};
use tensor::Dtype;

use crate::attend::attend;
use crate::chunk::MAX_FLOATS;
use crate::stopwatch::Stopwatch;
use crate::weight::Precision;
use crate::{CpuCache, CpuPartial, CpuSampler, CpuWeight};

/// candle's CPU device.
#[derive(Debug, Default)]
pub struct Cpu {
    precision: Precision,
    stopwatch: Option<Stopwatch>,
}

impl Cpu {
    /// A machine that multiplies with the given precision.
    pub fn new(precision: Precision) -> Self {
        Self { precision, stopwatch: None }
    }

    /// The same with a clock that says seconds, so that it can be profiled: every verb has finished when it returns.
    pub fn with_clock(self, now_secs: fn() -> f64) -> Self {
        Self { stopwatch: Some(Stopwatch::new(now_secs)), ..self }
    }

    /// Computes a verb, and times it if that is asked for.
    fn run<T>(&mut self, verb: &'static str, compute: impl FnOnce() -> Result<T>) -> Verb<T> {
        let done = || named(verb, compute);
        match &mut self.stopwatch {
            Some(stopwatch) => stopwatch.time(verb, done),
            None => done(),
        }
    }
}

const NAME: &str = "CPU (candle)";

/// Puts the verb's name on candle's error.
fn named<T>(verb: &'static str, compute: impl FnOnce() -> Result<T>) -> Verb<T> {
    compute().map_err(|e| BackendError::Device { verb, backend: NAME, message: e.to_string() })
}

type Verb<T> = std::result::Result<T, BackendError>;

impl Backend for Cpu {
    type Tensor = Tensor;
    type Weight = CpuWeight;
    type Partial = CpuPartial;
    type Cache = CpuCache;
    type Sampler = CpuSampler;
    type Token = u32;

    fn name(&self) -> &'static str {
        NAME
    }

    fn shape(&self, x: &Tensor) -> Shape {
        match x.dims() {
            [rows, cols] => Shape::new(*rows, *cols),
            // Every verb below makes two dimensions.
            _ => Shape::new(0, 0),
        }
    }

    fn weight_shape(&self, w: &CpuWeight) -> Shape {
        w.shape()
    }

    fn cache_shape(&self, cache: &CpuCache) -> Shape {
        cache.shape()
    }

    fn do_reserve(&mut self, dtype: Dtype, shape: Shape) -> Verb<CpuPartial> {
        CpuPartial::new(dtype, shape).map_err(|(needed_bytes, message)| BackendError::Memory {
            verb: "reserve",
            backend: NAME,
            needed_bytes,
            message,
        })
    }

    fn do_fill(&mut self, partial: &mut CpuPartial, _: usize, rows: &[u8]) -> Verb<()> {
        partial.bytes.extend_from_slice(rows);
        Ok(())
    }

    fn do_filled(&mut self, CpuPartial { dtype, shape, bytes }: CpuPartial) -> Verb<CpuWeight> {
        named("filled", || CpuWeight::new(self.precision, dtype, shape, &bytes))
    }

    fn cache(&mut self, cols: usize) -> Verb<CpuCache> {
        Ok(CpuCache::new(cols))
    }

    fn do_truncate(&mut self, cache: &mut CpuCache, rows: usize) -> Verb<()> {
        cache.truncate(rows);
        Ok(())
    }

    fn do_upload(&mut self, shape: Shape, values: &[f32]) -> Verb<Tensor> {
        self.run("upload", || Tensor::from_slice(values, (shape.rows, shape.cols), &Device::Cpu))
    }

    fn do_embed(&mut self, table: &CpuWeight, ids: Ids<'_, Self>) -> Verb<Tensor> {
        self.run("embed", || match ids {
            Ids::Host(ids) => table.rows(ids),
            Ids::Sampled(id) => table.rows(&[*id]),
        })
    }

    fn do_linear(&mut self, x: &Tensor, w: &Linear<CpuWeight>) -> Verb<Tensor> {
        self.run("linear", || {
            let y = w.weight.product(x)?;
            match &w.bias {
                Some(bias) => y.broadcast_add(&bias.vector()?),
                None => Ok(y),
            }
        })
    }

    fn do_layer_norm(&mut self, x: &Tensor, n: &Norm<CpuWeight>) -> Verb<Tensor> {
        // candle's fused layer norm computes the variance as a difference of two large sums, which loses digits if a row's
        // mean is large. Two passes do not.
        self.run("layer_norm", || {
            let centred = x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)?;
            let variance = centred.sqr()?.mean_keepdim(D::Minus1)?;
            let scaled = centred.broadcast_div(&(variance + f64::from(n.eps))?.sqrt()?)?;
            let scaled = scaled.broadcast_mul(&n.weight.vector()?)?;
            match &n.bias {
                Some(bias) => scaled.broadcast_add(&bias.vector()?),
                None => Ok(scaled),
            }
        })
    }

    fn do_rms_norm(&mut self, x: &Tensor, n: &Norm<CpuWeight>) -> Verb<Tensor> {
        self.run("rms_norm", || candle_nn::ops::rms_norm(x, &n.weight.vector()?, n.eps))
    }

    fn do_activate(&mut self, x: &Tensor, f: Activation) -> Verb<Tensor> {
        self.run("activate", || match f {
            Activation::QuickGelu => x * candle_nn::ops::sigmoid(&(x * 1.702)?)?,
            Activation::GeluErf => x.gelu_erf(),
        })
    }

    fn do_swiglu(&mut self, gate: &Tensor, up: &Tensor) -> Verb<Tensor> {
        self.run("swiglu", || gate.silu()? * up)
    }

    fn do_add(&mut self, x: &Tensor, y: &Tensor) -> Verb<Tensor> {
        self.run("add", || x + y)
    }

    fn do_rope(&mut self, x: &Tensor, n_heads: usize, rotation: &Rotation<Tensor>) -> Verb<Tensor> {
        self.run("rope", || {
            let (rows, cols) = x.dims2()?;
            let heads = x.reshape((1, rows, n_heads, cols / n_heads))?;
            candle_nn::rotary_emb::rope_thd(&heads, &rotation.cos, &rotation.sin)?.reshape((rows, cols))
        })
    }

    fn do_append(&mut self, cache: &mut CpuCache, k: &Tensor, v: &Tensor) -> Verb<()> {
        self.run("append", || cache.append(k, v))
    }

    fn do_attend(&mut self, q: &Tensor, keys: Keys<'_, Self>, heads: Heads, span: Span<'_>) -> Verb<Tensor> {
        self.run("attend", || match keys {
            Keys::Fresh { k, v } => attend(q, k, v, heads, span, MAX_FLOATS),
            Keys::Cached(cache) => {
                let (k, v) = cache.filled()?;
                attend(q, &k, &v, heads, span, MAX_FLOATS)
            }
        })
    }

    fn do_splice(&mut self, x: &Tensor, rows: &Tensor, at: usize) -> Verb<Tensor> {
        self.run("splice", || {
            let (n, end) = (x.dim(0)?, at + rows.dim(0)?);
            let parts = [x.narrow(0, 0, at)?, rows.clone(), x.narrow(0, end, n - end)?];
            let kept: Vec<_> = parts.into_iter().filter(|p| p.elem_count() > 0).collect();
            Tensor::cat(&kept, 0)
        })
    }

    fn do_reshape(&mut self, x: &Tensor, to: Shape) -> Verb<Tensor> {
        self.run("reshape", || x.reshape((to.rows, to.cols)))
    }

    fn do_last_row(&mut self, x: &Tensor) -> Verb<Tensor> {
        self.run("last_row", || x.narrow(0, x.dim(0)? - 1, 1)?.contiguous())
    }

    fn sampler(&mut self, sampling: &Sampling, used: &[u32]) -> Verb<CpuSampler> {
        Ok(CpuSampler::new(sampling, used))
    }

    fn do_sample(&mut self, logits: &Tensor, sampler: &mut CpuSampler) -> Verb<u32> {
        self.run("sample", || sampler.sample(logits))
    }

    async fn read(&mut self, x: &Tensor) -> Verb<Vec<f32>> {
        named("read", || x.flatten_all()?.to_vec1())
    }

    async fn read_tokens(&mut self, tokens: &[u32]) -> Verb<Vec<u32>> {
        Ok(tokens.to_vec())
    }

    fn set_profiling(&mut self, on: bool) {
        if let Some(stopwatch) = &mut self.stopwatch {
            stopwatch.set(on);
        }
    }

    async fn take_profile(&mut self) -> Verb<Vec<StepTime>> {
        Ok(self.stopwatch.as_mut().map(Stopwatch::take).unwrap_or_default())
    }
}
