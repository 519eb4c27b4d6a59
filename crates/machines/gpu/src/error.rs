/// The machine's name in messages.
pub(crate) const NAME: &str = "WebGPU";

/// Why there is no GPU to compute on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GpuError {
    /// The machine has no adapter, or the browser hides it.
    #[error("there is no WebGPU adapter ({message})")]
    NoAdapter {
        /// In wgpu's words.
        message: String,
    },
    /// The adapter gave no device.
    #[error("{adapter} gave no device ({message})")]
    NoDevice {
        /// Which adapter.
        adapter: String,
        /// In wgpu's words.
        message: String,
    },
    /// The device failed a small test.
    #[error("{adapter} failed its first test ({message})")]
    Useless {
        /// Which adapter.
        adapter: String,
        /// What happened.
        message: String,
    },
}
