//! Two machines in step: everything runs on both, and the first verb whose results differ is named.

use tensor::Dtype;

use crate::backend::{
    Activation, Backend, BackendError, Heads, Ids, Keys, Linear, Norm, Rotation, Sampling, Shape, Span,
};

/// Runs a `reference` and a `device`. Results are compared when something is read, in the order of the verbs that made
/// them; what is read comes from the reference.
///
/// Every verb's operands are the machine's own earlier results, so errors accumulate as they do in a real pass; a
/// tolerance is chosen for that.
#[derive(Debug)]
pub struct Checked<R: Backend, D: Backend> {
    /// What is right by definition.
    pub reference: R,
    /// What is tested.
    pub device: D,
    /// Largest normalised mean squared error, `sum (d - r)^2 / sum r^2`.
    pub allowed_nmse: f64,
    pending: Vec<Pending<R, D>>,
    n_compared: usize,
}

/// The same thing on both machines.
#[derive(Clone, Debug)]
pub struct Pair<R, D> {
    reference: R,
    device: D,
}

type Both<R, D> = Pair<<R as Backend>::Tensor, <D as Backend>::Tensor>;

/// A result that was not compared yet, and the verb that made it.
type Pending<R, D> = (&'static str, Both<R, D>);

/// `sum (found - expected)^2 / sum expected^2`; infinite where lengths differ or a number is not finite.
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
    /// Nothing has run yet.
    pub fn new(reference: R, device: D, allowed_nmse: f64) -> Self {
        Self { reference, device, allowed_nmse, pending: Vec::new(), n_compared: 0 }
    }

    /// Verbs whose results were compared and agreed.
    pub fn n_compared(&self) -> usize {
        self.n_compared
    }

    fn result(
        &mut self,
        verb: &'static str,
        reference: R::Tensor,
        device: D::Tensor,
    ) -> Result<Both<R, D>, BackendError> {
        let pair = Pair { reference, device };
        self.pending.push((verb, pair.clone()));
        Ok(pair)
    }

    async fn compare(&mut self) -> Result<(), BackendError> {
        for (verb, pair) in std::mem::take(&mut self.pending) {
            let expected = self.reference.read(&pair.reference).await?;
            let found = self.device.read(&pair.device).await?;
            let nmse = normalised_mean_squared_error(&found, &expected);
            if nmse.is_nan() || nmse > self.allowed_nmse {
                let shape = self.reference.shape(&pair.reference);
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

type Weights<R, D> = Pair<<R as Backend>::Weight, <D as Backend>::Weight>;

fn both<R: Clone, D: Clone>(w: &Linear<Pair<R, D>>) -> (Linear<R>, Linear<D>) {
    let Linear { weight: Pair { reference, device }, bias } = w.clone();
    let (reference_bias, device_bias) = bias.map(|b| (b.reference, b.device)).unzip();
    (Linear { weight: reference, bias: reference_bias }, Linear { weight: device, bias: device_bias })
}

fn norms<R: Clone, D: Clone>(n: &Norm<Pair<R, D>>) -> (Norm<R>, Norm<D>) {
    let Norm { weight: Pair { reference, device }, bias, eps } = n.clone();
    let (reference_bias, device_bias) = bias.map(|b| (b.reference, b.device)).unzip();
    (Norm { weight: reference, bias: reference_bias, eps }, Norm { weight: device, bias: device_bias, eps })
}

fn rotations<R: Clone, D: Clone>(r: &Rotation<Pair<R, D>>) -> (Rotation<R>, Rotation<D>) {
    let Rotation { cos, sin } = r.clone();
    (Rotation { cos: cos.reference, sin: sin.reference }, Rotation { cos: cos.device, sin: sin.device })
}

impl<R: Backend, D: Backend> Backend for Checked<R, D> {
    type Tensor = Both<R, D>;
    type Weight = Weights<R, D>;
    type Partial = Pair<R::Partial, D::Partial>;
    type Cache = Pair<R::Cache, D::Cache>;
    type Sampler = Pair<R::Sampler, D::Sampler>;
    type Token = Pair<R::Token, D::Token>;

    fn name(&self) -> &'static str {
        "checked"
    }
    fn shape(&self, x: &Self::Tensor) -> Shape {
        self.reference.shape(&x.reference)
    }
    fn weight_shape(&self, w: &Self::Weight) -> Shape {
        self.reference.weight_shape(&w.reference)
    }
    fn cache_shape(&self, cache: &Self::Cache) -> Shape {
        self.reference.cache_shape(&cache.reference)
    }
    fn do_reserve(&mut self, dtype: Dtype, shape: Shape) -> Result<Self::Partial, BackendError> {
        let reference = self.reference.do_reserve(dtype, shape)?;
        Ok(Pair { reference, device: self.device.do_reserve(dtype, shape)? })
    }
    fn do_fill(
        &mut self,
        partial: &mut Self::Partial,
        first_row: usize,
        rows: &[u8],
    ) -> Result<(), BackendError> {
        self.reference.do_fill(&mut partial.reference, first_row, rows)?;
        self.device.do_fill(&mut partial.device, first_row, rows)
    }
    fn do_filled(&mut self, partial: Self::Partial) -> Result<Self::Weight, BackendError> {
        let reference = self.reference.do_filled(partial.reference)?;
        Ok(Pair { reference, device: self.device.do_filled(partial.device)? })
    }
    fn join(
        &mut self,
        linears: Vec<Linear<Self::Weight>>,
    ) -> Result<Vec<Linear<Self::Weight>>, BackendError> {
        let (for_reference, for_device) = linears.iter().map(both).unzip();
        let reference = self.reference.join(for_reference)?;
        let device = self.device.join(for_device)?;
        let pair = |(r, d): (Linear<R::Weight>, Linear<D::Weight>)| Linear {
            weight: Pair { reference: r.weight, device: d.weight },
            bias: r.bias.zip(d.bias).map(|(reference, device)| Pair { reference, device }),
        };
        Ok(reference.into_iter().zip(device).map(pair).collect())
    }
    fn cache(&mut self, cols: usize) -> Result<Self::Cache, BackendError> {
        Ok(Pair { reference: self.reference.cache(cols)?, device: self.device.cache(cols)? })
    }
    fn do_truncate(&mut self, cache: &mut Self::Cache, rows: usize) -> Result<(), BackendError> {
        self.reference.do_truncate(&mut cache.reference, rows)?;
        self.device.do_truncate(&mut cache.device, rows)
    }
    fn do_upload(&mut self, shape: Shape, values: &[f32]) -> Result<Self::Tensor, BackendError> {
        let r = self.reference.do_upload(shape, values)?;
        let d = self.device.do_upload(shape, values)?;
        self.result("upload", r, d)
    }
    fn do_embed(&mut self, table: &Self::Weight, ids: Ids<'_, Self>) -> Result<Self::Tensor, BackendError> {
        let (for_reference, for_device) = match ids {
            Ids::Host(ids) => (Ids::Host(ids), Ids::Host(ids)),
            Ids::Sampled(token) => (Ids::Sampled(&token.reference), Ids::Sampled(&token.device)),
        };
        let r = self.reference.do_embed(&table.reference, for_reference)?;
        let d = self.device.do_embed(&table.device, for_device)?;
        self.result("embed", r, d)
    }
    fn do_linear(
        &mut self,
        x: &Self::Tensor,
        w: &Linear<Self::Weight>,
    ) -> Result<Self::Tensor, BackendError> {
        let (wr, wd) = both(w);
        let r = self.reference.do_linear(&x.reference, &wr)?;
        let d = self.device.do_linear(&x.device, &wd)?;
        self.result("linear", r, d)
    }
    fn do_layer_norm(
        &mut self,
        x: &Self::Tensor,
        n: &Norm<Self::Weight>,
    ) -> Result<Self::Tensor, BackendError> {
        let (nr, nd) = norms(n);
        let r = self.reference.do_layer_norm(&x.reference, &nr)?;
        let d = self.device.do_layer_norm(&x.device, &nd)?;
        self.result("layer_norm", r, d)
    }
    fn do_rms_norm(
        &mut self,
        x: &Self::Tensor,
        n: &Norm<Self::Weight>,
    ) -> Result<Self::Tensor, BackendError> {
        let (nr, nd) = norms(n);
        let r = self.reference.do_rms_norm(&x.reference, &nr)?;
        let d = self.device.do_rms_norm(&x.device, &nd)?;
        self.result("rms_norm", r, d)
    }
    fn do_activate(&mut self, x: &Self::Tensor, f: Activation) -> Result<Self::Tensor, BackendError> {
        let r = self.reference.do_activate(&x.reference, f)?;
        let d = self.device.do_activate(&x.device, f)?;
        self.result("activate", r, d)
    }
    fn do_swiglu(&mut self, gate: &Self::Tensor, up: &Self::Tensor) -> Result<Self::Tensor, BackendError> {
        let r = self.reference.do_swiglu(&gate.reference, &up.reference)?;
        let d = self.device.do_swiglu(&gate.device, &up.device)?;
        self.result("swiglu", r, d)
    }
    fn do_add(&mut self, x: &Self::Tensor, y: &Self::Tensor) -> Result<Self::Tensor, BackendError> {
        let r = self.reference.do_add(&x.reference, &y.reference)?;
        let d = self.device.do_add(&x.device, &y.device)?;
        self.result("add", r, d)
    }
    fn do_rope(
        &mut self,
        x: &Self::Tensor,
        n_heads: usize,
        rotation: &Rotation<Self::Tensor>,
    ) -> Result<Self::Tensor, BackendError> {
        let (rr, rd) = rotations(rotation);
        let r = self.reference.do_rope(&x.reference, n_heads, &rr)?;
        let d = self.device.do_rope(&x.device, n_heads, &rd)?;
        self.result("rope", r, d)
    }
    fn do_append(
        &mut self,
        cache: &mut Self::Cache,
        k: &Self::Tensor,
        v: &Self::Tensor,
    ) -> Result<(), BackendError> {
        self.reference.do_append(&mut cache.reference, &k.reference, &v.reference)?;
        self.device.do_append(&mut cache.device, &k.device, &v.device)
    }
    fn do_attend(
        &mut self,
        q: &Self::Tensor,
        keys: Keys<'_, Self>,
        heads: Heads,
        span: Span<'_>,
    ) -> Result<Self::Tensor, BackendError> {
        let (for_reference, for_device) = match keys {
            Keys::Fresh { k, v } => {
                (Keys::Fresh { k: &k.reference, v: &v.reference }, Keys::Fresh { k: &k.device, v: &v.device })
            }
            Keys::Cached(cache) => (Keys::Cached(&cache.reference), Keys::Cached(&cache.device)),
        };
        let r = self.reference.do_attend(&q.reference, for_reference, heads, span)?;
        let d = self.device.do_attend(&q.device, for_device, heads, span)?;
        self.result("attend", r, d)
    }
    fn do_splice(
        &mut self,
        x: &Self::Tensor,
        rows: &Self::Tensor,
        at: usize,
    ) -> Result<Self::Tensor, BackendError> {
        let r = self.reference.do_splice(&x.reference, &rows.reference, at)?;
        let d = self.device.do_splice(&x.device, &rows.device, at)?;
        self.result("splice", r, d)
    }
    fn do_reshape(&mut self, x: &Self::Tensor, to: Shape) -> Result<Self::Tensor, BackendError> {
        let r = self.reference.do_reshape(&x.reference, to)?;
        let d = self.device.do_reshape(&x.device, to)?;
        self.result("reshape", r, d)
    }
    fn do_last_row(&mut self, x: &Self::Tensor) -> Result<Self::Tensor, BackendError> {
        let r = self.reference.do_last_row(&x.reference)?;
        let d = self.device.do_last_row(&x.device)?;
        self.result("last_row", r, d)
    }
    fn sampler(&mut self, sampling: &Sampling, used: &[u32]) -> Result<Self::Sampler, BackendError> {
        let reference = self.reference.sampler(sampling, used)?;
        Ok(Pair { reference, device: self.device.sampler(sampling, used)? })
    }
    fn do_sample(
        &mut self,
        logits: &Self::Tensor,
        sampler: &mut Self::Sampler,
    ) -> Result<Self::Token, BackendError> {
        let reference = self.reference.do_sample(&logits.reference, &mut sampler.reference)?;
        Ok(Pair { reference, device: self.device.do_sample(&logits.device, &mut sampler.device)? })
    }
    async fn read(&mut self, x: &Self::Tensor) -> Result<Vec<f32>, BackendError> {
        self.compare().await?;
        self.reference.read(&x.reference).await
    }
    async fn read_tokens(&mut self, tokens: &[Self::Token]) -> Result<Vec<u32>, BackendError> {
        self.compare().await?;
        let (for_reference, for_device): (Vec<_>, Vec<_>) =
            tokens.iter().cloned().map(|t| (t.reference, t.device)).unzip();
        let expected = self.reference.read_tokens(&for_reference).await?;
        let found = self.device.read_tokens(&for_device).await?;
        if found != expected {
            let message = format!("sampled {found:?}, the reference {expected:?}");
            return Err(BackendError::Device { verb: "sample", backend: self.device.name(), message });
        }
        Ok(expected)
    }
    fn qkv(
        &mut self,
        x: &Self::Tensor,
        weights: [&Linear<Self::Weight>; 3],
    ) -> Result<[Self::Tensor; 3], BackendError> {
        let [(qr, qd), (kr, kd), (vr, vd)] = weights.map(both);
        let [q, k, v] = self.reference.qkv(&x.reference, [&qr, &kr, &vr])?;
        let [dq, dk, dv] = self.device.qkv(&x.device, [&qd, &kd, &vd])?;
        Ok([self.result("qkv (q)", q, dq)?, self.result("qkv (k)", k, dk)?, self.result("qkv (v)", v, dv)?])
    }
    fn attention_inputs(
        &mut self,
        x: &Self::Tensor,
        norm: &Norm<Self::Weight>,
        weights: [&Linear<Self::Weight>; 3],
        heads: Heads,
        rotation: &Rotation<Self::Tensor>,
        cache: &mut Self::Cache,
    ) -> Result<Self::Tensor, BackendError> {
        let [(qr, qd), (kr, kd), (vr, vd)] = weights.map(both);
        let ((nr, nd), (rr, rd)) = (norms(norm), rotations(rotation));
        let reference = &mut self.reference;
        let r = reference.attention_inputs(
            &x.reference,
            &nr,
            [&qr, &kr, &vr],
            heads,
            &rr,
            &mut cache.reference,
        )?;
        let device = &mut self.device;
        let d = device.attention_inputs(&x.device, &nd, [&qd, &kd, &vd], heads, &rd, &mut cache.device)?;
        self.result("attention_inputs", r, d)
    }
    fn linear_add(
        &mut self,
        x: &Self::Tensor,
        w: &Linear<Self::Weight>,
        residual: &Self::Tensor,
    ) -> Result<Self::Tensor, BackendError> {
        let (wr, wd) = both(w);
        let r = self.reference.linear_add(&x.reference, &wr, &residual.reference)?;
        let d = self.device.linear_add(&x.device, &wd, &residual.device)?;
        self.result("linear_add", r, d)
    }
    fn norm_linear(
        &mut self,
        x: &Self::Tensor,
        norm: &Norm<Self::Weight>,
        w: &Linear<Self::Weight>,
    ) -> Result<Self::Tensor, BackendError> {
        let ((nr, nd), (wr, wd)) = (norms(norm), both(w));
        let r = self.reference.norm_linear(&x.reference, &nr, &wr)?;
        let d = self.device.norm_linear(&x.device, &nd, &wd)?;
        self.result("norm_linear", r, d)
    }
    fn gated_mlp(
        &mut self,
        x: &Self::Tensor,
        norm: &Norm<Self::Weight>,
        gate: &Linear<Self::Weight>,
        up: &Linear<Self::Weight>,
        down: &Linear<Self::Weight>,
    ) -> Result<Self::Tensor, BackendError> {
        let ((nr, nd), (gr, gd)) = (norms(norm), both(gate));
        let ((ur, ud), (dr, dd)) = (both(up), both(down));
        let r = self.reference.gated_mlp(&x.reference, &nr, &gr, &ur, &dr)?;
        let d = self.device.gated_mlp(&x.device, &nd, &gd, &ud, &dd)?;
        self.result("gated_mlp", r, d)
    }
}
