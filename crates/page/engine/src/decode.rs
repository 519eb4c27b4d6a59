//! Token by token to the end of an answer.

use std::collections::VecDeque;

use model::backend::{Backend, BackendError, Ids};
use model::forward::text::{Input, Memory, TextPass};
use protocol::{EndOfAnswer, Event, JobId, Stage, Timings};

use crate::Host;
use crate::load::TextPart;
use crate::pace::Pace;
use crate::progress::{Interrupted, Progress};

/// A model that has read a prompt and is about to answer.
pub(crate) struct Decoding<'a, B: Backend, H> {
    pub(crate) backend: &'a mut B,
    pub(crate) host: &'a H,
    pub(crate) job: JobId,
    pub(crate) model: &'a TextPart<B>,
    pub(crate) memory: &'a mut Memory<B>,
    pub(crate) sampler: B::Sampler,
    /// The pass whose last token the next one follows.
    pub(crate) pass: TextPass<B>,
    /// What follows that pass, where it was computed already.
    pub(crate) logits: Option<B::Tensor>,
    /// Of the next token.
    pub(crate) next_position: u32,
    pub(crate) pace: &'a mut Pace,
}

/// A token that was sampled and not read yet.
struct UnderWay<T> {
    token: T,
    since_secs: f64,
    /// With itself, when it was sampled.
    n_under_way: usize,
}

impl<B: Backend, H: Host> Decoding<'_, B, H> {
    /// Samples tokens until one ends the turn, until `answer` has `n_most`, and appends them to it without that one. What
    /// `answer` holds already was told before.
    ///
    /// A sampled token stays on the machine and is read back as many steps later as it takes to come; those that were sampled
    /// after the last one of the answer are dropped.
    pub(crate) async fn run(
        mut self,
        n_most: usize,
        answer: &mut Vec<u32>,
        timings: &mut Timings,
    ) -> Result<EndOfAnswer, Interrupted> {
        let tokenizer = &self.model.tokenizer;
        let readback_secs = self.backend.readback_secs();
        let mut stream = tokenizer.stream();
        for id in answer.iter() {
            stream.push(*id);
        }
        let (prefill_secs, decoding_secs) = (timings.prefill_secs, timings.decoding_secs);
        let mut first = true;
        let mut progress = Progress::start(self.host, self.job, Stage::Decoding, 0);
        let mut under_way = VecDeque::new();
        let mut newest: Option<B::Token> = None;
        let n_left = n_most.saturating_sub(answer.len());
        let mut n_sampled = 0;
        let end = loop {
            while n_sampled < n_left && under_way.len() <= self.pace.lag(readback_secs) {
                if let Some(token) = &newest {
                    self.feed(token)?;
                }
                let token = self.sample()?;
                newest = Some(token.clone());
                let since_secs = self.host.now_secs();
                under_way.push_back(UnderWay { token, since_secs, n_under_way: under_way.len() + 1 });
                n_sampled += 1;
            }
            let Some(UnderWay { token, since_secs, n_under_way }) = under_way.pop_front() else {
                break EndOfAnswer::MaxTokens;
            };
            let id = self.read(&token).await?;
            self.pace.note(readback_secs, self.host.now_secs() - since_secs, n_under_way);
            if std::mem::take(&mut first) {
                // The first token comes out of the prefill.
                timings.prefill_secs = prefill_secs + progress.elapsed_secs();
                progress = Progress::start(self.host, self.job, Stage::Decoding, 0);
            }
            timings.n_answer_tokens += 1;
            timings.decoding_secs = decoding_secs + progress.elapsed_secs();
            let ends = tokenizer.stop_tokens().contains(&id);
            if !ends {
                answer.push(id);
                self.tell(stream.push(id));
            }
            progress.tell(timings.n_answer_tokens as usize);
            if ends {
                break EndOfAnswer::EndOfTurn;
            }
            if progress.pause().await.is_err() {
                break EndOfAnswer::Stopped;
            }
        };
        self.tell(stream.finish());
        Ok(end)
    }

    fn sample(&mut self) -> Result<B::Token, BackendError> {
        let logits = match self.logits.take() {
            Some(logits) => logits,
            None => self.model.text.next_logits(self.backend, &self.pass)?,
        };
        self.backend.sample(&logits, &mut self.sampler)
    }

    /// Lets the model read a token that was sampled.
    fn feed(&mut self, token: &B::Token) -> Result<(), BackendError> {
        let text = &self.model.text;
        let positions = [[self.next_position; 3]];
        let input = Input { ids: Ids::Sampled(token), positions: &positions, images: &[] };
        self.pass = text.begin(self.backend, input)?;
        while text.advance(self.backend, self.memory, &mut self.pass)? {}
        self.next_position += 1;
        Ok(())
    }

    async fn read(&mut self, token: &B::Token) -> Result<u32, BackendError> {
        let ids = self.backend.read_tokens(std::slice::from_ref(token)).await?;
        ids.first().copied().ok_or_else(|| BackendError::Device {
            verb: "read_tokens",
            backend: self.backend.name(),
            message: "one token was asked for, none came".into(),
        })
    }

    fn tell(&self, text: String) {
        if !text.is_empty() {
            self.host.emit(Event::Answer { job: self.job, text });
        }
    }
}
