//! Benchmark questions: each answered greedily and alone, beside the conversation and out of its sight.
//!
//! Everything an answer leaves behind (image, encoding, keys and values) is of instances of their own, so a person can go on
//! asking about their image between two questions.

mod asking;
mod data;
mod file;
mod picture;
mod preference;
mod quiet;
mod set;

use bench::{DataSet, Problem};
use protocol::{BenchmarkData, BenchmarkImages, ImageId, JobId, MAX_PREVIEW_SIDE_PX};

use crate::conversation::Conversation;
use crate::images::Images;
use crate::{Attachment, ByteSource, EngineError, Host, ModelFiles};
use file::FileSet;
pub(crate) use preference::Preference;
use set::Set;

/// The open data set, and what its questions are answered with. `S` is what a data set's file is read from.
#[derive(Debug)]
pub(crate) struct Benchmark<S> {
    /// None before a data set is opened.
    set: Option<Set<S>>,
    /// At most the one of the question at hand.
    pub(crate) images: Images,
    /// Without turns: every question stands alone.
    pub(crate) conversation: Conversation,
}

impl<S> Default for Benchmark<S> {
    fn default() -> Self {
        Self { set: None, images: Images::default(), conversation: Conversation::default() }
    }
}

/// What is told of a data set that was opened.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) data: DataSet,
    /// Those that are asked, in their order.
    pub(crate) questions: Vec<bench::Question>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) n_problems: u32,
}

/// The only image there is at a time.
const IMAGE: ImageId = ImageId(0);

impl<S: ByteSource> Benchmark<S> {
    /// Makes a data set's questions ready. Where that fails or is stopped, the one before it stays.
    pub(crate) async fn open<H: Host, F: ModelFiles<Source = S>>(
        &mut self,
        host: &H,
        job: JobId,
        data: BenchmarkData,
        attachment: Attachment<F>,
    ) -> Result<Opened, EngineError> {
        let (set, opened) = match data {
            BenchmarkData::File { selection, .. } => {
                let (file, opened) = FileSet::open(host, job, selection, attachment).await?;
                (Set::File(file), opened)
            }
            phantoms => {
                let (data, split, per_task) = data::described(&phantoms).ok_or(EngineError::NoBenchmark)?;
                let items = data::items(host, job, split, per_task).await?;
                let questions = (0..).zip(&items).map(|(number, item)| data::question(number, item));
                let questions = questions.collect();
                (Set::Phantoms(items), Opened { data, questions, problems: Vec::new(), n_problems: 0 })
            }
        };
        self.set = Some(set);
        Ok(opened)
    }

    /// The image of one question: `(width, height, RGBA bytes)`.
    pub(crate) async fn picture(&mut self, number: u32) -> Result<(u32, u32, Vec<u8>), EngineError> {
        let set = self.set.as_mut().ok_or(EngineError::NoBenchmark)?;
        let image = set.image(number, BenchmarkImages::Shown).await?;
        Ok(imaging::preview(&image, MAX_PREVIEW_SIDE_PX))
    }

    fn question(&self, number: u32) -> Result<bench::Question, EngineError> {
        self.set.as_ref().ok_or(EngineError::NoBenchmark)?.question(number)
    }

    /// Takes in the image of one question, which is there until it is closed.
    async fn show(&mut self, number: u32, images: BenchmarkImages) -> Result<(), EngineError> {
        let set = self.set.as_mut().ok_or(EngineError::NoBenchmark)?;
        let image = set.image(number, images).await?;
        self.images.insert(IMAGE, image);
        Ok(())
    }
}
