use protocol::{Stage, Timings};

use crate::format;

/// What the status line reads for the latest answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Readings {
    /// Visual tokens of the images in the prompt; `None` until an answer told.
    pub n_visual_tokens: Option<u32>,
    /// The vision tower.
    pub encoding: Reading,
    /// The prompt.
    pub prefill: Reading,
    /// The answer.
    pub decoding: Reading,
}

/// One of the three times a person waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Reading {
    /// Not yet.
    #[default]
    Blank,
    /// Under way.
    Running {
        /// Layers or tokens that are done.
        done: u32,
        /// Of how many; 0 where nobody knows.
        total: u32,
        /// So far.
        elapsed_secs: f64,
    },
    /// Over.
    Done {
        /// All of it.
        secs: f64,
        /// Layers are not counted here; tokens are.
        n_tokens: u32,
    },
    /// There was nothing to do: what was computed before still holds.
    Reused,
}

impl Readings {
    /// Notes progress of a stage. Stages before it that were under way are over.
    pub fn note(&mut self, stage: Stage, done: u32, total: u32, elapsed_secs: f64) {
        let running = Reading::Running { done, total, elapsed_secs };
        match stage {
            Stage::ImageEncoding => self.encoding = running,
            Stage::Prefill => {
                self.encoding.settle();
                self.prefill = running;
            }
            Stage::Decoding => {
                self.encoding.settle();
                self.prefill.settle();
                self.decoding = running;
            }
            // What was reached stands still until the job goes on.
            Stage::Reloading | Stage::VisionLoading => {}
        }
    }

    /// The final figures of an answer.
    pub fn finish(&mut self, timings: &Timings) {
        self.n_visual_tokens = (timings.n_visual_tokens > 0).then_some(timings.n_visual_tokens);
        self.encoding = match (timings.n_visual_tokens, timings.n_images_encoded) {
            (0, _) => Reading::Blank,
            (_, 0) => Reading::Reused,
            _ => Reading::Done { secs: timings.image_encoding_secs, n_tokens: timings.n_visual_tokens },
        };
        self.prefill = Reading::Done { secs: timings.prefill_secs, n_tokens: timings.n_prefill_tokens };
        self.decoding = match timings.n_answer_tokens {
            0 => Reading::Blank,
            n => Reading::Done { secs: timings.decoding_secs, n_tokens: n },
        };
    }

    /// An answer was broken off without figures: nothing is under way any more.
    pub fn break_off(&mut self) {
        for reading in [&mut self.encoding, &mut self.prefill, &mut self.decoding] {
            if matches!(reading, Reading::Running { .. }) {
                *reading = Reading::Blank;
            }
        }
    }

    /// `1.84 s`, while running `7 of 32 layers`.
    pub fn encoding_text(&self) -> String {
        match self.encoding {
            Reading::Running { done, total, .. } if total > 0 => format!("{done} of {total} layers"),
            Reading::Done { secs, .. } => format::duration(secs),
            other => other.short_text(),
        }
    }

    /// `0.92 s`, while running `128 of 311 tokens`.
    pub fn prefill_text(&self) -> String {
        match self.prefill {
            Reading::Running { done, total, .. } if total > 0 => format!("{done} of {total} tokens"),
            Reading::Done { secs, .. } => format::duration(secs),
            other => other.short_text(),
        }
    }

    /// `4.1 tokens/s`, also while running. The first token comes out of the prefill, so it is not counted.
    pub fn decoding_text(&self) -> String {
        let (n_tokens, secs) = match self.decoding {
            Reading::Running { done, elapsed_secs, .. } => (done, elapsed_secs),
            Reading::Done { secs, n_tokens } => (n_tokens, secs),
            other => return other.short_text(),
        };
        match n_tokens {
            0 | 1 => format!("{n_tokens} {}", if n_tokens == 1 { "token" } else { "tokens" }),
            n if secs > 0.0 => format!("{} tokens/s", format::rate(f64::from(n - 1) / secs)),
            n => format!("{n} tokens"),
        }
    }
}

impl Reading {
    /// Done and total, where a bar can show them.
    pub fn fraction(self) -> Option<(u32, u32)> {
        match self {
            Reading::Running { done, total, .. } if total > 0 => Some((done.min(total), total)),
            _ => None,
        }
    }

    fn settle(&mut self) {
        if let Reading::Running { total, elapsed_secs, .. } = *self {
            *self = Reading::Done { secs: elapsed_secs, n_tokens: total };
        }
    }

    fn short_text(self) -> String {
        match self {
            Reading::Reused => "reused".into(),
            Reading::Running { elapsed_secs, .. } => format::duration(elapsed_secs),
            _ => "–".into(),
        }
    }
}
