//! How one question of the benchmark is answered.

use bench::{Reply, Rotation};
use model::backend::Backend;
use protocol::{BenchmarkSettings, EndOfAnswer, JobId, Question, Sampling, Settings, Turns};

use super::quiet::Quiet;
use super::{IMAGE, Preference};
use crate::answer::{Answering, Asking};
use crate::{EngineError, Host, ModelFiles, Session};

impl<B: Backend, H: Host, F: ModelFiles> Session<B, H, F> {
    /// Answers one question, and where that is wanted every rotation of its options. Its image is encoded once.
    ///
    /// # Errors
    /// Whatever keeps every question from being put, and [`EngineError::Stopped`]. What goes wrong with only
    /// this question is part of the reply.
    pub async fn answer_benchmark(
        &mut self,
        job: JobId,
        number: u32,
        settings: BenchmarkSettings,
    ) -> Result<Reply, EngineError> {
        let question = self.benchmark.question(number)?;
        self.files.as_ref().ok_or(EngineError::NoModel)?;
        if let Err(error) = self.benchmark.show(number, settings.images).await {
            return said_of_it(error, 0.0);
        }
        let started_secs = self.host.now_secs();
        let replied = self.reply(job, &question, settings).await;
        let seconds = self.host.now_secs() - started_secs;
        self.resident.benchmark.encodings.clear();
        self.benchmark.images.close(IMAGE);
        match replied {
            Ok(reply) => Ok(Reply { seconds, ..reply }),
            Err(error) => said_of_it(error, seconds),
        }
    }

    async fn reply(
        &mut self,
        job: JobId,
        question: &bench::Question,
        settings: BenchmarkSettings,
    ) -> Result<Reply, EngineError> {
        let n_options = question.options.len();
        let mut reply = self.say(job, question, settings, Preference::among(n_options)).await?;
        let n_rotations = if settings.circular { n_options } else { 0 };
        for by in 1..n_rotations {
            let rotated = self.say(job, &question.rotated(by), settings, Preference::default()).await?;
            reply.rotations.push(Rotation { text: rotated.text, is_truncated: rotated.is_truncated });
        }
        Ok(reply)
    }

    /// What the model says to a question about the image that is shown.
    async fn say(
        &mut self,
        job: JobId,
        question: &bench::Question,
        settings: BenchmarkSettings,
        preference: Preference,
    ) -> Result<Reply, EngineError> {
        let asked = Question { text: bench::prompt(question), images: vec![IMAGE] };
        let mut answering = Answering::new(job, asked, alone(settings))?;
        answering.preference = preference;
        let end = self.with_model(job, async |session| session.go_on_quietly(&mut answering).await).await?;
        if end == EndOfAnswer::Stopped {
            return Err(EngineError::Stopped);
        }
        let model = self.resident.model.as_ref().ok_or(EngineError::NoModel)?;
        let tokens = &answering.turn.answer;
        Ok(Reply {
            text: model.tokenizer.decode(tokens),
            n_visual_tokens: answering.timings.n_visual_tokens,
            n_answer_tokens: tokens.len() as u32,
            is_truncated: matches!(end, EndOfAnswer::MaxTokens | EndOfAnswer::ContextFull),
            preference: answering.preference.into_shares(),
            ..Reply::default()
        })
    }

    async fn go_on_quietly(&mut self, answering: &mut Answering) -> Result<EndOfAnswer, EngineError> {
        loop {
            let mut asking = Asking {
                backend: &mut self.backend,
                host: &Quiet(&self.host),
                model: self.resident.model.as_ref().ok_or(EngineError::NoModel)?,
                vision: self.resident.tower.ready(),
                images: &mut self.benchmark.images,
                conversation: &self.benchmark.conversation,
                held: &mut self.resident.benchmark,
                pace: &mut self.resident.pace,
            };
            if let Some(end) = asking.go_on(answering).await? {
                return Ok(end);
            }
            // The arrival of weights is reported, as after a loss.
            self.bring_vision(answering.job).await?;
        }
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

/// The reply to a question that could not be answered. Where another question could not be answered either, the error.
fn said_of_it(error: EngineError, seconds: f64) -> Result<Reply, EngineError> {
    if is_of_one_question(&error) {
        Ok(Reply { seconds, error: Some(error.to_string()), ..Reply::default() })
    } else {
        Err(error)
    }
}

/// Whether another question may yet be answered; otherwise the settings, the file or the model are at fault.
fn is_of_one_question(error: &EngineError) -> bool {
    match error {
        EngineError::Resize(error) => !matches!(error, imaging::ResizeError::Bounds { .. }),
        EngineError::Backend(_) | EngineError::TooLong { .. } | EngineError::QuestionImage { .. } => true,
        _ => false,
    }
}
