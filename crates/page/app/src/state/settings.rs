use protocol::{Detail, ModelInfo, Sampling, Settings, Turns};

use super::State;
use crate::decimal::decimal;

/// What a person set. A bound of the detail that is `None` is the model's own.
#[derive(Clone, Debug, PartialEq)]
pub struct PageSettings {
    /// Fewest visual tokens per image.
    pub detail_min: Option<u32>,
    /// Most visual tokens per image.
    pub detail_max: Option<u32>,
    /// How tokens are picked.
    pub sampling: Sampling,
    /// The answer is cut after this many tokens.
    pub max_answer_tokens: u32,
    /// What precedes the question.
    pub turns: Turns,
}

impl Default for PageSettings {
    fn default() -> Self {
        let Settings { sampling, max_answer_tokens, turns, detail: _ } = Settings::default();
        Self { detail_min: None, detail_max: None, sampling, max_answer_tokens, turns }
    }
}

impl PageSettings {
    /// What goes with a question to this model. A single bound takes the model's other one, widened if they cross.
    pub fn for_model(&self, model: &ModelInfo) -> Settings {
        let detail = match (self.detail_min, self.detail_max) {
            (None, None) => Detail::Model,
            (Some(min), None) => Detail::Tokens { min, max: model.max_visual_tokens.max(min) },
            (None, Some(max)) => Detail::Tokens { min: model.min_visual_tokens.min(max), max },
            (Some(min), Some(max)) => Detail::Tokens { min, max },
        };
        Settings {
            detail,
            sampling: self.sampling.clone(),
            max_answer_tokens: self.max_answer_tokens,
            turns: self.turns,
        }
    }
}

/// A number in the settings panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// Fewest visual tokens.
    DetailMin,
    /// Most visual tokens.
    DetailMax,
    /// 0 is greedy.
    Temperature,
    /// Nucleus sampling.
    TopP,
    /// The k likeliest tokens.
    TopK,
    /// Of the random numbers.
    Seed,
    /// Makes used tokens less likely.
    RepetitionPenalty,
    /// Where the answer is cut.
    MaxAnswerTokens,
}

/// The fewest visual tokens an image can become: 2 x 2.
const LEAST_VISUAL_TOKENS: f64 = 4.0;
/// The most that Qwen2-VL was trained with.
const MOST_VISUAL_TOKENS: f64 = 16384.0;
/// The largest whole number that a JavaScript number holds exactly.
const LARGEST_SEED: f64 = 9_007_199_254_740_991.0;

impl Field {
    /// How an image is seen.
    pub const DETAIL: [Field; 2] = [Field::DetailMin, Field::DetailMax];
    /// How an answer is written.
    pub const SAMPLING: [Field; 6] = [
        Field::Temperature,
        Field::TopP,
        Field::TopK,
        Field::RepetitionPenalty,
        Field::Seed,
        Field::MaxAnswerTokens,
    ];

    /// Its element's id.
    pub fn id(self) -> &'static str {
        match self {
            Field::DetailMin => "detail-min",
            Field::DetailMax => "detail-max",
            Field::Temperature => "temperature",
            Field::TopP => "top-p",
            Field::TopK => "top-k",
            Field::Seed => "seed",
            Field::RepetitionPenalty => "repetition-penalty",
            Field::MaxAnswerTokens => "max-answer-tokens",
        }
    }

    /// Its label.
    pub fn label(self) -> &'static str {
        match self {
            Field::DetailMin => "At least",
            Field::DetailMax => "At most",
            Field::Temperature => "Temperature",
            Field::TopP => "Top-p",
            Field::TopK => "Top-k",
            Field::Seed => "Seed",
            Field::RepetitionPenalty => "Repetition penalty",
            Field::MaxAnswerTokens => "Longest answer",
        }
    }

    /// What it does, in a line.
    pub fn hint(self) -> &'static str {
        match self {
            Field::DetailMin | Field::DetailMax => "visual tokens",
            Field::Temperature => "0 always picks the likeliest token",
            Field::TopP => "1 keeps every token",
            Field::TopK => "0 keeps every token",
            Field::Seed => "same seed, same answer",
            Field::RepetitionPenalty => "1 is none",
            Field::MaxAnswerTokens => "tokens",
        }
    }

    /// Least value, greatest value, step. A step of 1 means whole numbers.
    pub fn range(self) -> (f64, f64, f64) {
        match self {
            Field::DetailMin | Field::DetailMax => (LEAST_VISUAL_TOKENS, MOST_VISUAL_TOKENS, 1.0),
            Field::Temperature => (0.0, 5.0, 0.05),
            Field::TopP => (0.01, 1.0, 0.01),
            Field::TopK => (0.0, 200_000.0, 1.0),
            Field::Seed => (0.0, LARGEST_SEED, 1.0),
            Field::RepetitionPenalty => (0.5, 2.0, 0.01),
            Field::MaxAnswerTokens => (1.0, 32_768.0, 1.0),
        }
    }

    /// Its value as text; empty where it is the model's own.
    pub fn read(self, settings: &PageSettings) -> String {
        let own = |bound: Option<u32>| bound.map(|n| n.to_string()).unwrap_or_default();
        match self {
            Field::DetailMin => own(settings.detail_min),
            Field::DetailMax => own(settings.detail_max),
            Field::Temperature => settings.sampling.temperature.to_string(),
            Field::TopP => settings.sampling.top_p.to_string(),
            Field::TopK => settings.sampling.top_k.to_string(),
            Field::Seed => settings.sampling.seed.to_string(),
            Field::RepetitionPenalty => settings.sampling.repetition_penalty.to_string(),
            Field::MaxAnswerTokens => settings.max_answer_tokens.to_string(),
        }
    }

    /// Takes what a person typed. What cannot be taken leaves the settings as they are and says what can.
    pub(super) fn write(self, settings: &mut PageSettings, text: &str) -> Result<(), String> {
        let text = text.trim();
        let (least, most, step) = self.range();
        let whole = step == 1.0;
        let wanted = if whole { "a whole number" } else { "a number" };
        let refused = || format!("Expected {wanted} from {least} to {most}.");
        let is_detail = matches!(self, Field::DetailMin | Field::DetailMax);
        let number = match decimal(text) {
            Some(n) if (least..=most).contains(&n) && (!whole || n.fract() == 0.0) => Some(n),
            _ if text.is_empty() && is_detail => None,
            _ => return Err(refused()),
        };
        let bound = number.map(|n| n as u32);
        let n = number.unwrap_or_default();
        match self {
            Field::DetailMin | Field::DetailMax => {
                let (mut min, mut max) = (settings.detail_min, settings.detail_max);
                *(if self == Field::DetailMin { &mut min } else { &mut max }) = bound;
                if let (Some(min), Some(max)) = (min, max)
                    && min > max
                {
                    return Err(format!("At least {min} and at most {max} tokens cannot both hold."));
                }
                (settings.detail_min, settings.detail_max) = (min, max);
            }
            Field::Temperature => settings.sampling.temperature = n,
            Field::TopP => settings.sampling.top_p = n,
            Field::TopK => settings.sampling.top_k = n as u32,
            Field::Seed => settings.sampling.seed = n as u64,
            Field::RepetitionPenalty => settings.sampling.repetition_penalty = n as f32,
            Field::MaxAnswerTokens => settings.max_answer_tokens = n as u32,
        }
        Ok(())
    }
}

impl State {
    /// Takes a number that a person changed, or says beside its field why not.
    pub(super) fn set(&mut self, field: Field, text: &str) {
        match field.write(&mut self.settings, text) {
            Ok(()) => drop(self.refused.remove(&field)),
            Err(why) => drop(self.refused.insert(field, why)),
        }
    }
}
