//! The tensors of a file to the machine, a bounded number of bytes at a time.

use model::backend::{Backend, Filling};
use model::load::{LoadError, Tensors};
use protocol::ModelPart;
use weights::{LoadPlan, TensorInfo};

use super::arrivals::Arrivals;
use super::file::{File, read};
use crate::{ByteSource, EngineError, Host};

/// Bytes of weights in the heap at a time, and the grain of the progress bar. A larger tensor comes in pieces of whole rows.
const MAX_RANGE_BYTES: u64 = 4 << 20;

/// Streams all tensors of a file.
pub(super) async fn stream<B: Backend, H: Host, S: ByteSource>(
    b: &mut B,
    arrivals: &mut Arrivals<'_, H>,
    part: ModelPart,
    file: File<S>,
    tensors: &mut impl Tensors<B>,
) -> Result<(), EngineError> {
    let plan = LoadPlan::new(&file.gguf, MAX_RANGE_BYTES, |_| true);
    let File { source, gguf } = file;
    // It holds the vocabulary, which has become a tokenizer.
    drop(gguf);
    let mut stream = Stream { b, arrivals, part, source };
    for step in plan {
        if let [info] = step.tensors.as_slice()
            && info.n_bytes() > MAX_RANGE_BYTES
            && let Some(filling) = tensors.reserve(stream.b, info).map_err(|error| stream.refused(error))?
        {
            let filling = stream.fill(info, filling).await?;
            tensors.insert_filled(stream.b, info, filling).map_err(|error| stream.refused(error))?;
            continue;
        }
        let bytes = read(&mut stream.source, step.range.clone()).await?;
        for info in &step.tensors {
            let within = |offset: u64| (offset - step.range.start) as usize;
            let tensor_bytes = &bytes[within(info.range.start)..within(info.range.end)];
            tensors.insert(stream.b, info, tensor_bytes).map_err(|error| stream.refused(error))?;
        }
        stream.settle(step.range.end).await?;
    }
    Ok(())
}

struct Stream<'a, 'h, B, H, S> {
    b: &'a mut B,
    arrivals: &'a mut Arrivals<'h, H>,
    part: ModelPart,
    source: S,
}

impl<B: Backend, H: Host, S: ByteSource> Stream<'_, '_, B, H, S> {
    /// Brings a tensor piece by piece.
    async fn fill(
        &mut self,
        info: &TensorInfo,
        mut filling: Filling<B::Partial>,
    ) -> Result<Filling<B::Partial>, EngineError> {
        let row_bytes = filling.row_bytes() as u64;
        let piece_bytes = (MAX_RANGE_BYTES / row_bytes).max(1) * row_bytes;
        let mut at = info.range.start;
        while at < info.range.end {
            let end = info.range.end.min(at + piece_bytes);
            let rows = read(&mut self.source, at..end).await?;
            self.b.fill(&mut filling, &rows).map_err(|error| self.refused(error.into()))?;
            self.settle(end).await?;
            at = end;
        }
        Ok(filling)
    }

    /// Lets the machine take in what has come, and tells it.
    async fn settle(&mut self, n_done: u64) -> Result<(), EngineError> {
        self.b.settle().await.map_err(|error| self.refused(error.into()))?;
        self.arrivals.note(self.part, n_done).await
    }

    fn refused(&self, error: LoadError) -> EngineError {
        EngineError::Load { name: self.source.name().to_owned(), error }
    }
}
