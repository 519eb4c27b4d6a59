//! From logits to a token that stays on the device.

use crate::format::wgsl;
use crate::kernel::{Part, read, write};
use crate::params::{Params, params};
use crate::{Features, Kernel, Launch, Unsupported, Variant};

const BINDINGS: &[crate::Binding] = &[read("logits"), write("used"), write("tokens")];

/// The likeliest token.
pub static ARGMAX: Kernel = Kernel {
    name: "argmax",
    bindings: BINDINGS,
    params: ArgmaxParams::FIELDS,
    workgroup: 256,
    parts: &[Part::Text(wgsl!("parts/logit")), Part::Text(wgsl!("parts/greatest"))],
    body: wgsl!("argmax"),
};

/// A drawn token.
pub static SAMPLE: Kernel = Kernel {
    name: "sample",
    bindings: BINDINGS,
    params: SampleParams::FIELDS,
    workgroup: 256,
    parts: &[Part::Sum, Part::Text(wgsl!("parts/logit")), Part::Text(wgsl!("parts/greatest"))],
    body: wgsl!("sample"),
};

params!(ArgmaxParams { n_allowed: u32, token: u32, penalty: f32 });
params!(SampleParams {
    n_allowed: u32,
    token: u32,
    top_k: u32,
    seed_low: u32,
    seed_high: u32,
    step: u32,
    penalty: f32,
    temperature: f32,
    top_p: f32,
});

/// How a token is drawn. The rules are those of candle-transformers' `LogitsProcessor`: the repetition penalty comes first, then
/// the temperature. Probabilities count all tokens, also those that `top_k` cuts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drawing {
    /// Below 1e-7, the likeliest token is taken.
    pub temperature: f32,
    /// Keep the smallest set of tokens with this much probability; 0 or less, or 1 or more, keeps all.
    pub top_p: f32,
    /// Keep this many of the likeliest tokens; 0 keeps all, 1 takes the likeliest.
    pub top_k: u32,
    /// Logits of used tokens are divided (positive) or multiplied (negative) by this; 1 changes nothing.
    pub repetition_penalty: f32,
    /// Seed of the random numbers.
    pub seed: u64,
}

/// Draws token number `step` from the first `n_allowed` logits, and writes it to `tokens[token]`.
pub fn sample(
    drawing: &Drawing,
    n_allowed: u32,
    step: u32,
    token: u32,
    features: Features,
) -> Result<Launch, Unsupported> {
    let penalty = drawing.repetition_penalty;
    if drawing.temperature < 1e-7 || drawing.top_k == 1 {
        return Launch::new(
            &ARGMAX,
            Variant::default(),
            &ArgmaxParams { n_allowed, token, penalty },
            [1, 1, 1],
        );
    }
    let params = SampleParams {
        n_allowed,
        token,
        top_k: drawing.top_k,
        seed_low: drawing.seed as u32,
        seed_high: (drawing.seed >> 32) as u32,
        step,
        penalty,
        temperature: drawing.temperature,
        top_p: if drawing.top_p > 0.0 { drawing.top_p } else { 1.0 },
    };
    Launch::new(&SAMPLE, Variant { features, ..Variant::default() }, &params, [1, 1, 1])
}
