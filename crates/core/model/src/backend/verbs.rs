use std::future::Future;

use tensor::Dtype;

use super::{
    Activation, Filling, Heads, Ids, Keys, Linear, Norm, Rotation, Sampling, Shape, Span, StepTime, check,
};

/// Why a verb could not run.
#[derive(Debug, thiserror::Error)]
pub enum BackendError {
    /// The operands do not fit each other: a fault of the caller.
    #[error("{verb}: found {found}, expected {expected}")]
    Shape {
        /// Which verb refused.
        verb: &'static str,
        /// What it was given.
        found: String,
        /// What it takes.
        expected: String,
    },
    /// The machine refused or failed.
    #[error("{verb} failed on {backend}: {message}")]
    Device {
        /// Which verb failed.
        verb: &'static str,
        /// On which machine.
        backend: &'static str,
        /// In the machine's words.
        message: String,
    },
    /// There is no room for what was asked.
    #[error("{verb} asked {backend} for {} MiB: {message}", needed_bytes.div_ceil(1 << 20))]
    Memory {
        /// Which verb asked.
        verb: &'static str,
        /// On which machine.
        backend: &'static str,
        /// What it asked for.
        needed_bytes: u64,
        /// In the machine's words.
        message: String,
    },
    /// The machine is gone, with everything it held.
    #[error("{backend} was lost: {message}")]
    Lost {
        /// Which machine.
        backend: &'static str,
        /// In the machine's words.
        message: String,
    },
    /// Two machines that should agree do not; the verb is the first that differs.
    #[error(
        "verb {index} ({verb}, {shape}) differs: normalised mean squared error {nmse:e}, allowed {allowed:e}"
    )]
    Divergence {
        /// How many results agreed before.
        index: usize,
        /// Which verb made the result.
        verb: &'static str,
        /// Of the result.
        shape: Shape,
        /// Normalised mean squared error found.
        nmse: f64,
        /// The largest one allowed.
        allowed: f64,
    },
}

/// A machine that does arithmetic on activations of shape (rows, columns).
///
/// The verbs without prefix are what the forward pass calls: each checks the operands' shapes and hands over to
/// the `do_` verb of the same name, which a machine implements and which may rely on those checks. No verb waits for a
/// result: only [`read`](Backend::read), [`read_tokens`](Backend::read_tokens) and [`settle`](Backend::settle) do, so a
/// machine may record and run late.
///
/// Verbs made of smaller ones ([`attention_inputs`](Backend::attention_inputs), [`gated_mlp`](Backend::gated_mlp), ...) have
/// a body that is their specification; a machine may override them with something faster that computes the same.
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
    /// Seconds that a sampled token takes to reach the host once it is computed; 0 where reading costs nothing.
    fn readback_secs(&self) -> f64 {
        0.0
    }

    /// Room for a weight in its file's block format, to be filled row by row: a large one is never whole on the host.
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

    /// The next rows of a weight.
    fn fill(&mut self, filling: &mut Filling<Self::Partial>, rows: &[u8]) -> Result<(), BackendError> {
        let n_rows = rows.len() / filling.row_bytes;
        let fits = rows.len().is_multiple_of(filling.row_bytes)
            && n_rows > 0
            && n_rows <= filling.shape.rows - filling.n_rows;
        check::require(
            "fill",
            fits,
            || format!("{} bytes behind row {}", rows.len(), filling.n_rows),
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

    /// The weight, once all its rows are there.
    fn filled(&mut self, filling: Filling<Self::Partial>) -> Result<Self::Weight, BackendError> {
        let (n_rows, shape) = (filling.n_rows, filling.shape);
        check::require("filled", n_rows == shape.rows, || format!("{n_rows} rows"), || shape.to_string())?;
        self.do_filled(filling.partial)
    }
    /// See [`filled`](Backend::filled).
    fn do_filled(&mut self, partial: Self::Partial) -> Result<Self::Weight, BackendError>;

    /// A weight whose bytes are all at hand.
    fn weight(&mut self, dtype: Dtype, shape: Shape, bytes: &[u8]) -> Result<Self::Weight, BackendError> {
        let mut filling = self.reserve(dtype, shape)?;
        self.fill(&mut filling, bytes)?;
        self.filled(filling)
    }

    /// Told once, when a model is put together: these matrices will always be multiplied with the same input. A machine
    /// may lay them side by side; they stay matrices of their own.
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
        check::embed(self, table, &ids)?;
        self.do_embed(table, ids)
    }
    /// See [`embed`](Backend::embed).
    fn do_embed(&mut self, table: &Self::Weight, ids: Ids<'_, Self>) -> Result<Self::Tensor, BackendError>;

    /// `x wT + b`: (rows, inputs) to (rows, outputs).
    fn linear(&mut self, x: &Self::Tensor, w: &Linear<Self::Weight>) -> Result<Self::Tensor, BackendError> {
        check::linear(self, x, w)?;
        self.do_linear(x, w)
    }
    /// See [`linear`](Backend::linear).
    fn do_linear(&mut self, x: &Self::Tensor, w: &Linear<Self::Weight>)
    -> Result<Self::Tensor, BackendError>;

    /// `(x - mean) / sqrt(variance + eps) * weight + bias`, per row.
    fn layer_norm(&mut self, x: &Self::Tensor, n: &Norm<Self::Weight>) -> Result<Self::Tensor, BackendError> {
        check::norm(self, "layer_norm", x, n, true)?;
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
        check::norm(self, "rms_norm", x, n, false)?;
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
        check::pair(self, "swiglu", gate, up)?;
        self.do_swiglu(gate, up)
    }
    /// See [`swiglu`](Backend::swiglu).
    fn do_swiglu(&mut self, gate: &Self::Tensor, up: &Self::Tensor) -> Result<Self::Tensor, BackendError>;

    /// Element by element.
    fn add(&mut self, x: &Self::Tensor, y: &Self::Tensor) -> Result<Self::Tensor, BackendError> {
        check::pair(self, "add", x, y)?;
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
        check::rope(self, x, n_heads, rotation)?;
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
        check::append(self, cache, k, v)?;
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
        check::attend(self, q, &keys, heads, span)?;
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

    /// `x` with its rows from `at` on replaced by `rows`.
    fn splice(
        &mut self,
        x: &Self::Tensor,
        rows: &Self::Tensor,
        at: usize,
    ) -> Result<Self::Tensor, BackendError> {
        check::splice(self, x, rows, at)?;
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
        check::reshape(self, x, to)?;
        self.do_reshape(x, to)
    }
    /// See [`reshape`](Backend::reshape).
    fn do_reshape(&mut self, x: &Self::Tensor, to: Shape) -> Result<Self::Tensor, BackendError>;

    /// The last row alone.
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

    /// Waits for an activation and brings it to the host, row by row.
    fn read(&mut self, x: &Self::Tensor) -> impl Future<Output = Result<Vec<f32>, BackendError>>;

    /// Waits for sampled tokens and brings their ids to the host.
    fn read_tokens(&mut self, tokens: &[Self::Token])
    -> impl Future<Output = Result<Vec<u32>, BackendError>>;

    /// Lets the machine catch up: waits until little of what was recorded is left to do, and tells what failed since the
    /// last time. Between two blocks this keeps the queue short, so that progress is true, a stop is prompt, and other programs
    /// get their share of the machine.
    fn settle(&mut self) -> impl Future<Output = Result<(), BackendError>> {
        async { Ok(()) }
    }

    /// Opens the machine anew after it was lost. Nothing that it held before may be used again.
    fn reopen(&mut self) -> impl Future<Output = Result<(), BackendError>> {
        async { Ok(()) }
    }

    /// Times what runs from now on, or no longer.
    fn set_profiling(&mut self, _on: bool) {}

    /// What was timed since the last time this was asked, summed by label; nothing where the machine has no clock.
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

    /// Everything before cached attention: `norm(x)` to queries, keys and values, the first two rotated, keys and values
    /// appended to the cache. The rotated queries.
    fn attention_inputs(
        &mut self,
        x: &Self::Tensor,
        norm: &Norm<Self::Weight>,
        weights: [&Linear<Self::Weight>; 3],
        heads: Heads,
        rotation: &Rotation<Self::Tensor>,
        cache: &mut Self::Cache,
    ) -> Result<Self::Tensor, BackendError> {
        let h = self.rms_norm(x, norm)?;
        let [q, k, v] = self.qkv(&h, weights)?;
        let q = self.rope(&q, heads.n_query, rotation)?;
        let k = self.rope(&k, heads.n_kv, rotation)?;
        self.append(cache, &k, &v)?;
        Ok(q)
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
        let h = self.rms_norm(x, norm)?;
        self.linear(&h, w)
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
        let h = self.rms_norm(x, norm)?;
        let gate = self.linear(&h, gate)?;
        let up = self.linear(&h, up)?;
        let hidden = self.swiglu(&gate, &up)?;
        self.linear_add(&hidden, down, x)
    }
}
