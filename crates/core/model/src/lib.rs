//! Qwen2-VL: configuration, tokens, positions, and one forward pass over any [`backend::Backend`].
//!
//! Nothing here knows files, browsers or machines: weights come in through [`load`], and arithmetic goes out through the
//! trait. Arithmetic follows the Hugging Face implementation (`modeling_qwen2_vl.py`, transformers 5.23).

pub mod backend;
pub mod checked;
pub mod config;
pub mod forward;
pub mod load;
pub mod plan;
pub mod positions;
pub mod prompt;
pub mod tokenizer;
