use std::future::Future;

use crate::{ByteSource, SourceError};

/// The files of a model, which can be opened as often as they are needed: a machine that was lost, or another one, has to be
/// filled again.
pub trait ModelFiles {
    /// One of the files, open.
    type Source: ByteSource;

    /// Every file, open, in any order: which is which is read from their contents.
    fn open(&self) -> impl Future<Output = Result<Vec<Self::Source>, SourceError>>;
}

/// Sources that can be shared are their own files.
impl<S: ByteSource + Clone> ModelFiles for Vec<S> {
    type Source = S;

    async fn open(&self) -> Result<Vec<S>, SourceError> {
        Ok(self.clone())
    }
}
