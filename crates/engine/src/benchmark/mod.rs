//! Benchmark questions: each answered greedily and alone, beside the conversation and out of its sight.
//!
//! Everything an answer leaves behind (image, encoding, keys and values) is of instances of their own, so a person can go on
//! asking about their image between two questions.

mod data;
mod picture;
mod quiet;

use bench::Reply;
use model::tokenizer::Tokenizer;
use phantoms::Item;
use protocol::{
    BenchmarkData, BenchmarkImages, BenchmarkSettings, EndOfAnswer, ImageId, JobId, MAX_PREVIEW_SIDE_PX,
    Question, Sampling, Settings, Turns,
};

use crate::answer::Answering;
use crate::conversation::Conversation;
use crate::images::Images;
use crate::{EngineError, Host};
pub(crate) use quiet::Quiet;

/// The open data set, and what its questions are answered with.
#[derive(Debug, Default)]
pub(crate) struct Benchmark {
    /// In the order in which they are asked; none before a data set is opened. Images are drawn when they are needed.
    items: Option<Vec<Item>>,
    /// At most the one of the question at hand.
    pub(crate) images: Images,
    /// Without turns: every question stands alone.
    pub(crate) conversation: Conversation,
}

/// The only image there is at a time.
const IMAGE: ImageId = ImageId(0);

impl Benchmark {
    /// Makes a data set's questions ready. On a stop the one before it stays.
    pub(crate) async fn open<H: Host>(
        &mut self,
        host: &H,
        job: JobId,
        data: BenchmarkData,
    ) -> Result<(bench::DataSet, Vec<bench::Question>), EngineError> {
        let items = data::items(host, job, data).await?;
        let questions = (0..).zip(&items).map(|(number, item)| data::question(number, item)).collect();
        self.items = Some(items);
        Ok((data::described(data), questions))
    }

    /// The image of one question: `(width, height, RGBA bytes)`.
    pub(crate) fn picture(&self, number: u32) -> Result<(u32, u32, Vec<u8>), EngineError> {
        Ok(imaging::preview(&picture::drawn(self.item(number)?), MAX_PREVIEW_SIDE_PX))
    }

    /// Puts one question, its image with it.
    pub(crate) fn put(
        &mut self,
        job: JobId,
        number: u32,
        settings: BenchmarkSettings,
    ) -> Result<Answering, EngineError> {
        let item = self.item(number)?;
        let question = Question { text: bench::prompt(&data::question(number, item)), images: vec![IMAGE] };
        let pixels = match settings.images {
            BenchmarkImages::Shown => picture::drawn(item),
            BenchmarkImages::Blank => picture::blank(),
        };
        self.images.insert(IMAGE, pixels);
        Answering::new(job, question, alone(settings))
    }

    /// What came of a question; its image goes. `tokenizer` is that of the model that answered.
    ///
    /// # Errors
    /// Whatever keeps every question from being put, and [`EngineError::Stopped`]. What goes wrong with this question alone
    /// is told in the reply.
    pub(crate) fn reply(
        &mut self,
        answering: &Answering,
        end: Result<EndOfAnswer, EngineError>,
        tokenizer: Option<&Tokenizer>,
        seconds: f64,
    ) -> Result<Reply, EngineError> {
        self.images.close(IMAGE);
        let tokens = &answering.turn.answer;
        match end {
            Ok(EndOfAnswer::Stopped) => Err(EngineError::Stopped),
            Ok(end) => Ok(Reply {
                text: tokenizer.ok_or(EngineError::NoModel)?.decode(tokens),
                seconds,
                n_visual_tokens: answering.timings.n_visual_tokens,
                n_answer_tokens: tokens.len() as u32,
                is_truncated: matches!(end, EndOfAnswer::MaxTokens | EndOfAnswer::ContextFull),
                error: None,
            }),
            Err(error) if is_of_one_question(&error) => {
                Ok(Reply { seconds, error: Some(error.to_string()), ..Reply::default() })
            }
            Err(error) => Err(error),
        }
    }

    fn item(&self, number: u32) -> Result<&Item, EngineError> {
        let items = self.items.as_ref().ok_or(EngineError::NoBenchmark)?;
        let n_questions = items.len();
        items.get(number as usize).ok_or(EngineError::NoBenchmarkQuestion { number, n_questions })
    }
}

/// The likeliest tokens, without any turn before the question.
fn alone(settings: BenchmarkSettings) -> Settings {
    Settings {
        detail: settings.detail,
        sampling: Sampling::default(),
        max_answer_tokens: settings.max_answer_tokens,
        turns: Turns::Single,
    }
}

/// Whether another question may yet be answered; otherwise the settings or the model are at fault.
fn is_of_one_question(error: &EngineError) -> bool {
    match error {
        EngineError::Resize(error) => !matches!(error, imaging::ResizeError::Bounds { .. }),
        EngineError::Backend(_) | EngineError::TooLong { .. } => true,
        _ => false,
    }
}
