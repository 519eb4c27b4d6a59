//! The work to run, as plain data: it can be counted, printed, timed by label and run. It knows no GPU API.

use std::fmt;

use kernels::Launch;

/// The number of a buffer, unique on its machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BufferId(u32);

impl BufferId {
    /// The buffer with this number.
    pub const fn new(number: u32) -> Self {
        Self(number)
    }
}

/// The part of a buffer that a kernel sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Bound {
    /// Which buffer. The part begins at its first byte.
    pub buffer: BufferId,
    /// How many bytes.
    pub n_bytes: u64,
}

/// One dispatch.
#[derive(Clone, Debug, PartialEq)]
pub struct Dispatch {
    /// The verb that recorded it.
    pub label: &'static str,
    /// Kernel, variant, parameters, workgroups.
    pub launch: Launch,
    /// In the order of the kernel's bindings.
    pub bindings: Vec<Bound>,
    /// Bytes read and written, each operand once.
    pub n_bytes: u64,
    /// Floating-point operations, a multiply-add as two.
    pub n_flops: u64,
}

/// One step of a recording.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// A kernel runs.
    Dispatch(Dispatch),
    /// Bytes go from one buffer to another.
    Copy {
        /// From the beginning of this buffer.
        from: BufferId,
        /// Into this one.
        to: BufferId,
        /// At this byte.
        to_offset: u64,
        /// How many bytes.
        n_bytes: u64,
    },
}

/// Steps in the order in which they run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recording {
    /// The steps.
    pub steps: Vec<Step>,
}

impl Recording {
    /// The dispatches.
    pub fn dispatches(&self) -> impl Iterator<Item = &Dispatch> {
        self.steps.iter().filter_map(|step| match step {
            Step::Dispatch(dispatch) => Some(dispatch),
            Step::Copy { .. } => None,
        })
    }

    /// Floating-point operations of all dispatches.
    pub fn n_flops(&self) -> u64 {
        self.dispatches().map(|dispatch| dispatch.n_flops).sum()
    }
}

/// A line for each step.
impl fmt::Display for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.steps {
            match step {
                Step::Dispatch(Dispatch { label, launch, bindings, .. }) => {
                    let [x, y, z] = launch.workgroups;
                    write!(f, "{label}: {} {x}x{y}x{z} ", launch.kernel.name)?;
                    let buffers = bindings.iter().map(|b| format!("{}[{}]", b.buffer.0, b.n_bytes));
                    writeln!(f, "{}", buffers.collect::<Vec<_>>().join(" "))?;
                }
                Step::Copy { from, to, to_offset, n_bytes } => {
                    writeln!(f, "copy: {}[{n_bytes}] {}+{to_offset}", from.0, to.0)?;
                }
            }
        }
        Ok(())
    }
}
