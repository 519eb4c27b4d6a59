//! The weights that are packed: a checkpoint, changed by an adapter if one is given.

use std::ops::Range;

use super::checkpoint::{Checkpoint, Located};
use super::elements::Raw;
use super::lora::{Adapter, Delta};
use crate::error::{CheckpointError, Result};

/// A checkpoint and what changes it.
pub(super) struct Source {
    pub(super) checkpoint: Checkpoint,
    pub(super) adapter: Option<Adapter>,
}

impl Source {
    /// A tensor of the hub's name, ready to be read.
    pub(super) fn open(&self, hub_name: &str) -> Result<OpenTensor<'_>> {
        let adapter = self.adapter.as_ref();
        if let Some((checkpoint, located)) = adapter.and_then(|adapter| adapter.replacement(hub_name)) {
            return Ok(OpenTensor { checkpoint, located, delta: None });
        }
        let located = self.checkpoint.need(hub_name)?;
        let delta = adapter.map(|adapter| adapter.delta(hub_name)).transpose()?.flatten();
        Ok(OpenTensor { checkpoint: &self.checkpoint, located, delta })
    }
}

/// One tensor of a [`Source`].
pub(super) struct OpenTensor<'a> {
    checkpoint: &'a Checkpoint,
    located: &'a Located,
    delta: Option<Delta>,
}

impl OpenTensor<'_> {
    /// Elements in row-major order, before [`Self::delta`] is added.
    pub(super) fn read(&self, elements: Range<usize>) -> Result<Raw, CheckpointError> {
        self.checkpoint.read(self.located, elements)
    }

    /// What is added to the elements.
    pub(super) fn delta(&self) -> Option<&Delta> {
        self.delta.as_ref()
    }
}
