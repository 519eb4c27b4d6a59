use std::ops::Range;

use crate::{Gguf, TensorInfo};

/// A read includes unwanted bytes up to this length (padding, a small unwanted tensor): another request costs more.
const MAX_GAP_BYTES: u64 = 16 << 10;

/// One read: a range of the file and the tensors in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadStep {
    /// From the beginning of the first tensor to the end of the last.
    pub range: Range<u64>,
    /// The wanted tensors of the range, in file order.
    pub tensors: Vec<TensorInfo>,
}

/// The order in which to read a model's tensors: once through the file, in ranges of a bounded size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadPlan {
    steps: Vec<LoadStep>,
}

impl LoadPlan {
    /// Groups the tensors whose names are `wanted` into ranges of at most `max_range_bytes`; a larger tensor has a
    /// range of its own.
    pub fn new(gguf: &Gguf, max_range_bytes: u64, wanted: impl Fn(&str) -> bool) -> Self {
        let mut tensors: Vec<&TensorInfo> =
            gguf.tensors().iter().filter(|tensor| wanted(&tensor.name)).collect();
        tensors.sort_by_key(|tensor| tensor.range.start);

        let mut steps: Vec<LoadStep> = Vec::new();
        for tensor in tensors {
            match steps.last_mut() {
                Some(step)
                    if tensor.range.end - step.range.start <= max_range_bytes
                        && tensor.range.start - step.range.end <= MAX_GAP_BYTES =>
                {
                    step.range.end = tensor.range.end;
                    step.tensors.push(tensor.clone());
                }
                _ => steps.push(LoadStep { range: tensor.range.clone(), tensors: vec![tensor.clone()] }),
            }
        }
        Self { steps }
    }

    /// The reads, in file order.
    pub fn steps(&self) -> &[LoadStep] {
        &self.steps
    }

    /// The bytes of all reads together: what a progress bar runs up to.
    pub fn n_bytes(&self) -> u64 {
        self.steps.iter().map(|step| step.range.end - step.range.start).sum()
    }
}

impl IntoIterator for LoadPlan {
    type Item = LoadStep;
    type IntoIter = std::vec::IntoIter<LoadStep>;

    fn into_iter(self) -> Self::IntoIter {
        self.steps.into_iter()
    }
}

impl<'a> IntoIterator for &'a LoadPlan {
    type Item = &'a LoadStep;
    type IntoIter = std::slice::Iter<'a, LoadStep>;

    fn into_iter(self) -> Self::IntoIter {
        self.steps.iter()
    }
}
