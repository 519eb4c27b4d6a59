//! Benchmark questions. Each is answered greedily and independently; the conversation neither sees them nor is seen by them.
//!
//! Everything an answer leaves behind (image, encoding, keys and values) is kept apart from the conversation's, so a person can
//! continue asking about their image between two questions.

mod asking;
mod data;
mod file;
mod picture;
mod preference;
mod quiet;
mod set;

use bench::{DataSet, Problem, Selection};
use protocol::{BenchmarkImages, ImageId, JobId, MAX_PREVIEW_SIDE_PX};

use crate::conversation::Conversation;
use crate::images::Images;
use crate::{ByteSource, EngineError, Host, ModelFiles};
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
    /// Always without turns, since questions are independent.
    pub(crate) conversation: Conversation,
}

impl<S> Default for Benchmark<S> {
    fn default() -> Self {
        Self { set: None, images: Images::default(), conversation: Conversation::default() }
    }
}

/// Where a data set comes from. `F` is its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data<F> {
    /// The phantoms that the page brings with it.
    Sample,
    /// Further phantoms, none of them in the sample and none that a model learned from.
    HeldOut {
        /// Questions of each clinical task.
        per_task: u32,
    },
    /// A file in VLMEvalKit's columns.
    File {
        /// One file.
        file: F,
        /// Which of its questions are asked, and in which order.
        selection: Selection,
    },
}

/// A data set that was opened.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenedDataSet {
    /// Which.
    pub data: DataSet,
    /// The questions that are asked, in their order.
    pub questions: Vec<bench::Question>,
    /// Names them by their texts and order: see [`bench::fingerprint`].
    pub fingerprint: String,
    /// Rows with which something is wrong: the first of them.
    pub problems: Vec<Problem>,
    /// How many there are in all.
    pub n_problems: u32,
}

impl OpenedDataSet {
    pub(crate) fn new(
        data: DataSet,
        questions: Vec<bench::Question>,
        problems: Vec<Problem>,
        n_problems: u32,
    ) -> Self {
        let fingerprint = bench::fingerprint(&questions);
        Self { data, questions, fingerprint, problems, n_problems }
    }
}

/// An image as the page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// Of the preview.
    pub width_px: u32,
    /// Of the preview.
    pub height_px: u32,
    /// Eight bits a channel, row by row.
    pub rgba: Vec<u8>,
}

/// The only image there is at a time.
const IMAGE: ImageId = ImageId(0);

impl<S: ByteSource> Benchmark<S> {
    /// Makes a data set's questions ready. If that fails or is stopped, the previous set stays.
    pub(crate) async fn open<H: Host, F: ModelFiles<Source = S>>(
        &mut self,
        host: &H,
        job: JobId,
        data: Data<F>,
    ) -> Result<OpenedDataSet, EngineError> {
        let (set, opened) = match data {
            Data::File { file, selection } => {
                let (set, opened) = FileSet::open(host, job, selection, file).await?;
                (Set::File(set), opened)
            }
            Data::Sample => phantoms(host, job, data::sample()).await?,
            Data::HeldOut { per_task } => phantoms(host, job, data::held(per_task)).await?,
        };
        self.set = Some(set);
        Ok(opened)
    }

    pub(crate) async fn preview(&mut self, number: u32) -> Result<Preview, EngineError> {
        let set = self.set.as_mut().ok_or(EngineError::NoBenchmark)?;
        let image = set.image(number, BenchmarkImages::Shown).await?;
        let (width_px, height_px, rgba) = imaging::preview(&image, MAX_PREVIEW_SIDE_PX);
        Ok(Preview { width_px, height_px, rgba })
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

async fn phantoms<S, H: Host>(
    host: &H,
    job: JobId,
    phantoms: data::Phantoms,
) -> Result<(Set<S>, OpenedDataSet), EngineError> {
    let items = data::items(host, job, &phantoms).await?;
    let questions = (0..).zip(&items).map(|(number, item)| data::question(number, item)).collect();
    Ok((Set::Phantoms(items), OpenedDataSet::new(phantoms.data, questions, Vec::new(), 0)))
}
