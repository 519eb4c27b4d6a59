//! One question from its tokens to its answer.

use imaging::preprocess;
use model::backend::{Backend, Ids, Sampling};
use model::forward::text::{Input, TextPass};
use model::forward::vision::VisionModel;
use model::positions::Positions;
use model::prompt::Prompt;
use protocol::{EndOfAnswer, ImageId, JobId, Question, Settings, Stage, Timings, Turns};

use crate::benchmark::Preference;
use crate::conversation::{Conversation, Turn};
use crate::decode::Decoding;
use crate::images::{Images, View};
use crate::load::TextPart;
use crate::pace::Pace;
use crate::progress::{Interrupted, Progress};
use crate::recall::{Read, Recall};
use crate::resident::Held;
use crate::settings::{pixel_bounds, sampling};
use crate::{EngineError, Host};

/// A question on its way to its answer: what of it outlives a machine.
#[derive(Debug)]
pub(crate) struct Answering {
    pub(crate) job: JobId,
    images: Vec<ImageId>,
    settings: Settings,
    /// With as much of the answer as has come.
    pub(crate) turn: Turn,
    pub(crate) timings: Timings,
    /// Of its first token, where that is looked at.
    pub(crate) preference: Preference,
}

impl Answering {
    pub(crate) fn new(job: JobId, question: Question, settings: Settings) -> Result<Self, EngineError> {
        if question.text.trim().is_empty() {
            return Err(EngineError::EmptyQuestion);
        }
        let turn = Turn { text: question.text, images: Vec::new(), answer: Vec::new() };
        Ok(Self {
            job,
            images: question.images,
            settings,
            turn,
            timings: Timings::default(),
            preference: Preference::default(),
        })
    }

    /// Remembers the turn. A stop counts as an end; what was answered until then stands.
    pub(crate) fn remember(self, conversation: &mut Conversation) {
        if self.turn.answer.is_empty() {
            return;
        }
        if self.settings.turns == Turns::Single {
            // A single question starts the conversation over.
            conversation.turns.clear();
        }
        conversation.turns.push(self.turn);
    }
}

/// What an answer is computed with.
pub(crate) struct Asking<'a, B: Backend, H> {
    pub(crate) backend: &'a mut B,
    pub(crate) host: &'a H,
    pub(crate) model: &'a TextPart<B>,
    /// The model's tower, where it is on the machine.
    pub(crate) vision: Option<&'a VisionModel<B>>,
    pub(crate) images: &'a mut Images,
    pub(crate) conversation: &'a Conversation,
    pub(crate) held: &'a mut Held<B>,
    pub(crate) pace: &'a mut Pace,
}

impl<B: Backend, H: Host> Asking<'_, B, H> {
    /// Answers, or continues after the tokens that have come. A stop is an end. `None` if the vision tower must come
    /// first: nothing was computed then.
    pub(crate) async fn go_on(
        &mut self,
        answering: &mut Answering,
    ) -> Result<Option<EndOfAnswer>, EngineError> {
        match self.run(answering).await {
            Ok(end) => Ok(Some(end)),
            Err(Interrupted::Stopped) => Ok(Some(EndOfAnswer::Stopped)),
            Err(Interrupted::Blind) => Ok(None),
            Err(Interrupted::Failed(error)) => {
                if let EngineError::Backend(_) = error {
                    // A machine may tell late: what it computed before its failure is not known to be right.
                    *self.held = Held::default();
                }
                Err(error)
            }
        }
    }

    async fn run(&mut self, answering: &mut Answering) -> Result<EndOfAnswer, Interrupted> {
        let Answering { job, images, settings, turn, timings, preference } = answering;
        let tokenizer = &self.model.tokenizer;
        let mut sampling = sampling(settings, tokenizer.n_allowed())?;
        // An answer that continues does not draw the same random numbers again.
        sampling.seed = sampling.seed.wrapping_add(turn.answer.len() as u64);
        let bounds = pixel_bounds(settings.detail, &self.model.info)?;
        let views =
            images.iter().map(|image| self.images.view(*image, bounds)).collect::<Result<Vec<_>, _>>()?;
        let mut asked = self.conversation.ask(tokenizer, settings.turns, &turn.text, &views)?;
        // The length is known before anything is computed: encoding a large image takes long.
        let (n_tokens, n_context) = (asked.prompt.ids.len(), self.model.text.config.n_context);
        if n_tokens >= n_context {
            return Err(EngineError::TooLong { n_tokens, n_context }.into());
        }
        let room = n_context - n_tokens;
        turn.images = asked.views[asked.n_earlier..].to_vec();
        if self.vision.is_none()
            && asked.views.iter().any(|view| !self.held.encodings.contains_key(&view.key()))
        {
            return Err(Interrupted::Blind);
        }
        let mut vectors = Vec::new();
        for view in &asked.views {
            vectors.push(self.encode(*job, view, timings).await?);
        }
        timings.n_visual_tokens = asked.views.iter().map(|v| v.place.grid.n_visual_tokens() as u32).sum();
        asked.prompt.ids.extend_from_slice(&turn.answer);

        // Taken out while it changes: whatever fails, the memory is put back with a true account of it, or not at all.
        let mut recall = match self.held.recall.take() {
            Some(recall) => recall,
            None => Recall::new(self.model.text.memory(self.backend)?),
        };
        let n_most = room.min(settings.max_answer_tokens as usize);
        let mut reading = Reading { prompt: &asked.prompt, images: &vectors, recall: &mut recall, job: *job };
        let mut said = Said { tokens: &mut turn.answer, timings, preference };
        let result = self.read_and_answer(&mut reading, sampling, n_most, &mut said).await;
        recall.truncate(self.backend, usize::MAX)?;
        self.held.recall = Some(recall);
        match result {
            Ok(EndOfAnswer::MaxTokens) if n_most == room => Ok(EndOfAnswer::ContextFull),
            other => other,
        }
    }

    /// What the tower makes of an image. It looks once.
    async fn encode(
        &mut self,
        job: JobId,
        view: &View,
        timings: &mut Timings,
    ) -> Result<B::Tensor, Interrupted> {
        if let Some(vectors) = self.held.encodings.get(&view.key()) {
            return Ok(vectors.clone());
        }
        let vision = self.vision.ok_or(Interrupted::Blind)?;
        let progress = Progress::start(self.host, job, Stage::ImageEncoding, vision.n_blocks());
        progress.at(0).await?;
        let patches = preprocess(&view.pixels, view.bounds, &vision.config.normalisation)?;
        let mut pass = vision.begin(self.backend, &patches)?;
        while vision.advance(self.backend, &mut pass)? {
            self.backend.settle().await?;
            progress.at(pass.n_done()).await?;
        }
        let vectors = vision.merge(self.backend, pass)?;
        self.backend.settle().await?;
        self.held.encodings.insert(view.key(), vectors.clone());
        timings.n_images_encoded += 1;
        timings.image_encoding_secs += progress.elapsed_secs();
        Ok(vectors)
    }

    async fn read_and_answer(
        &mut self,
        reading: &mut Reading<'_, B>,
        sampling: Sampling,
        n_most: usize,
        said: &mut Said<'_>,
    ) -> Result<EndOfAnswer, Interrupted> {
        let prompt = reading.prompt;
        let positions = Positions::new(prompt.ids.len(), &prompt.spans());
        let pass = self.prefill(reading, &positions, said.timings).await?;
        let mut logits = None;
        if said.tokens.is_empty() && said.preference.is_wanted() {
            let first = self.model.text.next_logits(self.backend, &pass)?;
            said.preference.look(&self.model.tokenizer, &self.backend.read(&first).await?);
            logits = Some(first);
        }
        let n_before = said.tokens.len();
        let sampler = self.backend.sampler(&sampling, &prompt.ids)?;
        let decoding = Decoding {
            backend: self.backend,
            host: self.host,
            job: reading.job,
            model: self.model,
            memory: &mut reading.recall.memory,
            sampler,
            pass,
            logits,
            next_position: positions.next,
            pace: self.pace,
        };
        let end = decoding.run(n_most, said.tokens, said.timings).await;
        reading.recall.tokens.extend(said.tokens[n_before..].iter().map(|id| Read::text(*id)));
        end
    }

    /// Reads the part of the prompt that the memory does not hold yet.
    async fn prefill(
        &mut self,
        reading: &mut Reading<'_, B>,
        positions: &Positions,
        timings: &mut Timings,
    ) -> Result<TextPass<B>, Interrupted> {
        let Reading { prompt, images, recall, job } = reading;
        let wanted = Read::prompt(prompt);
        let n_held = recall.n_reusable(&wanted, prompt);
        recall.truncate(self.backend, n_held)?;
        let text = &self.model.text;
        let n_new = prompt.ids.len() - n_held;
        let progress = Progress::start(self.host, *job, Stage::Prefill, n_new);
        progress.at(0).await?;
        let images: Vec<_> = prompt
            .images
            .iter()
            .zip(*images)
            .filter(|((span, _), _)| span.at >= n_held)
            .map(|((span, _), vectors)| (span.at - n_held, vectors))
            .collect();
        let (ids, positions) = (Ids::Host(&prompt.ids[n_held..]), &positions.rows[n_held..]);
        let mut pass = text.begin(self.backend, Input { ids, positions, images: &images })?;
        while text.advance(self.backend, &mut recall.memory, &mut pass)? {
            self.backend.settle().await?;
            // All tokens go through a block together; a share of the blocks is reported as that share of the tokens.
            progress.at(n_new * pass.n_done() / text.n_blocks()).await?;
        }
        recall.tokens = wanted;
        timings.n_prefill_tokens += n_new as u32;
        timings.prefill_secs += progress.elapsed_secs();
        Ok(pass)
    }
}

/// A prompt with what is read already of it.
struct Reading<'a, B: Backend> {
    prompt: &'a Prompt,
    /// What the tower made of the prompt's images, in order.
    images: &'a [B::Tensor],
    recall: &'a mut Recall<B>,
    job: JobId,
}

/// What comes of a prompt.
struct Said<'a> {
    tokens: &'a mut Vec<u32>,
    timings: &'a mut Timings,
    preference: &'a mut Preference,
}
