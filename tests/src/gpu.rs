//! A GPU for every machine.

use gpu::{Adapter, Features, Gpu, Limits, Options};

/// A software adapter within WebGPU's default limits, or a visible skip.
///
/// # Panics
/// If there is none although `CI` is set, where it is installed.
pub fn software_gpu() -> Option<Gpu> {
    software_gpu_with(Options::default().features)
}

/// The same, with kernels that use only these features.
///
/// # Panics
/// As [`software_gpu`].
pub fn software_gpu_with(features: Features) -> Option<Gpu> {
    let options = Options { adapter: Adapter::Software, limits: Limits::Default, features };
    // A clock that does not move: a test must not depend on how fast it runs.
    match pollster::block_on(Gpu::open(options, || 0.0)) {
        Ok(gpu) => Some(gpu),
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "CI installs a software adapter: {error}");
            println!("skipped: {error}");
            None
        }
    }
}
