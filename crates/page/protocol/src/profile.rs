use serde::{Deserialize, Serialize};

/// What each kernel of one answer cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// Name of the machine.
    pub backend: String,
    /// What the machine was measured to read, to compare the rows with.
    pub read_bytes_per_sec: Option<f64>,
    /// One for each kernel.
    pub rows: Vec<ProfileRow>,
    /// What a reader of the figures must know.
    pub note: Option<String>,
}

/// All runs of one kernel together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProfileRow {
    /// Name of the kernel.
    pub label: String,
    /// How many times it ran.
    pub n: u32,
    /// On the device, all runs.
    pub secs: f64,
    /// Bytes that it had to read and write, all runs.
    pub n_bytes: u64,
    /// Floating-point operations, all runs.
    pub n_flops: u64,
}
