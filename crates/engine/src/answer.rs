//! One question from its tokens to its answer.

use std::collections::VecDeque;

use imaging::PixelBounds;
use model::backend::{Backend, Ids, Sampling};
use model::forward::text::{Input, Memory, TextPass};
use model::positions::Positions;
use model::prompt::Prompt;
use protocol::{Detail, EndOfAnswer, Event, JobId, Question, Settings, Stage, Timings, Turns};

use crate::conversation::{Conversation, Held, Turn};
use crate::images::{Encoded, Images};
use crate::load::PIXELS_PER_TOKEN;
use crate::{EngineError, Host, LoadedModel};

/// Why a computation ended before its end.
#[derive(Debug)]
pub(crate) enum Interrupted {
    /// The person stopped it.
    Stopped,
    /// It failed.
    Failed(EngineError),
}

impl<E: Into<EngineError>> From<E> for Interrupted {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Tells how far a stage is, and ends it where the person asked for that.
pub(crate) struct Progress<'a, H> {
    host: &'a H,
    job: JobId,
    stage: Stage,
    total: usize,
    started_secs: f64,
}

impl<'a, H: Host> Progress<'a, H> {
    pub(crate) fn start(host: &'a H, job: JobId, stage: Stage, total: usize) -> Self {
        Self { host, job, stage, total, started_secs: host.now_secs() }
    }

    pub(crate) fn elapsed_secs(&self) -> f64 {
        self.host.now_secs() - self.started_secs
    }

    fn tell(&self, done: usize) {
        let (done, total) = (done as u32, self.total as u32);
        let elapsed_secs = self.elapsed_secs();
        self.host.emit(Event::Progress { job: self.job, stage: self.stage, done, total, elapsed_secs }, None);
    }

    pub(crate) async fn at(&self, done: usize) -> Result<(), Interrupted> {
        self.tell(done);
        self.pause().await
    }

    async fn pause(&self) -> Result<(), Interrupted> {
        self.host.breathe().await;
        if self.host.is_stopped(self.job) { Err(Interrupted::Stopped) } else { Ok(()) }
    }
}

/// What an answer is computed with.
pub(crate) struct Asking<'a, B: Backend, H> {
    pub(crate) backend: &'a mut B,
    pub(crate) host: &'a H,
    pub(crate) model: &'a LoadedModel<B>,
    pub(crate) images: &'a mut Images<B>,
    pub(crate) conversation: &'a mut Conversation<B>,
    pub(crate) job: JobId,
    pub(crate) timings: Timings,
}

impl<B: Backend, H: Host> Asking<'_, B, H> {
    /// Answers, and remembers the turn. A stop counts as an end; what was answered until then stands.
    pub(crate) async fn answer(
        &mut self,
        question: Question,
        settings: &Settings,
    ) -> Result<(EndOfAnswer, Timings), EngineError> {
        if question.text.trim().is_empty() {
            return Err(EngineError::EmptyQuestion);
        }
        let mut answer = Vec::new();
        let mut brought = Vec::new();
        let end = match self.run(&question, settings, &mut brought, &mut answer).await {
            Ok(end) => end,
            Err(Interrupted::Stopped) => EndOfAnswer::Stopped,
            Err(Interrupted::Failed(error)) => return Err(error),
        };
        if !answer.is_empty() {
            self.conversation.turns.push(Turn { text: question.text, images: brought, answer });
        }
        Ok((end, self.timings))
    }

    async fn run(
        &mut self,
        question: &Question,
        settings: &Settings,
        brought: &mut Vec<Encoded<B>>,
        answer: &mut Vec<u32>,
    ) -> Result<EndOfAnswer, Interrupted> {
        let sampling = sampling(settings, self.model.tokenizer.n_allowed())?;
        let encoded = self.encode(question, settings.detail).await?;
        let tokenizer = &self.model.tokenizer;
        let (prompt, standing, new) =
            self.conversation.prompt(tokenizer, settings.turns, &question.text, &encoded)?;
        *brought = new;
        let n_context = self.model.text.config.n_context;
        if prompt.ids.len() >= n_context {
            return Err(EngineError::TooLong { n_tokens: prompt.ids.len(), n_context }.into());
        }
        if settings.turns == Turns::Single {
            self.conversation.clear_turns();
        }
        let mut memory = match self.conversation.memory.take() {
            Some(memory) => memory,
            None => self.model.text.memory(self.backend)?,
        };
        let result = self.read_and_answer(&mut memory, &prompt, &standing, &sampling, settings, answer).await;
        // Whatever happened, the memory holds the prompt as far as `held` says, and the rest is dropped.
        let n_held = self.conversation.held.len().min(memory.n_tokens());
        self.conversation.held.truncate(n_held);
        memory.truncate(self.backend, n_held)?;
        self.conversation.memory = Some(memory);
        result
    }

    async fn encode(&mut self, question: &Question, detail: Detail) -> Result<Vec<Encoded<B>>, Interrupted> {
        let bounds = pixel_bounds(detail, &self.model.info)?;
        let mut all = Vec::with_capacity(question.images.len());
        for image in &question.images {
            let started_secs = self.host.now_secs();
            let (encoded, looked) =
                self.images.encode(self.backend, self.host, self.job, self.model, *image, bounds).await?;
            if looked {
                self.timings.n_images_encoded += 1;
                self.timings.image_encoding_secs += self.host.now_secs() - started_secs;
            }
            self.timings.n_visual_tokens += encoded.prompt.grid.n_visual_tokens() as u32;
            all.push(encoded);
        }
        Ok(all)
    }

    async fn read_and_answer(
        &mut self,
        memory: &mut Memory<B>,
        prompt: &Prompt,
        standing: &[Encoded<B>],
        sampling: &Sampling,
        settings: &Settings,
        answer: &mut Vec<u32>,
    ) -> Result<EndOfAnswer, Interrupted> {
        let positions = Positions::new(prompt.ids.len(), &prompt.spans());
        let pass = self.prefill(memory, prompt, &positions, standing).await?;
        let room = self.model.text.config.n_context - prompt.ids.len();
        let n_most = room.min(settings.max_answer_tokens as usize);
        let end = self.decode(memory, pass, sampling, &prompt.ids, positions.next, n_most, answer).await;
        self.conversation.held.extend(answer.iter().map(|id| Held::text(*id)));
        match end {
            Ok(EndOfAnswer::MaxTokens) if n_most == room => Ok(EndOfAnswer::ContextFull),
            other => other,
        }
    }

    /// Reads the part of the prompt that the memory does not hold yet.
    async fn prefill(
        &mut self,
        memory: &mut Memory<B>,
        prompt: &Prompt,
        positions: &Positions,
        standing: &[Encoded<B>],
    ) -> Result<TextPass<B>, Interrupted> {
        let wanted = Held::prompt(prompt);
        let n_held = self.conversation.n_reusable(&wanted, prompt);
        self.conversation.held.truncate(n_held);
        memory.truncate(self.backend, n_held)?;
        let text = &self.model.text;
        let progress = Progress::start(self.host, self.job, Stage::Prefill, text.n_blocks());
        progress.at(0).await?;
        let images: Vec<_> = prompt
            .images
            .iter()
            .zip(standing)
            .filter(|((span, _), _)| span.at >= n_held)
            .map(|((span, _), encoded)| (span.at - n_held, &encoded.vectors))
            .collect();
        let input =
            Input { ids: Ids::Host(&prompt.ids[n_held..]), positions: &positions.rows[n_held..], images: &images };
        let mut pass = text.begin(self.backend, input)?;
        while text.advance(self.backend, memory, &mut pass)? {
            progress.at(pass.n_done()).await?;
        }
        self.conversation.held = wanted;
        self.timings.n_prefill_tokens = (prompt.ids.len() - n_held) as u32;
        self.timings.prefill_secs = progress.elapsed_secs();
        Ok(pass)
    }

    /// Samples tokens until one ends the turn. Sampled tokens stay on the machine and are read back a few steps late;
    /// those behind a stop token are dropped.
    #[expect(clippy::too_many_arguments, reason = "the loop's whole state, used nowhere else")]
    async fn decode(
        &mut self,
        memory: &mut Memory<B>,
        mut pass: TextPass<B>,
        sampling: &Sampling,
        used: &[u32],
        first_position: u32,
        n_most: usize,
        answer: &mut Vec<u32>,
    ) -> Result<EndOfAnswer, Interrupted> {
        let (text, tokenizer) = (&self.model.text, &self.model.tokenizer);
        let progress = Progress::start(self.host, self.job, Stage::Decoding, 0);
        let mut sampler = self.backend.sampler(sampling, used)?;
        let mut stream = tokenizer.stream();
        let mut under_way: VecDeque<B::Token> = VecDeque::new();
        let mut n_sampled = 0;
        let lag = self.backend.readback_lag();
        let end = loop {
            if n_sampled < n_most {
                let logits = text.next_logits(self.backend, &pass)?;
                under_way.push_back(self.backend.sample(&logits, &mut sampler)?);
                n_sampled += 1;
            }
            let finished = n_sampled == n_most;
            if under_way.len() > lag || finished {
                let tokens: Vec<_> = under_way.iter().cloned().collect();
                let ids = self.backend.read_tokens(&tokens).await?;
                let newest = under_way.pop_back();
                under_way.clear();
                let mut ended = false;
                for id in ids {
                    ended = tokenizer.stop_tokens().contains(&id);
                    if ended {
                        break;
                    }
                    answer.push(id);
                    let piece = stream.push(id);
                    if !piece.is_empty() {
                        self.host.emit(Event::Answer { job: self.job, text: piece }, None);
                    }
                }
                self.timings.n_answer_tokens = answer.len() as u32;
                self.timings.decoding_secs = progress.elapsed_secs();
                progress.tell(answer.len());
                if ended {
                    break EndOfAnswer::EndOfTurn;
                }
                if finished {
                    break EndOfAnswer::MaxTokens;
                }
                if let Err(Interrupted::Stopped) = progress.pause().await {
                    break EndOfAnswer::Stopped;
                }
                let Some(newest) = newest else { break EndOfAnswer::EndOfTurn };
                pass = self.feed(memory, &newest, first_position + n_sampled as u32 - 1)?;
            } else if let Some(newest) = under_way.back().cloned() {
                pass = self.feed(memory, &newest, first_position + n_sampled as u32 - 1)?;
            }
        };
        let rest = stream.finish();
        if !rest.is_empty() {
            self.host.emit(Event::Answer { job: self.job, text: rest }, None);
        }
        Ok(end)
    }

    /// Reads one sampled token.
    fn feed(&mut self, memory: &mut Memory<B>, token: &B::Token, position: u32) -> Result<TextPass<B>, EngineError> {
        let text = &self.model.text;
        let input = Input { ids: Ids::Sampled(token), positions: &[[position; 3]], images: &[] };
        let mut pass = text.begin(self.backend, input)?;
        while text.advance(self.backend, memory, &mut pass)? {}
        Ok(pass)
    }
}

fn pixel_bounds(detail: Detail, info: &protocol::ModelInfo) -> Result<PixelBounds, EngineError> {
    let (min, max) = match detail {
        Detail::Model => (info.min_visual_tokens, info.max_visual_tokens),
        Detail::Tokens { min, max } => (min, max),
    };
    let pixels = |tokens: u32| tokens.checked_mul(PIXELS_PER_TOKEN);
    match (pixels(min), pixels(max)) {
        (Some(min_pixels), Some(max_pixels)) if 4 <= min && min <= max => Ok(PixelBounds { min_pixels, max_pixels }),
        _ => Err(EngineError::Detail { min, max }),
    }
}

fn sampling(settings: &Settings, n_allowed: usize) -> Result<Sampling, EngineError> {
    let s = &settings.sampling;
    let check = |setting, good: bool, found: String, expected| {
        if good { Ok(()) } else { Err(EngineError::Setting { setting, found, expected }) }
    };
    check("The temperature", (0.0..=10.0).contains(&s.temperature), s.temperature.to_string(), "0 to 10")?;
    check("Top-p", s.top_p > 0.0 && s.top_p <= 1.0, s.top_p.to_string(), "above 0, at most 1")?;
    let penalty = s.repetition_penalty;
    check("The repetition penalty", (0.1..=10.0).contains(&penalty), penalty.to_string(), "0.1 to 10")?;
    check("The most answer tokens", settings.max_answer_tokens > 0, "0".into(), "at least 1")?;
    Ok(Sampling {
        temperature: s.temperature,
        top_p: s.top_p,
        top_k: s.top_k as usize,
        seed: s.seed,
        repetition_penalty: penalty,
        n_allowed,
    })
}
