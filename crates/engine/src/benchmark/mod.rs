//! Benchmark questions: each answered greedily and alone, beside the conversation and out of its sight.
//!
//! Everything an answer leaves behind (image, encoding, keys and values) is of instances of their own, so a person can go on
//! asking about their image between two questions.

mod data;
mod picture;
mod quiet;

use bench::Reply;
use model::backend::Backend;
use phantoms::Item;
use protocol::{
    BenchmarkData, BenchmarkImages, BenchmarkSettings, EndOfAnswer, ImageId, JobId, MAX_PREVIEW_SIDE_PX,
    Question, Sampling, Settings, Timings, Turns,
};

use crate::answer::Asking;
use crate::conversation::Conversation;
use crate::images::Images;
use crate::{EngineError, Host, LoadedModel};
use quiet::Quiet;

/// The open data set, and what its questions are answered with.
#[derive(Debug)]
pub(crate) struct Benchmark<B: Backend> {
    /// In the order in which they are asked; none before a data set is opened. Images are drawn when they are needed.
    items: Option<Vec<Item>>,
    /// At most the one of the question at hand.
    images: Images<B>,
    /// Without turns. What it recalls is the latest question; the next one keeps the beginning that all have in common.
    conversation: Conversation<B>,
}

/// The only image there is at a time.
const IMAGE: ImageId = ImageId(0);

impl<B: Backend> Default for Benchmark<B> {
    fn default() -> Self {
        Self { items: None, images: Images::default(), conversation: Conversation::default() }
    }
}

impl<B: Backend> Benchmark<B> {
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

    /// Another model recalls nothing of what this one has read.
    pub(crate) fn forget_model(&mut self) {
        self.conversation = Conversation::default();
    }

    /// The image of one question: `(width, height, RGBA bytes)`.
    pub(crate) fn picture(&self, number: u32) -> Result<(u32, u32, Vec<u8>), EngineError> {
        Ok(imaging::preview(&picture::drawn(self.item(number)?), MAX_PREVIEW_SIDE_PX))
    }

    /// Answers one question.
    ///
    /// # Errors
    /// Whatever keeps every question from being put, and [`EngineError::Stopped`]. What goes wrong with this question alone
    /// is told in the reply.
    pub(crate) async fn answer<H: Host>(
        &mut self,
        backend: &mut B,
        host: &H,
        model: Option<&LoadedModel<B>>,
        job: JobId,
        number: u32,
        settings: BenchmarkSettings,
    ) -> Result<Reply, EngineError> {
        let item = self.item(number)?;
        let question = Question { text: bench::prompt(&data::question(number, item)), images: vec![IMAGE] };
        let pixels = match settings.images {
            BenchmarkImages::Shown => picture::drawn(item),
            BenchmarkImages::Blank => picture::blank(),
        };
        let model = model.ok_or(EngineError::NoModel)?;
        self.images.insert(IMAGE, pixels);
        let started_secs = host.now_secs();
        let mut asking = Asking {
            backend,
            host: &Quiet(host),
            model,
            images: &mut self.images,
            conversation: &mut self.conversation,
            job,
            timings: Timings::default(),
        };
        let answered = asking.answer(question, &alone(settings)).await;
        let seconds = host.now_secs() - started_secs;
        self.images.close(IMAGE);
        // A question without an answer left no turn.
        let tokens = self.conversation.turns.pop().map(|turn| turn.answer).unwrap_or_default();
        match answered {
            Ok((EndOfAnswer::Stopped, _)) => Err(EngineError::Stopped),
            Ok((end, timings)) => Ok(Reply {
                text: model.tokenizer.decode(&tokens),
                seconds,
                n_visual_tokens: timings.n_visual_tokens,
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
