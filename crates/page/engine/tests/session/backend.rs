//! The reference machine in both precisions.

use cpu::{Cpu, Precision};

/// Exact arithmetic in f32.
pub(crate) fn exact() -> Cpu {
    Cpu::new(Precision::Exact)
}

/// As the worker runs it.
pub(crate) fn quantised() -> Cpu {
    Cpu::new(Precision::Quantised)
}
