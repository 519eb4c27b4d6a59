/// Rows and columns of an activation or a weight matrix. Activations always have two dimensions: heads are side by side in a
/// row, and a parameter of the verbs that use them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Tokens, patches, or a weight's outputs.
    pub rows: usize,
    /// Features, or a weight's inputs.
    pub cols: usize,
}

impl Shape {
    /// `rows` by `cols`.
    pub const fn new(rows: usize, cols: usize) -> Self {
        Self { rows, cols }
    }

    /// Number of elements.
    pub const fn n_elements(self) -> usize {
        self.rows * self.cols
    }
}

impl std::fmt::Display for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} x {}", self.rows, self.cols)
    }
}

/// How the columns of queries, keys and values divide into heads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heads {
    /// Query heads.
    pub n_query: usize,
    /// Key and value heads; each serves `n_query / n_kv` neighbouring query heads.
    pub n_kv: usize,
    /// Columns of one head.
    pub dim: usize,
}

/// Which keys a query may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span<'a> {
    /// Query `i` of `n` sees keys `0 ..= n_keys - n + i`: itself and everything before it.
    Causal,
    /// Rows form consecutive segments of these lengths; a query sees exactly the keys of its own segment.
    Segments(&'a [usize]),
}

/// Element-wise functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// `x * sigmoid(1.702 x)`, used in the vision tower's blocks.
    QuickGelu,
    /// `x/2 * (1 + erf(x / sqrt 2))`, used in the merger: `nn.GELU()` without its tanh approximation.
    GeluErf,
}

/// A matrix with an optional bias: `y = x wT + b`.
#[derive(Clone, Debug)]
pub struct Linear<W> {
    /// `(outputs, inputs)`
    pub weight: W,
    /// `(1, outputs)`
    pub bias: Option<W>,
}

impl<W> Linear<W> {
    /// The same of something else that there is for each weight.
    pub(super) fn map<V>(&self, f: impl Fn(&W) -> V) -> Linear<V> {
        Linear { weight: f(&self.weight), bias: self.bias.as_ref().map(f) }
    }
}

/// Scale, shift and epsilon of a normalisation.
#[derive(Clone, Debug)]
pub struct Norm<W> {
    /// `(1, columns)`
    pub weight: W,
    /// `(1, columns)`; RMS norms have none.
    pub bias: Option<W>,
    /// Added to the variance (or mean square).
    pub eps: f32,
}

impl<W> Norm<W> {
    /// As [`Linear::map`].
    pub(super) fn map<V>(&self, f: impl Fn(&W) -> V) -> Norm<V> {
        Norm { weight: f(&self.weight), bias: self.bias.as_ref().map(f), eps: self.eps }
    }
}

/// A rotary table on the device: `(rows, dim / 2)` each.
#[derive(Clone, Debug)]
pub struct Rotation<T> {
    /// Cosines of the angles.
    pub cos: T,
    /// Sines of the angles.
    pub sin: T,
}

/// How a token is picked from logits.
#[derive(Clone, Debug, PartialEq)]
pub struct Sampling {
    /// 0 picks the likeliest token.
    pub temperature: f64,
    /// Keep the smallest set of tokens with this much probability; 1 keeps all.
    pub top_p: f64,
    /// Keep the k likeliest tokens; 0 keeps all.
    pub top_k: usize,
    /// Seed of the random numbers.
    pub seed: u64,
    /// Logits of tokens already used are divided (positive) or multiplied (negative) by this; 1 changes nothing.
    pub repetition_penalty: f32,
    /// Ids at and above are padding of the embedding matrix and never picked.
    pub n_allowed: usize,
}

impl Sampling {
    /// The likeliest of the first `n_allowed` tokens.
    pub fn greedy(n_allowed: usize) -> Self {
        Self { temperature: 0.0, top_p: 1.0, top_k: 0, seed: 0, repetition_penalty: 1.0, n_allowed }
    }
}

/// A weight that is being filled, and the number of rows it has so far.
#[derive(Debug)]
pub struct Filling<P> {
    pub(super) partial: P,
    pub(super) shape: Shape,
    pub(super) row_bytes: usize,
    pub(super) n_rows: usize,
}

impl<P> Filling<P> {
    /// Bytes of one row. Rows are filled in whole.
    pub fn row_bytes(&self) -> usize {
        self.row_bytes
    }
}

/// How long all steps of one kind took.
#[derive(Clone, Debug, PartialEq)]
pub struct StepTime {
    /// The kind: a kernel's name.
    pub label: &'static str,
    /// How many there were.
    pub n: u32,
    /// Seconds on the machine's clock.
    pub secs: f64,
    /// Bytes read and written, each operand once.
    pub n_bytes: u64,
    /// Floating-point operations.
    pub n_flops: u64,
}
