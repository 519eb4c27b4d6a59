use std::future::Future;

use tensor::Dtype;

use super::{
    Activation, BackendError, Filling, Heads, Linear, Norm, Rotation, Sampling, Shape, Span, StepTime, check,
};

/// Token ids to embed.
#[derive(Debug)]
pub enum Ids<'a, B: Backend> {
    /// Known to the host.
    Host(&'a [u32]),
    /// A sampled one, which may not be computed yet. It does not pass through the host.
    Sampled(&'a B::Token),
}

/// The keys and values of attention.
#[derive(Debug)]
pub enum Keys<'a, B: Backend> {
    /// Computed in this pass, `(rows, n_kv * dim)` each.
    Fresh {
        /// Keys.
        k: &'a B::Tensor,
        /// Values.
        v: &'a B::Tensor,
    },
    /// Everything in a cache.
    Cached(&'a B::Cache),
}

/// A machine that does arithmetic on activations of shape (rows, columns).
///
/// The forward pass calls the verbs without a prefix. Each checks the shapes of its operands and then calls the `do_` verb
/// of the same name. A machine implements the `do_` verbs and may rely on those checks. Only
/// [`read`](Backend::read), [`read_tokens`](Backend::read_tokens) and [`settle`](Backend::settle) wait for a result, so a
/// machine may record verbs and run them later.
///
/// Some verbs are made of smaller ones ([`linear_add`](Backend::linear_add), [`gated_mlp`](Backend::gated_mlp), ...). Their
/// bodies here are their specification; a machine may override them with something faster that computes the same. If
/// its faster way applies only to some operands, it overrides the `fused_` verb instead, which answers `None` for the others.
pub trait Backend: Sized {
    /// An activation; a clone shares its contents.
    type Tensor: Clone + std::fmt::Debug;
    /// A matrix or a vector of the model; a clone shares its contents.
    type Weight: Clone + std::fmt::Debug;
    /// A weight whose rows are still coming.
    type Partial: std::fmt::Debug;
    /// Keys and values of one layer.
    type Cache: std::fmt::Debug;
    /// State of a sampling process: random numbers, tokens used so far.
    type Sampler: std::fmt::Debug;
    /// A sampled token, perhaps not computed yet.
    type Token: Clone + std::fmt::Debug;

    /// For messages: `CPU (candle)`.
    fn name(&self) -> &'static str;
    /// With the device it runs on: `WebGPU (Apple M2)`.
    fn description(&self) -> String {
        self.name().to_owned()
    }
    /// Shape of an activation.
    fn shape(&self, x: &Self::Tensor) -> Shape;
    /// Shape of a weight: (outputs, inputs); vectors have one row.
    fn weight_shape(&self, w: &Self::Weight) -> Shape;
    /// (rows appended, columns) of a cache's keys.
    fn cache_shape(&self, cache: &Self::Cache) -> Shape;
    /// Seconds that a sampled token takes to reach the host once it is computed; 0 if reading costs nothing.
    fn readback_secs(&self) -> f64 {
        0.0
    }

    /// Makes room for a weight in the block format of its file. It is filled row by row, so that a large weight is never
    /// on the host as a whole.
    fn reserve(&mut self, dtype: Dtype, shape: Shape) -> Result<Filling<Self::Partial>, BackendError> {
        let row_bytes = dtype.n_bytes(shape.cols).ok().filter(|_| shape.rows > 0);
        let rows_whole = shape.cols.is_multiple_of(dtype.block_len());
        let Some(row_bytes) = row_bytes.filter(|n| *n > 0 && rows_whole) else {
            let expected = format!("rows of whole {} blocks", dtype.name());
            return Err(BackendError::Shape { verb: "reserve", found: shape.to_string(), expected });
        };
        Ok(Filling { partial: self.do_reserve(dtype, shape)?, shape, row_bytes, n_rows: 0 })
    }
    /// See [`reserve`](Backend::reserve).
    fn do_reserve(&mut self, dtype: Dtype, shape: Shape) -> Result<Self::Partial, BackendError>;

    /// Adds the next rows of a weight.
    fn fill(&mut self, filling: &mut Filling<Self::Partial>, rows: &[u8]) -> Result<(), BackendError> {
        let n_rows = rows.len() / filling.row_bytes;
        let fits = rows.len().is_multiple_of(filling.row_bytes)
            && n_rows > 0
            && n_rows <= filling.shape.rows - filling.n_rows;
        check::require(
            "fill",
            fits,
            || format!("{} bytes after {} rows", rows.len(), filling.n_rows),
            || format!("rows of {} bytes, {} in all", filling.row_bytes, filling.shape.rows),
        )?;
        self.do_fill(&mut filling.partial, filling.n_rows, rows)?;
        filling.n_rows += n_rows;
        Ok(())
    }
    /// See [`fill`](Backend::fill). `first_row` rows were filled before.
    fn do_fill(
        &mut self,
        partial: &mut Self::Partial,
        first_row: usize,
        rows: &[u8],
    ) -> Result<(), BackendError>;

    /// The weight, after its last row was filled in.
    fn filled(&mut self, filling: Filling<Self::Partial>) -> Result<Self::Weight, BackendError> {
        let (n_rows, shape) = (filling.n_rows, filling.shape);
        check::require("filled", n_rows == shape.rows, || format!("{n_rows} rows"), || shape.to_string())?;
        self.do_filled(filling.partial)
    }
    /// See [`filled`](Backend::filled).
    fn do_filled(&mut self, partial: Self::Partial) -> Result<Self::Weight, BackendError>;

    /// A weight from all its bytes.
    fn weight(&mut self, dtype: Dtype, shape: Shape, bytes: &[u8]) -> Result<Self::Weight, BackendError> {
        let mut filling = self.reserve(dtype, shape)?;
        self.fill(&mut filling, bytes)?;
        self.filled(filling)
    }

    /// Called once, when a model is put together: these matrices will always be multiplied with the same input. A machine
    /// may store them side by side; each is still used as a matrix of its own.
    fn join(
        &mut self,
        linears: Vec<Linear<Self::Weight>>,
    ) -> Result<Vec<Linear<Self::Weight>>, BackendError> {
        Ok(linears)
    }

    /// An empty cache for keys and values of `cols` columns.
    fn cache(&mut self, cols: usize) -> Result<Self::Cache, BackendError>;

    /// Forgets all but the first `rows` rows.
    fn truncate(&mut self, cache: &mut Self::Cache, rows: usize) -> Result<(), BackendError> {
        let held = self.cache_shape(cache).rows;
        check::require("truncate", rows <= held, || format!("{rows} rows"), || format!("at most {held}"))?;
        self.do_truncate(cache, rows)
    }
    /// See [`truncate`](Backend::truncate).
    fn do_truncate(&mut self, cache: &mut Self::Cache, rows: usize) -> Result<(), BackendError>;

    /// Host values become an activation.
    fn upload(&mut self, shape: Shape, values: &[f32]) -> Result<Self::Tensor, BackendError> {
        let fits = values.len() == shape.n_elements() && !values.is_empty();
        check::require("upload", fits, || format!("{} values", values.len()), || shape.to_string())?;
        self.do_upload(shape, values)
    }
    /// See [`upload`](Backend::upload).
    fn do_upload(&mut self, shape: Shape, values: &[f32]) -> Result<Self::Tensor, BackendError>;

    /// Rows of `table` (vocabulary, columns) by token id.
    fn embed(&mut self, table: &Self::Weight, ids: Ids<'_, Self>) -> Result<Self::Tensor, BackendError> {
        if let Ids::Host(ids) = ids {
            check::embed(self.weight_shape(table), ids)?;
        }
        self.do_embed(table, ids)
    }
    /// See [`embed`](Backend::embed).
    fn do_embed(&mut self, table: &Self::Weight, ids: Ids<'_, Self>) -> Result<Self::Tensor, BackendError>;

    /// `x wT + b`: (rows, inputs) to (rows, outputs).
    fn linear(&mut self, x: &Self::Tensor, w: &Linear<Self::Weight>) -> Result<Self::Tensor, BackendError> {
        check::linear(self.shape(x), &w.map(|w| self.weight_shape(w)))?;
        self.do_linear(x, w)
    }
    /// See [`linear`](Backend::linear).
    fn do_linear(&mut self, x: &Self::Tensor, w: &Linear<Self::Weight>)
    -> Result<Self::Tensor, BackendError>;

    /// `(x - mean) / sqrt(variance + eps) * weight + bias`, per row.
    fn layer_norm(&mut self, x: &Self::Tensor, n: &Norm<Self::Weight>) -> Result<Self::Tensor, BackendError> {
        check::norm("layer_norm", self.shape(x), &n.map(|w| self.weight_shape(w)), true)?;
        self.do_layer_norm(x, n)
    }
    /// See [`layer_norm`](Backend::layer_norm).
    fn do_layer_norm(
        &mut self,
        x: &Self::Tensor,
        n: &Norm<Self::Weight>,
    ) -> Result<Self::Tensor, BackendError>;

    /// `x / sqrt(mean square + eps) * weight`, per row.
    fn rms_norm(&mut self, x: &Self::Tensor, n: &Norm<Self::Weight>) -> Result<Self::Tensor, BackendError> {
        check::norm("rms_norm", self.shape(x), &n.map(|w| self.weight_shape(w)), false)?;
        self.do_rms_norm(x, n)
    }
    /// See [`rms_norm`](Backend::rms_norm).
    fn do_rms_norm(&mut self, x: &Self::Tensor, n: &Norm<Self::Weight>)
    -> Result<Self::Tensor, BackendError>;

    /// An element-wise function.
    fn activate(&mut self, x: &Self::Tensor, f: Activation) -> Result<Self::Tensor, BackendError> {
        self.do_activate(x, f)
    }
    /// See [`activate`](Backend::activate).
    fn do_activate(&mut self, x: &Self::Tensor, f: Activation) -> Result<Self::Tensor, BackendError>;

    /// `gate * sigmoid(gate) * up`.
    fn swiglu(&mut self, gate: &Self::Tensor, up: &Self::Tensor) -> Result<Self::Tensor, BackendError> {
        check::pair("swiglu", self.shape(gate), self.shape(up))?;
        self.do_swiglu(gate, up)
    }
    /// See [`swiglu`](Backend::swiglu).
    fn do_swiglu(&mut self, gate: &Self::Tensor, up: &Self::Tensor) -> Result<Self::Tensor, BackendError>;

    /// Element by element.
    fn add(&mut self, x: &Self::Tensor, y: &Self::Tensor) -> Result<Self::Tensor, BackendError> {
        check::pair("add", self.shape(x), self.shape(y))?;
        self.do_add(x, y)
    }
    /// See [`add`](Backend::add).
    fn do_add(&mut self, x: &Self::Tensor, y: &Self::Tensor) -> Result<Self::Tensor, BackendError>;

    /// Rotates columns `i` and `i + dim/2` of every head by the table's angle `(row, i)`.
    fn rope(
        &mut self,
        x: &Self::Tensor,
        n_heads: usize,
        rotation: &Rotation<Self::Tensor>,
    ) -> Result<Self::Tensor, BackendError> {
        let table = Rotation { cos: self.shape(&rotation.cos), sin: self.shape(&rotation.sin) };
        check::rope(self.shape(x), n_heads, &table)?;
        self.do_rope(x, n_heads, rotation)
    }
    /// See [`rope`](Backend::rope).
    fn do_rope(
        &mut self,
        x: &Self::Tensor,
        n_heads: usize,
        rotation: &Rotation<Self::Tensor>,
    ) -> Result<Self::Tensor, BackendError>;

    /// Adds rows of keys and values, `(rows, n_kv * dim)` each, to a cache.
    fn append(
        &mut self,
        cache: &mut Self::Cache,
        k: &Self::Tensor,
        v: &Self::Tensor,
    ) -> Result<(), BackendError> {
        check::append(self.cache_shape(cache), self.shape(k), self.shape(v))?;
        self.do_append(cache, k, v)
    }
    /// See [`append`](Backend::append).
    fn do_append(
        &mut self,
        cache: &mut Self::Cache,
        k: &Self::Tensor,
        v: &Self::Tensor,
    ) -> Result<(), BackendError>;

    /// `softmax(q kT / sqrt dim) v` per head over the keys that `span` allows; `(rows, n_query * dim)`.
    fn attend(
        &mut self,
        q: &Self::Tensor,
        keys: Keys<'_, Self>,
        heads: Heads,
        span: Span<'_>,
    ) -> Result<Self::Tensor, BackendError> {
        let (k, v) = match &keys {
            Keys::Fresh { k, v } => (self.shape(k), self.shape(v)),
            Keys::Cached(cache) => (self.cache_shape(cache), self.cache_shape(cache)),
        };
        check::attend(self.shape(q), k, v, heads, span)?;
        self.do_attend(q, keys, heads, span)
    }
    /// See [`attend`](Backend::attend).
    fn do_attend(
        &mut self,
        q: &Self::Tensor,
        keys: Keys<'_, Self>,
        heads: Heads,
        span: Span<'_>,
    ) -> Result<Self::Tensor, BackendError>;

    /// `x` with the rows that begin at row `at` replaced by `rows`.
    fn splice(
        &mut self,
        x: &Self::Tensor,
        rows: &Self::Tensor,
        at: usize,
    ) -> Result<Self::Tensor, BackendError> {
        check::splice(self.shape(x), self.shape(rows), at)?;
        self.do_splice(x, rows, at)
    }
    /// See [`splice`](Backend::splice).
    fn do_splice(
        &mut self,
        x: &Self::Tensor,
        rows: &Self::Tensor,
        at: usize,
    ) -> Result<Self::Tensor, BackendError>;

    /// The same elements, row by row, in another shape.
    fn reshape(&mut self, x: &Self::Tensor, to: Shape) -> Result<Self::Tensor, BackendError> {
        check::reshape(self.shape(x), to)?;
        self.do_reshape(x, to)
    }
    /// See [`reshape`](Backend::reshape).
    fn do_reshape(&mut self, x: &Self::Tensor, to: Shape) -> Result<Self::Tensor, BackendError>;

    /// Only the last row.
    fn last_row(&mut self, x: &Self::Tensor) -> Result<Self::Tensor, BackendError> {
        self.do_last_row(x)
    }
    /// See [`last_row`](Backend::last_row).
    fn do_last_row(&mut self, x: &Self::Tensor) -> Result<Self::Tensor, BackendError>;

    /// A sampling process that has already seen `used` (for the repetition penalty).
    fn sampler(&mut self, sampling: &Sampling, used: &[u32]) -> Result<Self::Sampler, BackendError>;

    /// Picks the next token from logits `(1, vocabulary)`. The token stays on the machine.
    fn sample(
        &mut self,
        logits: &Self::Tensor,
        sampler: &mut Self::Sampler,
    ) -> Result<Self::Token, BackendError> {
        let found = self.shape(logits);
        check::require("sample", found.rows == 1, || found.to_string(), || "one row of logits".into())?;
        self.do_sample(logits, sampler)
    }
    /// See [`sample`](Backend::sample).
    fn do_sample(
        &mut self,
        logits: &Self::Tensor,
        sampler: &mut Self::Sampler,
    ) -> Result<Self::Token, BackendError>;

    /// Waits for an activation and copies it to the host, row by row.
    fn read(&mut self, x: &Self::Tensor) -> impl Future<Output = Result<Vec<f32>, BackendError>>;

    /// Waits for sampled tokens and copies their ids to the host.
    fn read_tokens(&mut self, tokens: &[Self::Token])
    -> impl Future<Output = Result<Vec<u32>, BackendError>>;

    /// Lets the machine catch up: waits until little of the recorded work is left, and reports any error since the last
    /// call. The forward pass calls this between blocks. It keeps the queue short, so that progress is true, a stop is prompt,
    /// and other programs get their share of the machine.
    fn settle(&mut self) -> impl Future<Output = Result<(), BackendError>> {
        async { Ok(()) }
    }

    /// Opens the machine again after it was lost. Nothing that was on it before may be used again.
    fn reopen(&mut self) -> impl Future<Output = Result<(), BackendError>> {
        async { Ok(()) }
    }

    /// Turns timing on or off, for everything that runs from now on.
    fn set_profiling(&mut self, _on: bool) {}

    /// The times since the last call, summed by label; empty if the machine has no clock.
    fn take_profile(&mut self) -> impl Future<Output = Result<Vec<StepTime>, BackendError>> {
        async { Ok(Vec::new()) }
    }

    /// Queries, keys and values of one input.
    fn qkv(
        &mut self,
        x: &Self::Tensor,
        weights: [&Linear<Self::Weight>; 3],
    ) -> Result<[Self::Tensor; 3], BackendError> {
        let [q, k, v] = weights;
        Ok([self.linear(x, q)?, self.linear(x, k)?, self.linear(x, v)?])
    }

    /// Rotates queries and keys, and appends keys and values to the cache. Returns the rotated queries.
    fn rope_append(
        &mut self,
        [q, k, v]: [&Self::Tensor; 3],
        heads: Heads,
        rotation: &Rotation<Self::Tensor>,
        cache: &mut Self::Cache,
    ) -> Result<Self::Tensor, BackendError> {
        let q = self.rope(q, heads.n_query, rotation)?;
        let k = self.rope(k, heads.n_kv, rotation)?;
        self.append(cache, &k, v)?;
        Ok(q)
    }

    /// Everything before cached attention: [`qkv`](Backend::qkv) of `rms_norm(x)`, then
    /// [`rope_append`](Backend::rope_append). Returns the rotated queries.
    fn attention_inputs(
        &mut self,
        x: &Self::Tensor,
        norm: &Norm<Self::Weight>,
        weights: [&Linear<Self::Weight>; 3],
        heads: Heads,
        rotation: &Rotation<Self::Tensor>,
        cache: &mut Self::Cache,
    ) -> Result<Self::Tensor, BackendError> {
        if let Some(q) = self.fused_attention_inputs(x, norm, weights, heads, rotation, cache)? {
            return Ok(q);
        }
        let h = self.rms_norm(x, norm)?;
        let [q, k, v] = self.qkv(&h, weights)?;
        self.rope_append([&q, &k, &v], heads, rotation, cache)
    }
    /// See [`attention_inputs`](Backend::attention_inputs).
    fn fused_attention_inputs(
        &mut self,
        _x: &Self::Tensor,
        _norm: &Norm<Self::Weight>,
        _weights: [&Linear<Self::Weight>; 3],
        _heads: Heads,
        _rotation: &Rotation<Self::Tensor>,
        _cache: &mut Self::Cache,
    ) -> Result<Option<Self::Tensor>, BackendError> {
        Ok(None)
    }

    /// `x wT + b + residual`.
    fn linear_add(
        &mut self,
        x: &Self::Tensor,
        w: &Linear<Self::Weight>,
        residual: &Self::Tensor,
    ) -> Result<Self::Tensor, BackendError> {
        let y = self.linear(x, w)?;
        self.add(residual, &y)
    }

    /// `rms_norm(x) wT + b`.
    fn norm_linear(
        &mut self,
        x: &Self::Tensor,
        norm: &Norm<Self::Weight>,
        w: &Linear<Self::Weight>,
    ) -> Result<Self::Tensor, BackendError> {
        if let Some(y) = self.fused_norm_linear(x, norm, w)? {
            return Ok(y);
        }
        let h = self.rms_norm(x, norm)?;
        self.linear(&h, w)
    }
    /// See [`norm_linear`](Backend::norm_linear).
    fn fused_norm_linear(
        &mut self,
        _x: &Self::Tensor,
        _norm: &Norm<Self::Weight>,
        _w: &Linear<Self::Weight>,
    ) -> Result<Option<Self::Tensor>, BackendError> {
        Ok(None)
    }

    /// `x + down(swiglu(gate(h), up(h)))` of `h = rms_norm(x)`.
    fn gated_mlp(
        &mut self,
        x: &Self::Tensor,
        norm: &Norm<Self::Weight>,
        gate: &Linear<Self::Weight>,
        up: &Linear<Self::Weight>,
        down: &Linear<Self::Weight>,
    ) -> Result<Self::Tensor, BackendError> {
        let hidden = match self.fused_norm_swiglu(x, norm, gate, up)? {
            Some(hidden) => hidden,
            None => {
                let h = self.rms_norm(x, norm)?;
                let gate = self.linear(&h, gate)?;
                let up = self.linear(&h, up)?;
                self.swiglu(&gate, &up)?
            }
        };
        self.linear_add(&hidden, down, x)
    }
    /// `swiglu(gate(h), up(h))` of `h = rms_norm(x)`, for [`gated_mlp`](Backend::gated_mlp).
    fn fused_norm_swiglu(
        &mut self,
        _x: &Self::Tensor,
        _norm: &Norm<Self::Weight>,
        _gate: &Linear<Self::Weight>,
        _up: &Linear<Self::Weight>,
    ) -> Result<Option<Self::Tensor>, BackendError> {
        Ok(None)
    }
}
