use engine::{ModelFiles, SourceError};
use protocol::{DataSource, ModelSource};
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::JsValue;
use web_sys::File;

use crate::source::WebSource;
use crate::stored::StoredFiles;

/// Where a model's files are, or the one of a data set, for as long as it is at hand.
pub(crate) enum WebFiles {
    /// Addresses on the page's own origin.
    Own { text_url: String, vision_url: String },
    /// Files a person chose or dropped. A handle keeps its file readable, wherever that was.
    Chosen(Vec<File>),
    /// An address on the page's own origin, of a file that is never fetched whole.
    InRanges { url: String },
    /// Files of the page's own store.
    Stored(StoredFiles),
}

impl WebFiles {
    /// Of a command and what travels beside it; anything that is not a file is left out.
    pub(crate) fn of(source: &ModelSource, bulk: &[JsValue]) -> Self {
        match source {
            ModelSource::Own { text_url, vision_url } => {
                Self::Own { text_url: text_url.clone(), vision_url: vision_url.clone() }
            }
            ModelSource::Files { .. } => Self::Chosen(chosen(bulk)),
            ModelSource::Stored { files } => Self::Stored(StoredFiles::new(files.clone())),
        }
    }

    /// The same of a data set.
    pub(crate) fn of_data(source: &DataSource, bulk: &[JsValue]) -> Self {
        match source {
            DataSource::Picked { .. } => Self::Chosen(chosen(bulk)),
            DataSource::Own { url } => Self::InRanges { url: url.clone() },
        }
    }
}

fn chosen(bulk: &[JsValue]) -> Vec<File> {
    bulk.iter().filter_map(|value| value.dyn_ref::<File>().cloned()).collect()
}

impl ModelFiles for WebFiles {
    type Source = WebSource;

    async fn open(&self) -> Result<Vec<WebSource>, SourceError> {
        match self {
            Self::Own { text_url, vision_url } => {
                Ok(vec![WebSource::from_url(text_url).await?, WebSource::from_url(vision_url).await?])
            }
            Self::Chosen(files) => Ok(files.iter().map(WebSource::from_file).collect()),
            Self::InRanges { url } => Ok(vec![WebSource::from_url_in_ranges(url).await?]),
            Self::Stored(files) => Ok(files.open().await?.into_iter().map(WebSource::from_stored).collect()),
        }
    }
}
