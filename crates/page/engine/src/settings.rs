//! What a person set, checked and in the terms of the model.

use imaging::{PixelBounds, SIDE_FACTOR_PX};
use model::backend::Sampling;
use protocol::{Detail, ModelInfo, Settings};

use crate::EngineError;

/// Pixels of the resized image behind one visual token.
pub(crate) const PIXELS_PER_TOKEN: u32 = SIDE_FACTOR_PX * SIDE_FACTOR_PX;

/// With fewer, a narrow image could not keep one token on its shorter side.
pub(crate) const LEAST_VISUAL_TOKENS: u32 = 4;

pub(crate) fn pixel_bounds(detail: Detail, info: &ModelInfo) -> Result<PixelBounds, EngineError> {
    let (min, max) = detail.visual_tokens(info);
    if LEAST_VISUAL_TOKENS <= min && min <= max {
        Ok(PixelBounds::from_visual_tokens(min, max))
    } else {
        Err(EngineError::Detail { min, max })
    }
}

pub(crate) fn sampling(settings: &Settings, n_allowed: usize) -> Result<Sampling, EngineError> {
    let s = &settings.sampling;
    let check = |setting, good: bool, found: String, expected| {
        if good { Ok(()) } else { Err(EngineError::Setting { setting, found, expected }) }
    };
    let penalty = s.repetition_penalty;
    check("The temperature", (0.0..=10.0).contains(&s.temperature), s.temperature.to_string(), "0 to 10")?;
    check("Top-p", s.top_p > 0.0 && s.top_p <= 1.0, s.top_p.to_string(), "above 0, at most 1")?;
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
