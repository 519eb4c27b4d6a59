//! What is on the machine. All of it is gone when the machine is, and all of it can be made again from the rest of a session.

use std::collections::HashMap;

use model::backend::Backend;

use crate::conversation::Conversation;
use crate::images::Images;
use crate::load::{TextPart, Tower};
use crate::pace::Pace;
use crate::recall::Recall;

/// A model, and what it has seen and read. `S` is what its files are read from.
#[derive(Debug)]
pub(crate) struct Resident<B: Backend, S> {
    /// What answers without an image.
    pub(crate) model: Option<TextPart<B>>,
    /// Its tower, which may come later.
    pub(crate) tower: Tower<B, S>,
    /// Of the conversation.
    pub(crate) conversation: Held<B>,
    /// Of the benchmark, which is answered beside it.
    pub(crate) benchmark: Held<B>,
    pub(crate) pace: Pace,
}

impl<B: Backend, S> Default for Resident<B, S> {
    fn default() -> Self {
        Self {
            model: None,
            tower: Tower::default(),
            conversation: Held::default(),
            benchmark: Held::default(),
            pace: Pace::default(),
        }
    }
}

/// What a model has seen and read for one purpose.
#[derive(Debug)]
pub(crate) struct Held<B: Backend> {
    /// Made with the first question. It outlives the turns: a new conversation begins with the same system turn.
    pub(crate) recall: Option<Recall<B>>,
    /// What the vision tower made of views, `(visual tokens, n_embd)`, by key.
    pub(crate) encodings: HashMap<u64, B::Tensor>,
}

impl<B: Backend> Default for Held<B> {
    fn default() -> Self {
        Self { recall: None, encodings: HashMap::new() }
    }
}

impl<B: Backend> Held<B> {
    /// Lets go of encodings that no open image and no turn will ask for.
    pub(crate) fn prune(&mut self, images: &Images, conversation: &Conversation) {
        self.encodings.retain(|key, _| images.has_view(*key) || conversation.has_view(*key));
    }
}
