//! The tensors of a file to the machine, a bounded number of bytes at a time.

use model::backend::{Backend, Filling};
use model::load::{LoadError, Tensors};
use weights::{LoadPlan, LoadStep, TensorInfo};

use super::file::File;
use super::joined::Joined;
use crate::{ByteSource, EngineError};

/// Bytes of weights in the heap at a time, and the grain of the progress bar. A larger tensor comes in pieces of whole rows.
const MAX_RANGE_BYTES: u64 = 4 << 20;

/// A part of a model on its way to the machine. Between two pieces it can wait as long as it must.
#[derive(Debug)]
pub(crate) struct Stream<B: Backend, S, T> {
    source: Joined<S>,
    tensors: T,
    /// What was not begun yet.
    steps: std::vec::IntoIter<LoadStep>,
    /// A large tensor that is not whole yet.
    half: Option<Half<B>>,
    n_done: u64,
}

#[derive(Debug)]
struct Half<B: Backend> {
    info: TensorInfo,
    filling: Filling<B::Partial>,
    /// Of the next row, in the file.
    at: u64,
}

impl<B: Backend, S: ByteSource, T: Tensors<B>> Stream<B, S, T> {
    /// Of a file of which nothing has come. Its metadata, a vocabulary perhaps, is let go.
    pub(super) fn new(file: File<S>, tensors: T) -> Self {
        let File { source, gguf } = file;
        let steps = LoadPlan::new(&gguf, MAX_RANGE_BYTES, |_| true).into_iter();
        Self { source, tensors, steps, half: None, n_done: 0 }
    }

    /// Length of the file.
    pub(crate) fn n_bytes(&self) -> u64 {
        self.source.n_bytes()
    }

    /// Its first bytes, whose tensors are on the machine.
    pub(crate) fn n_done(&self) -> u64 {
        self.n_done
    }

    /// Whether everything is there.
    pub(crate) fn is_all(&self) -> bool {
        self.half.is_none() && self.steps.len() == 0
    }

    /// Brings one piece, and lets the machine take it in.
    ///
    /// # Errors
    /// Where it cannot be read, or the machine does not take it. What has come is of no use then.
    pub(super) async fn step(&mut self, b: &mut B) -> Result<(), EngineError> {
        self.n_done = match self.half.take() {
            Some(half) => self.fill(b, half).await?,
            None => match self.steps.next() {
                Some(step) => self.begin(b, step).await?,
                None => return Ok(()),
            },
        };
        b.settle().await.map_err(|error| self.refused(self.n_done.saturating_sub(1), error.into()))
    }

    /// The tensors, once everything is there, and the name of the file.
    pub(super) fn into_tensors(self) -> (T, String) {
        let name = self.source.name().to_owned();
        (self.tensors, name)
    }

    async fn begin(&mut self, b: &mut B, step: LoadStep) -> Result<u64, EngineError> {
        let LoadStep { range, mut tensors } = step;
        if let [info] = tensors.as_slice()
            && info.n_bytes() > MAX_RANGE_BYTES
            && let Some(filling) =
                self.tensors.reserve(b, info).map_err(|error| self.refused(range.start, error))?
            && let Some(info) = tensors.pop()
        {
            return self.fill(b, Half { info, filling, at: range.start }).await;
        }
        let bytes = self.source.read(range.clone()).await?;
        for info in &tensors {
            let within = |offset: u64| (offset - range.start) as usize;
            let tensor_bytes = &bytes[within(info.range.start)..within(info.range.end)];
            let inserted = self.tensors.insert(b, info, tensor_bytes);
            inserted.map_err(|error| self.refused(info.range.start, error))?;
        }
        Ok(range.end)
    }

    /// Brings the next rows of a large tensor.
    async fn fill(&mut self, b: &mut B, mut half: Half<B>) -> Result<u64, EngineError> {
        let row_bytes = half.filling.row_bytes() as u64;
        let piece_bytes = (MAX_RANGE_BYTES / row_bytes).max(1) * row_bytes;
        let (at, end) = (half.at, half.info.range.end.min(half.at + piece_bytes));
        let rows = self.source.read(at..end).await?;
        b.fill(&mut half.filling, &rows).map_err(|error| self.refused(at, error.into()))?;
        half.at = end;
        if end < half.info.range.end {
            self.half = Some(half);
        } else {
            let filled = self.tensors.insert_filled(b, &half.info, half.filling);
            filled.map_err(|error| self.refused(at, error))?;
        }
        Ok(end)
    }

    fn refused(&self, at: u64, error: LoadError) -> EngineError {
        EngineError::Load { name: self.source.name_at(at).to_owned(), error }
    }
}
