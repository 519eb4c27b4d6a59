//! The reference machine with a delay before tokens come back, or with a fault.

use std::cell::Cell;
use std::rc::Rc;

use cpu::{Cpu, Precision};
use model::backend::{
    Activation, Backend, BackendError, Heads, Ids, Keys, Linear, Norm, Rotation, Sampling, Shape, Span,
};
use tensor::Dtype;

/// Exact arithmetic in f32.
pub(crate) fn exact() -> Cpu {
    Cpu::new(Precision::Exact)
}

/// As the worker runs it.
pub(crate) fn quantised() -> Cpu {
    Cpu::new(Precision::Quantised)
}

/// Fails when it has counted down; not before it is set.
pub(crate) type Fuse = Rc<Cell<Option<u32>>>;

/// The reference machine as a device far away would show itself.
#[derive(Debug)]
pub(crate) struct Remote {
    cpu: Cpu,
    lag: usize,
    /// Verbs (`weight` and `linear`) until one fails.
    pub(crate) fuse: Fuse,
}

impl Remote {
    pub(crate) fn new(lag: usize) -> Self {
        Self { cpu: exact(), lag, fuse: Fuse::default() }
    }

    fn burn(&self, verb: &'static str) -> Result<(), BackendError> {
        match self.fuse.get() {
            Some(0) => {
                self.fuse.set(None);
                Err(BackendError::Device { verb, backend: "remote", message: "the device was lost".into() })
            }
            left => {
                self.fuse.set(left.map(|n| n - 1));
                Ok(())
            }
        }
    }
}

type T = <Cpu as Backend>::Tensor;
type W = <Cpu as Backend>::Weight;
type P = <Cpu as Backend>::Partial;
type C = <Cpu as Backend>::Cache;
type R<X> = Result<X, BackendError>;

impl Backend for Remote {
    type Tensor = T;
    type Weight = W;
    type Partial = P;
    type Cache = C;
    type Sampler = <Cpu as Backend>::Sampler;
    type Token = <Cpu as Backend>::Token;

    fn name(&self) -> &'static str {
        "remote"
    }
    fn readback_secs(&self) -> f64 {
        self.readback_secs
    }
    fn shape(&self, x: &T) -> Shape {
        self.cpu.shape(x)
    }
    fn weight_shape(&self, w: &W) -> Shape {
        self.cpu.weight_shape(w)
    }
    fn cache_shape(&self, cache: &C) -> Shape {
        self.cpu.cache_shape(cache)
    }
    fn do_reserve(&mut self, dtype: Dtype, shape: Shape) -> R<P> {
        self.burn("weight")?;
        self.cpu.do_reserve(dtype, shape)
    }
    fn do_fill(&mut self, partial: &mut P, first_row: usize, rows: &[u8]) -> R<()> {
        self.cpu.do_fill(partial, first_row, rows)
    }
    fn do_filled(&mut self, partial: P) -> R<W> {
        self.cpu.do_filled(partial)
    }
    fn cache(&mut self, cols: usize) -> R<C> {
        self.cpu.cache(cols)
    }
    fn do_truncate(&mut self, cache: &mut C, rows: usize) -> R<()> {
        self.cpu.do_truncate(cache, rows)
    }
    fn do_upload(&mut self, shape: Shape, values: &[f32]) -> R<T> {
        self.cpu.do_upload(shape, values)
    }
    fn do_embed(&mut self, table: &W, ids: Ids<'_, Self>) -> R<T> {
        match ids {
            Ids::Host(ids) => self.cpu.do_embed(table, Ids::Host(ids)),
            Ids::Sampled(token) => self.cpu.do_embed(table, Ids::Sampled(token)),
        }
    }
    fn do_linear(&mut self, x: &T, w: &Linear<W>) -> R<T> {
        self.burn("linear")?;
        self.cpu.do_linear(x, w)
    }
    fn do_layer_norm(&mut self, x: &T, n: &Norm<W>) -> R<T> {
        self.cpu.do_layer_norm(x, n)
    }
    fn do_rms_norm(&mut self, x: &T, n: &Norm<W>) -> R<T> {
        self.cpu.do_rms_norm(x, n)
    }
    fn do_activate(&mut self, x: &T, f: Activation) -> R<T> {
        self.cpu.do_activate(x, f)
    }
    fn do_swiglu(&mut self, gate: &T, up: &T) -> R<T> {
        self.cpu.do_swiglu(gate, up)
    }
    fn do_add(&mut self, x: &T, y: &T) -> R<T> {
        self.cpu.do_add(x, y)
    }
    fn do_rope(&mut self, x: &T, n_heads: usize, rotation: &Rotation<T>) -> R<T> {
        self.cpu.do_rope(x, n_heads, rotation)
    }
    fn do_append(&mut self, cache: &mut C, k: &T, v: &T) -> R<()> {
        self.cpu.do_append(cache, k, v)
    }
    fn do_attend(&mut self, q: &T, keys: Keys<'_, Self>, heads: Heads, span: Span<'_>) -> R<T> {
        match keys {
            Keys::Fresh { k, v } => self.cpu.do_attend(q, Keys::Fresh { k, v }, heads, span),
            Keys::Cached(cache) => self.cpu.do_attend(q, Keys::Cached(cache), heads, span),
        }
    }
    fn do_splice(&mut self, x: &T, rows: &T, at: usize) -> R<T> {
        self.cpu.do_splice(x, rows, at)
    }
    fn do_reshape(&mut self, x: &T, to: Shape) -> R<T> {
        self.cpu.do_reshape(x, to)
    }
    fn do_last_row(&mut self, x: &T) -> R<T> {
        self.cpu.do_last_row(x)
    }
    fn sampler(&mut self, sampling: &Sampling, used: &[u32]) -> R<Self::Sampler> {
        self.cpu.sampler(sampling, used)
    }
    fn do_sample(&mut self, logits: &T, sampler: &mut Self::Sampler) -> R<u32> {
        self.cpu.do_sample(logits, sampler)
    }
    async fn read(&mut self, x: &T) -> R<Vec<f32>> {
        self.cpu.read(x).await
    }
    async fn read_tokens(&mut self, tokens: &[u32]) -> R<Vec<u32>> {
        self.cpu.read_tokens(tokens).await
    }
}
