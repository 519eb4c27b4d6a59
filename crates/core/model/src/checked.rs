//! Two machines in step: everything runs on both, and the error names the first verb whose results differ.

use tensor::Dtype;

use crate::backend::{
    Activation, Backend, BackendError, Heads, Ids, Keys, Linear, Norm, Rotation, Sampling, Shape, Span,
};

/// Runs a `reference` and a `device`. Their results are compared when something is read, in the order of the verbs that made
/// them. A read returns the reference's values.
///
/// Each machine computes with its own earlier results, so errors accumulate as they do in a real pass. Choose the tolerance
/// for that.
#[derive(Debug)]
pub struct Checked<R: Backend, D: Backend> {
    /// Right by definition.
    pub reference: R,
    /// The machine under test.
    pub device: D,
    /// Largest normalised mean squared error, `sum (d - r)^2 / sum r^2`.
    pub allowed_nmse: f64,
    pending: Vec<Pending<R, D>>,
    n_compared: usize,
}

/// The same activation on both machines.
type Both<R, D> = (<R as Backend>::Tensor, <D as Backend>::Tensor);

/// A result that was not compared yet, and the verb that made it.
type Pending<R, D> = (&'static str, Both<R, D>);

/// `sum (found - expected)^2 / sum expected^2`; infinite if the lengths differ or a number is not finite.
pub fn normalised_mean_squared_error(found: &[f32], expected: &[f32]) -> f64 {
    if found.len() != expected.len() {
        return f64::INFINITY;
    }
    let square = |x: f64| x * x;
    let error: f64 = found.iter().zip(expected).map(|(f, e)| square(f64::from(*f) - f64::from(*e))).sum();
    let scale: f64 = expected.iter().map(|e| square(f64::from(*e))).sum();
    if error == 0.0 {
        0.0
    } else if error.is_finite() {
        error / scale
    } else {
        f64::INFINITY
    }
}

impl<R: Backend, D: Backend> Checked<R, D> {
    /// A pair of machines on which nothing has run yet.
    pub fn new(reference: R, device: D, allowed_nmse: f64) -> Self {
        Self { reference, device, allowed_nmse, pending: Vec::new(), n_compared: 0 }
    }

    /// How many results were compared and agreed.
    pub fn n_compared(&self) -> usize {
        self.n_compared
    }

    /// Puts a result aside until something is read.
    fn later(&mut self, verb: &'static str, result: Both<R, D>) -> Both<R, D> {
        self.pending.push((verb, result.clone()));
        result
    }

    async fn compare(&mut self) -> Result<(), BackendError> {
        for (verb, (of_reference, of_device)) in std::mem::take(&mut self.pending) {
            let expected = self.reference.read(&of_reference).await?;
            let found = self.device.read(&of_device).await?;
            let nmse = normalised_mean_squared_error(&found, &expected);
            if nmse.is_nan() || nmse > self.allowed_nmse {
                let shape = self.reference.shape(&of_reference);
                return Err(BackendError::Divergence {
                    index: self.n_compared,
                    verb,
                    shape,
                    nmse,
                    allowed: self.allowed_nmse,
                });
            }
            self.n_compared += 1;
        }
        Ok(())
    }
}

impl<R: Clone, D: Clone> Linear<(R, D)> {
    fn split(&self) -> (Linear<R>, Linear<D>) {
        let Self { weight: (r, d), bias } = self.clone();
        let (r_bias, d_bias) = bias.unzip();
        (Linear { weight: r, bias: r_bias }, Linear { weight: d, bias: d_bias })
    }

    fn join((r, d): (Linear<R>, Linear<D>)) -> Self {
        Self { weight: (r.weight, d.weight), bias: r.bias.zip(d.bias) }
    }
}

impl<R: Clone, D: Clone> Norm<(R, D)> {
    fn split(&self) -> (Norm<R>, Norm<D>) {
        let Self { weight: (r, d), bias, eps } = self.clone();
        let (r_bias, d_bias) = bias.unzip();
        (Norm { weight: r, bias: r_bias, eps }, Norm { weight: d, bias: d_bias, eps })
    }
}

impl<R: Clone, D: Clone> Rotation<(R, D)> {
    fn split(&self) -> (Rotation<R>, Rotation<D>) {
        let Self { cos, sin } = self.clone();
        (Rotation { cos: cos.0, sin: sin.0 }, Rotation { cos: cos.1, sin: sin.1 })
    }
}

impl<'a, R: Backend, D: Backend> Ids<'a, Checked<R, D>> {
    fn split(&self) -> (Ids<'a, R>, Ids<'a, D>) {
        match self {
            Ids::Host(ids) => (Ids::Host(ids), Ids::Host(ids)),
            Ids::Sampled((r, d)) => (Ids::Sampled(r), Ids::Sampled(d)),
        }
    }
}

impl<'a, R: Backend, D: Backend> Keys<'a, Checked<R, D>> {
    fn split(&self) -> (Keys<'a, R>, Keys<'a, D>) {
        match self {
            Keys::Fresh { k, v } => (Keys::Fresh { k: &k.0, v: &v.0 }, Keys::Fresh { k: &k.1, v: &v.1 }),
            Keys::Cached((r, d)) => (Keys::Cached(r), Keys::Cached(d)),
        }
    }
}

/// How a verb takes an operand: the type of its parameter.
macro_rules! parameter {
    (ref $type:ty) => {
        &$type
    };
    (mut $type:ty) => {
        &mut $type
    };
    (split $type:ty) => {
        &$type
    };
    ($by_value:ident $type:ty) => {
        $type
    };
}

/// What machine 0, the reference, or machine 1 gets of an operand.
macro_rules! half {
    (ref $operand:ident $machine:tt) => {
        &$operand.$machine
    };
    (mut $operand:ident $machine:tt) => {
        &mut $operand.$machine
    };
    (own $operand:ident $machine:tt) => {
        $operand.$machine
    };
    (copy $operand:ident $machine:tt) => {
        $operand
    };
    (split $operand:ident $machine:tt) => {
        &$operand.split().$machine
    };
    (view $operand:ident $machine:tt) => {
        $operand.split().$machine
    };
    (three $operand:ident $machine:tt) => {
        [&$operand[0].split().$machine, &$operand[1].split().$machine, &$operand[2].split().$machine]
    };
}

/// What becomes of a verb's two results.
macro_rules! outcome {
    (compare $self:ident $verb:ident $results:ident) => {
        Ok($self.later(stringify!($verb).trim_start_matches("do_"), $results))
    };
    (pair $self:ident $verb:ident $results:ident) => {
        Ok($results)
    };
    (run $self:ident $verb:ident $results:ident) => {{
        let ((), ()) = $results;
        Ok(())
    }};
}

/// Verbs that run on the reference and then on the device, each with its own half of the operands.
macro_rules! on_both {
    ($($outcome:ident $verb:ident($($operand:ident: $by:ident $type:ty),*) -> $result:ty;)*) => {$(
        fn $verb(&mut self, $($operand: parameter!($by $type)),*) -> Result<$result, BackendError> {
            let results = (
                self.reference.$verb($(half!($by $operand 0)),*)?,
                self.device.$verb($(half!($by $operand 1)),*)?,
            );
            outcome!($outcome self $verb results)
        }
    )*};
}

impl<R: Backend, D: Backend> Backend for Checked<R, D> {
    type Tensor = Both<R, D>;
    type Weight = (R::Weight, D::Weight);
    type Partial = (R::Partial, D::Partial);
    type Cache = (R::Cache, D::Cache);
    type Sampler = (R::Sampler, D::Sampler);
    type Token = (R::Token, D::Token);

    fn name(&self) -> &'static str {
        "checked"
    }
    fn shape(&self, x: &Self::Tensor) -> Shape {
        self.reference.shape(&x.0)
    }
    fn weight_shape(&self, w: &Self::Weight) -> Shape {
        self.reference.weight_shape(&w.0)
    }
    fn cache_shape(&self, cache: &Self::Cache) -> Shape {
        self.reference.cache_shape(&cache.0)
    }

    on_both! {
        pair do_reserve(dtype: copy Dtype, shape: copy Shape) -> Self::Partial;
        run do_fill(partial: mut Self::Partial, first_row: copy usize, rows: copy &[u8]) -> ();
        pair do_filled(partial: own Self::Partial) -> Self::Weight;
        pair cache(cols: copy usize) -> Self::Cache;
        run do_truncate(cache: mut Self::Cache, rows: copy usize) -> ();
        compare do_upload(shape: copy Shape, values: copy &[f32]) -> Self::Tensor;
        compare do_embed(table: ref Self::Weight, ids: view Ids<'_, Self>) -> Self::Tensor;
        compare do_linear(x: ref Self::Tensor, w: split Linear<Self::Weight>) -> Self::Tensor;
        compare do_layer_norm(x: ref Self::Tensor, n: split Norm<Self::Weight>) -> Self::Tensor;
        compare do_rms_norm(x: ref Self::Tensor, n: split Norm<Self::Weight>) -> Self::Tensor;
        compare do_activate(x: ref Self::Tensor, f: copy Activation) -> Self::Tensor;
        compare do_swiglu(gate: ref Self::Tensor, up: ref Self::Tensor) -> Self::Tensor;
        compare do_add(x: ref Self::Tensor, y: ref Self::Tensor) -> Self::Tensor;
        compare do_rope(
            x: ref Self::Tensor, n_heads: copy usize, rotation: split Rotation<Self::Tensor>
        ) -> Self::Tensor;
        run do_append(cache: mut Self::Cache, k: ref Self::Tensor, v: ref Self::Tensor) -> ();
        compare do_attend(
            q: ref Self::Tensor, keys: view Keys<'_, Self>, heads: copy Heads, span: copy Span<'_>
        ) -> Self::Tensor;
        compare do_splice(x: ref Self::Tensor, rows: ref Self::Tensor, at: copy usize) -> Self::Tensor;
        compare do_reshape(x: ref Self::Tensor, to: copy Shape) -> Self::Tensor;
        compare do_last_row(x: ref Self::Tensor) -> Self::Tensor;
        pair sampler(sampling: copy &Sampling, used: copy &[u32]) -> Self::Sampler;
        pair do_sample(logits: ref Self::Tensor, sampler: mut Self::Sampler) -> Self::Token;

        compare attention_inputs(
            x: ref Self::Tensor, norm: split Norm<Self::Weight>, weights: three [&Linear<Self::Weight>; 3],
            heads: copy Heads, rotation: split Rotation<Self::Tensor>, cache: mut Self::Cache
        ) -> Self::Tensor;
        compare linear_add(
            x: ref Self::Tensor, w: split Linear<Self::Weight>, residual: ref Self::Tensor
        ) -> Self::Tensor;
        compare norm_linear(
            x: ref Self::Tensor, norm: split Norm<Self::Weight>, w: split Linear<Self::Weight>
        ) -> Self::Tensor;
        compare gated_mlp(
            x: ref Self::Tensor, norm: split Norm<Self::Weight>, gate: split Linear<Self::Weight>,
            up: split Linear<Self::Weight>, down: split Linear<Self::Weight>
        ) -> Self::Tensor;
    }

    fn qkv(
        &mut self,
        x: &Self::Tensor,
        weights: [&Linear<Self::Weight>; 3],
    ) -> Result<[Self::Tensor; 3], BackendError> {
        let [q, k, v] = self.reference.qkv(&x.0, half!(three weights 0))?;
        let [dq, dk, dv] = self.device.qkv(&x.1, half!(three weights 1))?;
        let results = [("qkv (q)", (q, dq)), ("qkv (k)", (k, dk)), ("qkv (v)", (v, dv))];
        Ok(results.map(|(verb, result)| self.later(verb, result)))
    }
    fn join(
        &mut self,
        linears: Vec<Linear<Self::Weight>>,
    ) -> Result<Vec<Linear<Self::Weight>>, BackendError> {
        let (of_reference, of_device) = linears.iter().map(Linear::split).unzip();
        let (of_reference, of_device) = (self.reference.join(of_reference)?, self.device.join(of_device)?);
        Ok(of_reference.into_iter().zip(of_device).map(Linear::join).collect())
    }
    async fn read(&mut self, x: &Self::Tensor) -> Result<Vec<f32>, BackendError> {
        self.compare().await?;
        self.reference.read(&x.0).await
    }
    async fn read_tokens(&mut self, tokens: &[Self::Token]) -> Result<Vec<u32>, BackendError> {
        self.compare().await?;
        let (of_reference, of_device): (Vec<_>, Vec<_>) = tokens.iter().cloned().unzip();
        let expected = self.reference.read_tokens(&of_reference).await?;
        let found = self.device.read_tokens(&of_device).await?;
        if found != expected {
            let message = format!("sampled {found:?}, the reference {expected:?}");
            return Err(BackendError::Device { verb: "sample", backend: self.device.name(), message });
        }
        Ok(expected)
    }
}
