use serde::{Deserialize, Serialize};

/// A machine that the model can run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum BackendKind {
    /// The processor.
    Cpu,
    /// The graphics card, through WebGPU.
    WebGpu,
}

/// Which machine is to be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum BackendChoice {
    /// The one that a short measurement finds faster for a typical question.
    #[default]
    Measured,
    /// This one, and no other in its place.
    Only(BackendKind),
}

/// How fast a machine multiplied random matrices.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Speed {
    /// Bytes of weights read with one row of activations: what decoding is bound by.
    pub read_bytes_per_sec: f64,
    /// Floating-point operations with many rows: what reading the prompt and the image is bound by.
    pub flops_per_sec: f64,
}

/// What speaks for or against a machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Standing {
    /// It was measured.
    Measured(Speed),
    /// It can be used, and nothing asked for a measurement.
    NotMeasured,
    /// It cannot be used.
    Unavailable {
        /// What stands against it, as part of a sentence: `there is no WebGPU adapter`.
        why: String,
    },
}

/// One machine that the model could run on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// Which.
    pub kind: BackendKind,
    /// Its own name: `CPU (candle)`, `WebGPU (llvmpipe)`.
    pub name: String,
    /// What is known of it.
    pub standing: Standing,
}
