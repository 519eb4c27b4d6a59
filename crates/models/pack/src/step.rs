use std::path::Path;

/// What happens while a pair is made, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// An adapter was read.
    Adapter {
        /// Where it is.
        folder: &'a Path,
        /// How many of the model's tensors it changes.
        n_changed: usize,
    },
    /// Everything was checked, and the writing begins.
    Begin {
        /// Bytes of all tensors of both files.
        n_bytes: u64,
    },
    /// A tensor is begun.
    Tensor {
        /// Name of the file.
        file: &'a str,
        /// Its name in the file.
        tensor: &'a str,
    },
    /// Bytes of that tensor were written.
    Bytes {
        /// How many.
        n: u64,
    },
    /// A file is complete. It gets its name when both are.
    File {
        /// The name that it gets.
        path: &'a Path,
        /// How many tensors it has.
        n_tensors: usize,
        /// Its length.
        n_bytes: u64,
    },
}

/// Called for each step.
pub type Observe<'a> = &'a mut dyn FnMut(Step<'_>);
