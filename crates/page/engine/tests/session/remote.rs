//! The reference machine as a device far away would show itself: tokens come late, it fails, it is lost, it is opened anew.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use cpu::Cpu;
use model::backend::{
    Activation, Backend, BackendError, Heads, Ids, Keys, Linear, Norm, Rotation, Sampling, Shape, Span,
    StepTime,
};
use tensor::Dtype;

use crate::backend::exact;

/// How a machine fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Fault {
    /// One verb (`weight` or `linear`), once.
    #[default]
    Device,
    /// One verb (`weight` or `linear`), once, for want of memory.
    Memory,
    /// All of them, until it is opened anew; any verb may be the first.
    Lost,
}

/// What a test sets and sees, while a session has the machine.
#[derive(Debug, Default)]
pub(crate) struct Panel {
    /// Verbs until one fails; not before it is set.
    pub(crate) fuse: Cell<Option<u32>>,
    pub(crate) fault: Cell<Fault>,
    /// The fuse of the machine that is opened after this one.
    pub(crate) next_fuse: Cell<Option<u32>>,
    /// Whether there is no other machine.
    pub(crate) is_last: Cell<bool>,
    /// How often it was opened anew.
    pub(crate) epoch: Cell<u32>,
    pub(crate) largest_fill: Cell<usize>,
    pub(crate) n_settled: Cell<u32>,
    pub(crate) is_profiling: Cell<bool>,
    /// Verbs that came, counted while profiling.
    pub(crate) n_linear: Cell<u32>,
    pub(crate) weights: RefCell<Vec<Shape>>,
    is_lost: Cell<bool>,
}

/// Time of the machine and of the host.
#[derive(Clone, Debug)]
pub(crate) struct Times {
    pub(crate) clock: Rc<Cell<f64>>,
    /// That the machine takes for a token.
    pub(crate) step_secs: f64,
    /// The host looks for tokens that have come only at multiples of this; 0 for always.
    pub(crate) tick_secs: f64,
}

#[derive(Debug)]
pub(crate) struct Remote {
    cpu: Cpu,
    readback_secs: f64,
    times: Option<Times>,
    /// When everything recorded so far has run.
    done_secs: f64,
    pub(crate) panel: Rc<Panel>,
}

/// Something that belongs to the machine as it was opened then.
#[derive(Clone, Debug)]
pub(crate) struct Its<T> {
    it: T,
    epoch: u32,
}

/// A token, and when it is with the host.
#[derive(Clone, Debug)]
pub(crate) struct Sampled {
    id: u32,
    arrives_secs: f64,
}

impl Remote {
    /// Says that a token takes so long. It has no clock of its own.
    pub(crate) fn new(readback_secs: f64) -> Self {
        Self { cpu: exact(), readback_secs, times: None, done_secs: 0.0, panel: Rc::default() }
    }

    /// Lets the clock go on as it works.
    pub(crate) fn timed(readback_secs: f64, times: Times) -> Self {
        Self { times: Some(times), ..Self::new(readback_secs) }
    }

    pub(crate) fn panel(&self) -> Rc<Panel> {
        Rc::clone(&self.panel)
    }

    fn lost() -> BackendError {
        BackendError::Lost { backend: "remote", message: "the driver was reset".into() }
    }

    fn burn(&self, verb: &'static str) -> R<()> {
        let panel = &self.panel;
        if panel.is_lost.get() {
            return Err(Self::lost());
        }
        let fault = panel.fault.get();
        if fault != Fault::Lost && !["weight", "linear"].contains(&verb) {
            return Ok(());
        }
        match panel.fuse.get() {
            Some(0) => {
                panel.fuse.set(None);
                Err(match fault {
                    Fault::Device => {
                        let message = "a fault was planted".into();
                        BackendError::Device { verb, backend: "remote", message }
                    }
                    Fault::Memory => BackendError::Memory {
                        verb,
                        backend: "remote",
                        needed_bytes: 447 << 20,
                        message: "out of memory".into(),
                    },
                    Fault::Lost => {
                        panel.is_lost.set(true);
                        Self::lost()
                    }
                })
            }
            left => {
                panel.fuse.set(left.map(|n| n - 1));
                Ok(())
            }
        }
    }

    /// Of what is made and used now.
    fn epoch(&self) -> Epoch {
        Epoch(self.panel.epoch.get())
    }
}

/// How often the machine was opened anew.
#[derive(Clone, Copy)]
struct Epoch(u32);

impl Epoch {
    fn its<X>(self, it: X) -> Its<X> {
        Its { it, epoch: self.0 }
    }

    /// What is inside; something of a machine that is gone must never be used.
    #[track_caller]
    fn own<X>(self, its: &Its<X>) -> &X {
        assert_eq!(its.epoch, self.0, "something of a lost machine is used");
        &its.it
    }

    fn linear(self, w: &Linear<W>) -> Linear<<Cpu as Backend>::Weight> {
        Linear { weight: self.own(&w.weight).clone(), bias: w.bias.as_ref().map(|b| self.own(b).clone()) }
    }

    fn norm(self, n: &Norm<W>) -> Norm<<Cpu as Backend>::Weight> {
        let bias = n.bias.as_ref().map(|b| self.own(b).clone());
        Norm { weight: self.own(&n.weight).clone(), bias, eps: n.eps }
    }
}

type T = Its<<Cpu as Backend>::Tensor>;
type W = Its<<Cpu as Backend>::Weight>;
type P = Its<<Cpu as Backend>::Partial>;
type C = Its<<Cpu as Backend>::Cache>;
type S = Its<<Cpu as Backend>::Sampler>;
type R<X> = Result<X, BackendError>;

impl Backend for Remote {
    type Tensor = T;
    type Weight = W;
    type Partial = P;
    type Cache = C;
    type Sampler = S;
    type Token = Its<Sampled>;

    fn name(&self) -> &'static str {
        "remote"
    }
    fn readback_secs(&self) -> f64 {
        self.readback_secs
    }
    fn shape(&self, x: &T) -> Shape {
        self.cpu.shape(&x.it)
    }
    fn weight_shape(&self, w: &W) -> Shape {
        self.cpu.weight_shape(&w.it)
    }
    fn cache_shape(&self, cache: &C) -> Shape {
        self.cpu.cache_shape(&cache.it)
    }
    fn do_reserve(&mut self, dtype: Dtype, shape: Shape) -> R<P> {
        let e = self.epoch();
        self.burn("weight")?;
        self.panel.weights.borrow_mut().push(shape);
        Ok(e.its(self.cpu.do_reserve(dtype, shape)?))
    }
    fn do_fill(&mut self, partial: &mut P, first_row: usize, rows: &[u8]) -> R<()> {
        let e = self.epoch();
        self.burn("fill")?;
        e.own(partial);
        self.panel.largest_fill.set(self.panel.largest_fill.get().max(rows.len()));
        self.cpu.do_fill(&mut partial.it, first_row, rows)
    }
    fn do_filled(&mut self, partial: P) -> R<W> {
        let e = self.epoch();
        e.own(&partial);
        Ok(e.its(self.cpu.do_filled(partial.it)?))
    }
    fn cache(&mut self, cols: usize) -> R<C> {
        let e = self.epoch();
        self.burn("cache")?;
        Ok(e.its(self.cpu.cache(cols)?))
    }
    fn do_truncate(&mut self, cache: &mut C, rows: usize) -> R<()> {
        let e = self.epoch();
        e.own(cache);
        self.cpu.do_truncate(&mut cache.it, rows)
    }
    fn do_upload(&mut self, shape: Shape, values: &[f32]) -> R<T> {
        let e = self.epoch();
        self.burn("upload")?;
        Ok(e.its(self.cpu.do_upload(shape, values)?))
    }
    fn do_embed(&mut self, table: &W, ids: Ids<'_, Self>) -> R<T> {
        let e = self.epoch();
        self.burn("embed")?;
        let table = e.own(table);
        let x = match ids {
            Ids::Host(ids) => self.cpu.do_embed(table, Ids::Host(ids)),
            Ids::Sampled(token) => self.cpu.do_embed(table, Ids::Sampled(&e.own(token).id)),
        };
        Ok(e.its(x?))
    }
    fn do_linear(&mut self, x: &T, w: &Linear<W>) -> R<T> {
        let e = self.epoch();
        self.burn("linear")?;
        self.panel.n_linear.set(self.panel.n_linear.get() + 1);
        let w = e.linear(w);
        Ok(e.its(self.cpu.do_linear(e.own(x), &w)?))
    }
    fn do_layer_norm(&mut self, x: &T, n: &Norm<W>) -> R<T> {
        let e = self.epoch();
        let n = e.norm(n);
        Ok(e.its(self.cpu.do_layer_norm(e.own(x), &n)?))
    }
    fn do_rms_norm(&mut self, x: &T, n: &Norm<W>) -> R<T> {
        let e = self.epoch();
        let n = e.norm(n);
        Ok(e.its(self.cpu.do_rms_norm(e.own(x), &n)?))
    }
    fn do_activate(&mut self, x: &T, f: Activation) -> R<T> {
        let e = self.epoch();
        Ok(e.its(self.cpu.do_activate(e.own(x), f)?))
    }
    fn do_swiglu(&mut self, gate: &T, up: &T) -> R<T> {
        let e = self.epoch();
        Ok(e.its(self.cpu.do_swiglu(e.own(gate), e.own(up))?))
    }
    fn do_add(&mut self, x: &T, y: &T) -> R<T> {
        let e = self.epoch();
        Ok(e.its(self.cpu.do_add(e.own(x), e.own(y))?))
    }
    fn do_rope(&mut self, x: &T, n_heads: usize, rotation: &Rotation<T>) -> R<T> {
        let e = self.epoch();
        let rotation = Rotation { cos: e.own(&rotation.cos).clone(), sin: e.own(&rotation.sin).clone() };
        Ok(e.its(self.cpu.do_rope(e.own(x), n_heads, &rotation)?))
    }
    fn do_append(&mut self, cache: &mut C, k: &T, v: &T) -> R<()> {
        let e = self.epoch();
        e.own(cache);
        let (k, v) = (e.own(k), e.own(v));
        self.cpu.do_append(&mut cache.it, k, v)
    }
    fn do_attend(&mut self, q: &T, keys: Keys<'_, Self>, heads: Heads, span: Span<'_>) -> R<T> {
        let e = self.epoch();
        self.burn("attend")?;
        let q = e.own(q);
        let a = match keys {
            Keys::Fresh { k, v } => {
                let (k, v) = (e.own(k), e.own(v));
                self.cpu.do_attend(q, Keys::Fresh { k, v }, heads, span)
            }
            Keys::Cached(cache) => self.cpu.do_attend(q, Keys::Cached(e.own(cache)), heads, span),
        };
        Ok(e.its(a?))
    }
    fn do_splice(&mut self, x: &T, rows: &T, at: usize) -> R<T> {
        let e = self.epoch();
        Ok(e.its(self.cpu.do_splice(e.own(x), e.own(rows), at)?))
    }
    fn do_reshape(&mut self, x: &T, to: Shape) -> R<T> {
        let e = self.epoch();
        Ok(e.its(self.cpu.do_reshape(e.own(x), to)?))
    }
    fn do_last_row(&mut self, x: &T) -> R<T> {
        let e = self.epoch();
        Ok(e.its(self.cpu.do_last_row(e.own(x))?))
    }
    fn sampler(&mut self, sampling: &Sampling, used: &[u32]) -> R<S> {
        let e = self.epoch();
        Ok(e.its(self.cpu.sampler(sampling, used)?))
    }
    fn do_sample(&mut self, logits: &T, sampler: &mut S) -> R<Self::Token> {
        let e = self.epoch();
        self.burn("sample")?;
        e.own(sampler);
        let id = self.cpu.do_sample(e.own(logits), &mut sampler.it)?;
        let mut arrives_secs = 0.0;
        if let Some(times) = &self.times {
            self.done_secs = self.done_secs.max(times.clock.get()) + times.step_secs;
            arrives_secs = self.done_secs + self.readback_secs;
            if times.tick_secs > 0.0 {
                arrives_secs = (self.done_secs / times.tick_secs).ceil() * times.tick_secs;
            }
        }
        Ok(e.its(Sampled { id, arrives_secs }))
    }
    async fn read(&mut self, x: &T) -> R<Vec<f32>> {
        let e = self.epoch();
        self.burn("read")?;
        let x = e.own(x).clone();
        self.cpu.read(&x).await
    }
    async fn read_tokens(&mut self, tokens: &[Self::Token]) -> R<Vec<u32>> {
        let e = self.epoch();
        self.burn("read_tokens")?;
        let tokens: Vec<_> = tokens.iter().map(|token| e.own(token)).collect();
        if let Some(times) = &self.times {
            let arrives_secs = tokens.iter().map(|token| token.arrives_secs);
            times.clock.set(arrives_secs.fold(times.clock.get(), f64::max));
        }
        Ok(tokens.iter().map(|token| token.id).collect())
    }
    async fn settle(&mut self) -> R<()> {
        self.panel.n_settled.set(self.panel.n_settled.get() + 1);
        self.burn("settle")
    }
    async fn reopen(&mut self) -> R<()> {
        let panel = &self.panel;
        if panel.is_last.get() {
            let message = "there is no adapter".into();
            return Err(BackendError::Device { verb: "open", backend: "remote", message });
        }
        panel.is_lost.set(false);
        panel.is_profiling.set(false);
        panel.fuse.set(panel.next_fuse.take());
        panel.epoch.set(panel.epoch.get() + 1);
        Ok(())
    }
    fn set_profiling(&mut self, on: bool) {
        self.panel.is_profiling.set(on);
    }
    async fn take_profile(&mut self) -> R<Vec<StepTime>> {
        let n = self.panel.n_linear.take();
        let time = StepTime { label: "linear", n, secs: 0.25, n_bytes: 5, n_flops: 7 };
        Ok(if self.panel.is_profiling.get() { vec![time] } else { Vec::new() })
    }
}
