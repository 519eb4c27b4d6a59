use model::backend::Backend;
use model::forward::vision::VisionModel;
use model::load::VisionTensors;

use super::stream::Stream;
use crate::{ByteSource, EngineError};

/// The vision tower of a model whose text part may answer long before.
#[derive(Debug, Default)]
pub(crate) enum Tower<B: Backend, S> {
    /// Neither on the machine nor on its way: there is no model, or it failed to come.
    #[default]
    Absent,
    /// On its way, with its file open.
    Coming(Box<Stream<B, S, VisionTensors<B>>>),
    /// On the machine.
    Ready(Box<VisionModel<B>>),
}

/// How far a tower has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Come {
    /// The first bytes of its file, in place.
    pub(crate) n_done: u64,
    /// The length of its file.
    pub(crate) n_total: u64,
}

impl<B: Backend, S: ByteSource> Tower<B, S> {
    /// The tower, where it is on the machine.
    pub(crate) fn ready(&self) -> Option<&VisionModel<B>> {
        match self {
            Self::Ready(vision) => Some(vision),
            Self::Absent | Self::Coming(_) => None,
        }
    }

    /// How far it has come, where it is on its way.
    pub(crate) fn come(&self) -> Option<Come> {
        match self {
            Self::Coming(stream) => Some(Come { n_done: stream.n_done(), n_total: stream.n_bytes() }),
            Self::Absent | Self::Ready(_) => None,
        }
    }

    /// Brings one piece of a tower that is on its way; with the last it is ready. Returns how far that was.
    ///
    /// # Errors
    /// Where it cannot be read or the machine does not take it. What had come of it is let go.
    pub(crate) async fn step(&mut self, b: &mut B) -> Result<Option<Come>, EngineError> {
        // Taken out while it changes: one that fails is gone.
        match std::mem::take(self) {
            Self::Coming(mut stream) => {
                stream.step(b).await?;
                let come = Come { n_done: stream.n_done(), n_total: stream.n_bytes() };
                *self = match stream.is_all() {
                    true => Self::Ready(Box::new(built(*stream, b).await?)),
                    false => Self::Coming(stream),
                };
                Ok(Some(come))
            }
            other => {
                *self = other;
                Ok(None)
            }
        }
    }
}

/// The tower, once everything of it is on the machine.
pub(super) async fn built<B: Backend, S: ByteSource>(
    stream: Stream<B, S, VisionTensors<B>>,
    b: &mut B,
) -> Result<VisionModel<B>, EngineError> {
    let (tensors, name) = stream.into_tensors();
    let vision = tensors.finish(b).map_err(|error| EngineError::Load { name, error })?;
    b.settle().await?;
    Ok(vision)
}
