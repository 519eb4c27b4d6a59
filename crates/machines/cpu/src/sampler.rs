use candle_core::{D, Result, Tensor};
use candle_transformers::generation::{LogitsProcessor, Sampling as Rule};
use candle_transformers::utils::apply_repeat_penalty;
use model::backend::Sampling;

/// candle-transformers' `LogitsProcessor` for the `sample` verb, with the tokens used so far.
pub struct CpuSampler {
    processor: LogitsProcessor,
    repetition_penalty: f32,
    n_allowed: usize,
    used: Vec<u32>,
}

impl std::fmt::Debug for CpuSampler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CpuSampler").field("n_used", &self.used.len()).finish_non_exhaustive()
    }
}

impl CpuSampler {
    pub(crate) fn new(s: &Sampling, used: &[u32]) -> Self {
        let processor = LogitsProcessor::from_sampling(s.seed, rule(s));
        Self {
            processor,
            repetition_penalty: s.repetition_penalty,
            n_allowed: s.n_allowed,
            used: used.to_vec(),
        }
    }

    /// Picks from logits `(1, vocabulary)`.
    pub(crate) fn sample(&mut self, logits: &Tensor) -> Result<u32> {
        let mut logits = logits.flatten_all()?;
        let n_allowed = self.n_allowed.min(logits.dim(D::Minus1)?);
        logits = logits.narrow(0, 0, n_allowed)?.contiguous()?;
        if self.repetition_penalty != 1.0 {
            logits = apply_repeat_penalty(&logits, self.repetition_penalty, &self.used)?;
        }
        let token = self.processor.sample(&logits)?;
        self.used.push(token);
        Ok(token)
    }
}

fn rule(s: &Sampling) -> Rule {
    let temperature = s.temperature;
    // LogitsProcessor's own threshold: below it, dividing by the temperature overflows.
    if temperature < 1e-7 || s.top_k == 1 {
        return Rule::ArgMax;
    }
    let nucleus = s.top_p < 1.0;
    match s.top_k {
        0 if nucleus => Rule::TopP { p: s.top_p, temperature },
        0 => Rule::All { temperature },
        k if nucleus => Rule::TopKThenTopP { k, p: s.top_p, temperature },
        k => Rule::TopK { k, temperature },
    }
}
