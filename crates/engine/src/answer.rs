//! One question from its tokens to its answer.

use imaging::{PixelBounds, preprocess};
use model::backend::{Backend, Ids, Sampling};
use model::forward::text::{Input, TextPass};
use model::positions::Positions;
use model::prompt::{Prompt, PromptImage};
use protocol::{EndOfAnswer, ImageId, JobId, Question, Settings, Stage, Timings, Turns};

use crate::conversation::{Conversation, Turn};
use crate::decode::Decoding;
use crate::images::{Encoded, Images};
use crate::progress::{Interrupted, Progress};
use crate::recall::{Read, Recall};
use crate::settings::{pixel_bounds, sampling};
use crate::{EngineError, Host, LoadedModel};

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
        let mut turn = Turn { text: question.text, images: Vec::new(), answer: Vec::new() };
        let end = match self.run(&question.images, settings, &mut turn).await {
            Ok(end) => end,
            Err(Interrupted::Stopped) => EndOfAnswer::Stopped,
            Err(Interrupted::Failed(error)) => return Err(error),
        };
        if !turn.answer.is_empty() {
            if settings.turns == Turns::Single {
                // A question that stood alone begins the conversation anew.
                self.conversation.turns.clear();
            }
            self.conversation.turns.push(turn);
        }
        Ok((end, self.timings))
    }

    async fn run(
        &mut self,
        images: &[ImageId],
        settings: &Settings,
        turn: &mut Turn<B>,
    ) -> Result<EndOfAnswer, Interrupted> {
        let tokenizer = &self.model.tokenizer;
        let sampling = sampling(settings, tokenizer.n_allowed())?;
        let bounds = pixel_bounds(settings.detail, &self.model.info)?;
        let place = |image: &ImageId| self.images.place(*image, bounds);
        let places = images.iter().map(place).collect::<Result<Vec<_>, _>>()?;
        let asked = self.conversation.ask(tokenizer, settings.turns, &turn.text, &places)?;
        // The length is known before anything is computed: encoding a large image takes long.
        let (n_tokens, n_context) = (asked.prompt.ids.len(), self.model.text.config.n_context);
        if n_tokens >= n_context {
            return Err(EngineError::TooLong { n_tokens, n_context }.into());
        }
        let mut standing = asked.earlier;
        for i in asked.brought {
            let encoded = self.encode(images[i], places[i], bounds).await?;
            turn.images.push(encoded.clone());
            standing.push(encoded);
        }
        self.timings.n_visual_tokens = standing.iter().map(|e| e.place.grid.n_visual_tokens() as u32).sum();

        // Taken out while it changes: whatever fails, the memory is put back with a true account of it, or not at all.
        let mut recall = match self.conversation.recall.take() {
            Some(recall) => recall,
            None => Recall::new(self.model.text.memory(self.backend)?),
        };
        let result =
            self.read_and_answer(&mut recall, &asked.prompt, &standing, sampling, settings, turn).await;
        recall.truncate(self.backend, usize::MAX)?;
        self.conversation.recall = Some(recall);
        result
    }

    /// Lets the tower look at an image, unless it has looked within these bounds before.
    async fn encode(
        &mut self,
        image: ImageId,
        place: PromptImage,
        bounds: PixelBounds,
    ) -> Result<Encoded<B>, Interrupted> {
        if let Some(vectors) = self.images.vectors(image, bounds) {
            return Ok(Encoded { place, vectors });
        }
        let vision = &self.model.vision;
        let progress = Progress::start(self.host, self.job, Stage::ImageEncoding, vision.n_blocks());
        progress.at(0).await?;
        let patches = preprocess(self.images.pixels(image)?, bounds, &vision.config.normalisation)?;
        let mut pass = vision.begin(self.backend, &patches)?;
        while vision.advance(self.backend, &mut pass)? {
            progress.at(pass.n_done()).await?;
        }
        let encoded = Encoded { place, vectors: vision.merge(self.backend, pass)? };
        self.images.keep(image, bounds, encoded.clone());
        self.timings.n_images_encoded += 1;
        self.timings.image_encoding_secs += progress.elapsed_secs();
        Ok(encoded)
    }

    async fn read_and_answer(
        &mut self,
        recall: &mut Recall<B>,
        prompt: &Prompt,
        standing: &[Encoded<B>],
        sampling: Sampling,
        settings: &Settings,
        turn: &mut Turn<B>,
    ) -> Result<EndOfAnswer, Interrupted> {
        let positions = Positions::new(prompt.ids.len(), &prompt.spans());
        let pass = self.prefill(recall, prompt, &positions, standing).await?;
        let room = self.model.text.config.n_context - prompt.ids.len();
        let n_most = room.min(settings.max_answer_tokens as usize);
        let sampler = self.backend.sampler(&sampling, &prompt.ids)?;
        let decoding = Decoding {
            backend: self.backend,
            host: self.host,
            job: self.job,
            model: self.model,
            memory: &mut recall.memory,
            sampler,
            pass,
            next_position: positions.next,
        };
        let end = decoding.run(n_most, &mut turn.answer, &mut self.timings).await;
        recall.tokens.extend(turn.answer.iter().map(|id| Read::text(*id)));
        match end {
            Ok(EndOfAnswer::MaxTokens) if n_most == room => Ok(EndOfAnswer::ContextFull),
            other => other,
        }
    }

    /// Reads the part of the prompt that the memory does not hold yet.
    async fn prefill(
        &mut self,
        recall: &mut Recall<B>,
        prompt: &Prompt,
        positions: &Positions,
        standing: &[Encoded<B>],
    ) -> Result<TextPass<B>, Interrupted> {
        let wanted = Read::prompt(prompt);
        let n_held = recall.n_reusable(&wanted, prompt);
        recall.truncate(self.backend, n_held)?;
        let text = &self.model.text;
        let n_new = prompt.ids.len() - n_held;
        let progress = Progress::start(self.host, self.job, Stage::Prefill, n_new);
        progress.at(0).await?;
        let images: Vec<_> = prompt
            .images
            .iter()
            .zip(standing)
            .filter(|((span, _), _)| span.at >= n_held)
            .map(|((span, _), encoded)| (span.at - n_held, &encoded.vectors))
            .collect();
        let (ids, positions) = (Ids::Host(&prompt.ids[n_held..]), &positions.rows[n_held..]);
        let mut pass = text.begin(self.backend, Input { ids, positions, images: &images })?;
        while text.advance(self.backend, &mut recall.memory, &mut pass)? {
            // All tokens go through a block together; a share of the blocks is told as that share of the tokens.
            progress.at(n_new * pass.n_done() / text.n_blocks()).await?;
        }
        recall.tokens = wanted;
        self.timings.n_prefill_tokens = n_new as u32;
        self.timings.prefill_secs = progress.elapsed_secs();
        Ok(pass)
    }
}
