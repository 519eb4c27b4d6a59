use bench::Question;
use imaging::RgbImage;
use phantoms::Item;
use protocol::BenchmarkImages;

use super::file::FileSet;
use super::{data, picture};
use crate::{ByteSource, EngineError};

/// The questions that are open, in the order in which they are asked. Images are drawn or read when they are needed.
#[derive(Debug)]
pub(super) enum Set<S> {
    Phantoms(Vec<Item>),
    File(FileSet<S>),
}

impl<S: ByteSource> Set<S> {
    pub(super) fn question(&self, number: u32) -> Result<Question, EngineError> {
        match self {
            Self::Phantoms(items) => match items.get(number as usize) {
                Some(item) => Ok(data::question(number, item)),
                None => Err(EngineError::NoBenchmarkQuestion { number, n_questions: items.len() }),
            },
            Self::File(file) => file
                .question(number as usize)
                .cloned()
                .ok_or_else(|| EngineError::NoBenchmarkQuestion { number, n_questions: file.n_questions() }),
        }
    }

    /// The image of one question, or grey of the same size.
    pub(super) async fn image(
        &mut self,
        number: u32,
        images: BenchmarkImages,
    ) -> Result<RgbImage, EngineError> {
        match (self, images) {
            (Self::Phantoms(items), _) => {
                let n_questions = items.len();
                let item = items.get(number as usize);
                let item = item.ok_or(EngineError::NoBenchmarkQuestion { number, n_questions })?;
                Ok(match images {
                    BenchmarkImages::Shown => picture::drawn(item),
                    BenchmarkImages::Blank => picture::blank(),
                })
            }
            (Self::File(file), BenchmarkImages::Shown) => file.image(number as usize).await,
            (Self::File(file), BenchmarkImages::Blank) => {
                file.image(number as usize).await.map(picture::blanked)
            }
        }
    }
}
