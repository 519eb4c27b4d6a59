use super::Shape;

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
    /// There is not enough memory.
    #[error("{verb} asked {backend} for {} MiB: {message}", needed_bytes.div_ceil(1 << 20))]
    Memory {
        /// Which verb asked.
        verb: &'static str,
        /// On which machine.
        backend: &'static str,
        /// The size of the request.
        needed_bytes: u64,
        /// In the machine's words.
        message: String,
    },
    /// The machine is gone, with everything on it.
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
        /// How many results agreed before it.
        index: usize,
        /// The verb that made the result.
        verb: &'static str,
        /// Shape of the result.
        shape: Shape,
        /// Normalised mean squared error found.
        nmse: f64,
        /// The largest error allowed.
        allowed: f64,
    },
}
