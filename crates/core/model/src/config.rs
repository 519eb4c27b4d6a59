//! What the two files of a GGUF pair say about the model, with llama.cpp's keys.

use imaging::{Normalisation, PixelBounds};
use weights::{Gguf, GgufError};

/// Why a pair of files is not a model that can be run.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The header lacks a key or holds one of the wrong type.
    #[error(transparent)]
    Gguf(#[from] GgufError),
    /// The file is a good GGUF file of another model.
    #[error(
        "this file holds a model of architecture `{found}`; expected a Qwen2-VL text model (`qwen2vl`) \
         or its vision file (`clip` with projector `qwen2vl_merger`)"
    )]
    Architecture {
        /// `general.architecture`.
        found: String,
    },
    /// The vision file belongs to another model family.
    #[error("the vision file has the projector `{found}`; expected `qwen2vl_merger`")]
    Projector {
        /// `clip.projector_type`.
        found: String,
    },
    /// A number that cannot be right.
    #[error("`{key}` is {found}; expected {expected}")]
    Value {
        /// Which key.
        key: String,
        /// Its value.
        found: String,
        /// What it can be.
        expected: String,
    },
    /// A tensor is missing.
    #[error("the file has no tensor `{name}`; it is incomplete or of another model")]
    MissingTensor {
        /// As llama.cpp calls it.
        name: String,
    },
    /// A tensor has an unexpected shape.
    #[error("tensor `{name}` has shape {found:?}; expected {expected:?}")]
    TensorShape {
        /// As llama.cpp calls it.
        name: String,
        /// Outermost first.
        found: Vec<usize>,
        /// Outermost first.
        expected: Vec<usize>,
    },
    /// The two files are good, but of different models.
    #[error(
        "the vision file makes vectors of {vision} numbers, the text model reads {text}: they are of different models"
    )]
    Mismatch {
        /// Columns of the merged output.
        vision: usize,
        /// `n_embd` of the language model.
        text: usize,
    },
}

/// Which file of the pair a GGUF file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The language model.
    Text,
    /// The vision tower, llama.cpp's `mmproj`.
    Vision,
}

impl Role {
    /// Reads the role from the file's contents; its name does not matter.
    pub fn of(gguf: &Gguf) -> Result<Self, ModelError> {
        match gguf.architecture()? {
            "qwen2vl" => Ok(Self::Text),
            "clip" => match gguf.opt_str("clip.projector_type")? {
                Some("qwen2vl_merger") => Ok(Self::Vision),
                // Files of the first converter name no projector.
                None if gguf.opt_bool("clip.has_qwen2vl_merger")? == Some(true) => Ok(Self::Vision),
                found => Err(ModelError::Projector { found: found.unwrap_or("none").to_owned() }),
            },
            found => Err(ModelError::Architecture { found: found.to_owned() }),
        }
    }
}

/// Shape of the language model.
#[derive(Clone, Debug, PartialEq)]
pub struct TextConfig {
    /// As its maker calls it.
    pub name: String,
    /// Columns of the residual stream.
    pub n_embd: usize,
    /// Number of blocks.
    pub n_layers: usize,
    /// Query heads, key and value heads, columns of a head.
    pub heads: crate::backend::Heads,
    /// Columns inside the MLP.
    pub n_ff: usize,
    /// Rows of the embedding table.
    pub n_vocab: usize,
    /// Most tokens a conversation may have.
    pub n_context: usize,
    /// Epsilon of the RMS norms.
    pub rms_eps: f32,
    /// Base of the rotary frequencies.
    pub rope_base: f32,
    /// How many rotary frequencies follow the temporal, the row and the column position.
    pub rope_sections: [usize; 3],
}

impl TextConfig {
    /// Reads the configuration of a text file.
    pub fn new(gguf: &Gguf) -> Result<Self, ModelError> {
        let n_embd = positive(gguf, "qwen2vl.embedding_length")?;
        let n_query = positive(gguf, "qwen2vl.attention.head_count")?;
        let n_kv = positive(gguf, "qwen2vl.attention.head_count_kv")?;
        let dim = n_embd / n_query;
        let whole = n_embd == dim * n_query && dim.is_multiple_of(2) && n_query.is_multiple_of(n_kv);
        if !whole {
            return Err(value(
                "qwen2vl.attention.head_count",
                n_query,
                "a divisor of the embedding length, a multiple of head_count_kv",
            ));
        }
        let table = tensor(gguf, "token_embd.weight")?;
        Ok(Self {
            name: gguf.opt_str("general.name")?.unwrap_or("Qwen2-VL").to_owned(),
            n_embd,
            n_layers: positive(gguf, "qwen2vl.block_count")?,
            heads: crate::backend::Heads { n_query, n_kv, dim },
            n_ff: positive(gguf, "qwen2vl.feed_forward_length")?,
            n_vocab: table.shape[0],
            n_context: positive(gguf, "qwen2vl.context_length")?,
            rms_eps: positive_number(gguf, "qwen2vl.attention.layer_norm_rms_epsilon")?,
            rope_base: positive_number(gguf, "qwen2vl.rope.freq_base")?,
            rope_sections: rope_sections(gguf, dim / 2)?,
        })
    }

    /// Columns of keys and of values.
    pub fn n_kv_cols(&self) -> usize {
        self.heads.n_kv * self.heads.dim
    }
}

/// Shape of the vision tower and what it expects of an image.
#[derive(Clone, Debug, PartialEq)]
pub struct VisionConfig {
    /// Columns of the residual stream.
    pub n_embd: usize,
    /// Number of blocks.
    pub n_layers: usize,
    /// Heads and their columns; as many for keys as for queries.
    pub heads: crate::backend::Heads,
    /// Columns of the merged output: the text model's `n_embd`.
    pub n_out: usize,
    /// Epsilon of the layer norms.
    pub eps: f32,
    /// Of the pixels.
    pub normalisation: Normalisation,
    /// The range of image sizes that the model's file recommends, if it does.
    pub pixel_bounds: Option<PixelBounds>,
}

impl VisionConfig {
    /// Base of the rotary frequencies (`Qwen2VLVisionRotaryEmbedding`'s default; no file names it).
    pub const ROPE_BASE: f32 = 10_000.0;

    /// Reads the configuration of a vision file.
    pub fn new(gguf: &Gguf) -> Result<Self, ModelError> {
        let n_embd = positive(gguf, "clip.vision.embedding_length")?;
        let n_heads = positive(gguf, "clip.vision.attention.head_count")?;
        let patch = positive(gguf, "clip.vision.patch_size")?;
        if patch != imaging::PATCH_SIDE_PX {
            return Err(value("clip.vision.patch_size", patch, imaging::PATCH_SIDE_PX));
        }
        let dim = n_embd / n_heads;
        if n_embd != dim * n_heads || !dim.is_multiple_of(4) {
            return Err(value(
                "clip.vision.attention.head_count",
                n_heads,
                "heads of a multiple of four columns",
            ));
        }
        let bounds =
            (gguf.opt_u32("clip.vision.image_min_pixels")?, gguf.opt_u32("clip.vision.image_max_pixels")?);
        Ok(Self {
            n_embd,
            n_layers: positive(gguf, "clip.vision.block_count")?,
            heads: crate::backend::Heads { n_query: n_heads, n_kv: n_heads, dim },
            n_out: tensor(gguf, "mm.2.weight")?.shape[0],
            eps: positive_number(gguf, "clip.vision.attention.layer_norm_epsilon")?,
            normalisation: normalisation(gguf)?,
            pixel_bounds: match bounds {
                (Some(min_pixels), Some(max_pixels)) => Some(PixelBounds { min_pixels, max_pixels }),
                _ => None,
            },
        })
    }
}

/// The tensor `name` of at least one dimension.
pub(crate) fn tensor<'a>(gguf: &'a Gguf, name: &str) -> Result<&'a weights::TensorInfo, ModelError> {
    let missing = || ModelError::MissingTensor { name: name.to_owned() };
    gguf.tensor(name).filter(|t| !t.shape.is_empty()).ok_or_else(missing)
}

fn positive(gguf: &Gguf, key: &str) -> Result<usize, ModelError> {
    match gguf.u32(key)? {
        // A larger count means damage, and would be multiplied by others later.
        n @ 1..=16_777_216 => Ok(n as usize),
        n => Err(value(key, n, "between 1 and 16,777,216")),
    }
}

fn positive_number(gguf: &Gguf, key: &str) -> Result<f32, ModelError> {
    let n = gguf.f32(key)?;
    if n > 0.0 && n.is_finite() { Ok(n) } else { Err(value(key, n, "a number above 0")) }
}

/// Three parts of `n_frequencies`; converters pad them with zeros to four.
fn rope_sections(gguf: &Gguf, n_frequencies: usize) -> Result<[usize; 3], ModelError> {
    let key = "qwen2vl.rope.dimension_sections";
    let found = gguf.i32s(key)?;
    let parts: Option<Vec<usize>> = found.iter().take(3).map(|n| usize::try_from(*n).ok()).collect();
    let parts = parts.and_then(|parts| <[usize; 3]>::try_from(parts).ok());
    let whole = |parts: &[usize; 3]| {
        parts.iter().try_fold(0usize, |sum, n| sum.checked_add(*n)) == Some(n_frequencies)
    };
    parts
        .filter(whole)
        .ok_or_else(|| value(key, format!("{found:?}"), format!("three parts of {n_frequencies}")))
}

fn normalisation(gguf: &Gguf) -> Result<Normalisation, ModelError> {
    let (mean, std) = (three(gguf, "clip.vision.image_mean")?, three(gguf, "clip.vision.image_std")?);
    if std.iter().all(|s| *s > 0.0) {
        Ok(Normalisation { mean, std })
    } else {
        Err(value("clip.vision.image_std", format!("{std:?}"), "three numbers above 0"))
    }
}

fn three(gguf: &Gguf, key: &str) -> Result<[f32; 3], ModelError> {
    let found = gguf.f32s(key)?;
    let three =
        <[f32; 3]>::try_from(found.as_slice()).ok().filter(|three| three.iter().all(|n| n.is_finite()));
    three.ok_or_else(|| value(key, format!("{found:?}"), "three numbers"))
}

fn value(key: &str, found: impl ToString, expected: impl ToString) -> ModelError {
    ModelError::Value { key: key.to_owned(), found: found.to_string(), expected: expected.to_string() }
}
