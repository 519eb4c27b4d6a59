/// Why something did not run on the GPU.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GpuError {
    /// The machine has none, or the browser hides it.
    #[error("no WebGPU adapter: {message}")]
    NoAdapter {
        /// In wgpu's words.
        message: String,
    },
    /// The adapter gave no device.
    #[error("{adapter} gave no device: {message}")]
    NoDevice {
        /// Which adapter.
        adapter: String,
        /// In wgpu's words.
        message: String,
    },
    /// A launch was given more or fewer buffers than its kernel binds.
    #[error("{kernel} was given {found} buffers; expected {expected}")]
    Buffers {
        /// Which kernel.
        kernel: &'static str,
        /// Buffers given.
        found: usize,
        /// Buffers that it binds.
        expected: usize,
    },
    /// A shader, pipeline or dispatch was refused.
    #[error("{what} was refused: {message}")]
    Refused {
        /// A kernel's name, or `read`.
        what: &'static str,
        /// In wgpu's words.
        message: String,
    },
}
