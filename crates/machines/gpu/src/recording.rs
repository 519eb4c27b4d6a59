//! What is to run, as plain data: it can be counted, printed, timed by label and run, and knows no GPU API.

use std::fmt;

use kernels::Launch;

/// Names a buffer as long as its machine lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BufferId(u32);

impl BufferId {
    /// The buffer of this number.
    pub const fn new(number: u32) -> Self {
        Self(number)
    }
}

/// A part of a buffer that a kernel sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Bound {
    /// Which buffer. A part begins with it.
    pub buffer: BufferId,
    /// How many bytes of it.
    pub n_bytes: u64,
}

/// One dispatch.
#[derive(Clone, Debug, PartialEq)]
pub struct Dispatch {
    /// The verb it is a part of.
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
        /// From its beginning.
        from: BufferId,
        /// Into this one.
        to: BufferId,
        /// From this byte on.
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
    /// Its dispatches.
    pub fn dispatches(&self) -> impl Iterator<Item = &Dispatch> {
        self.steps.iter().filter_map(|step| match step {
            Step::Dispatch(dispatch) => Some(dispatch),
            Step::Copy { .. } => None,
        })
    }

    /// Operations of all dispatches.
    pub fn n_flops(&self) -> u64 {
        self.dispatches().map(|dispatch| dispatch.n_flops).sum()
    }
}

/// A line to a step.
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
