//! The choice of the machine.

use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};
use cpu::Cpu;
use gpu::{Gpu, Options};

use crate::clock::now_secs;
use crate::file::PrecisionArg;

/// The machine, and its precision.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct MachineArgs {
    /// Machine that computes
    #[arg(long, value_enum, default_value = "cpu")]
    pub(crate) backend: BackendArg,
    /// How products are computed on the CPU
    #[arg(long, value_enum, default_value = "fast")]
    pub(crate) precision: PrecisionArg,
}

/// A kind of machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum BackendArg {
    /// The processor, all its threads
    Cpu,
    /// The GPU that the system prefers, through wgpu
    Gpu,
}

impl MachineArgs {
    pub(crate) fn cpu(self) -> Cpu {
        self.precision.machine()
    }
}

/// The GPU.
///
/// # Errors
/// If there is none that can compute.
pub async fn open_gpu() -> Result<Gpu> {
    Gpu::open(Options::default(), now_secs).await.context("there is no GPU to use; --backend cpu needs none")
}
