use super::CheckpointError;

/// Why an adapter is not merged.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message of a variant says what it means")]
pub enum AdapterError {
    #[error("cannot read adapter_config.json")]
    NoConfig(#[source] std::io::Error),
    #[error("in adapter_config.json")]
    Config(#[from] serde_json::Error),
    #[error("in adapter_config.json: peft_type is {found}; only LORA is merged")]
    Kind { found: String },
    #[error(
        "in adapter_config.json: {key} is {value}, which is not merged here; merge with PEFT, save the model, and pack \
         that"
    )]
    NotMerged { key: &'static str, value: String },
    #[error(
        "in adapter_config.json: init_lora_weights is {start:?}, which changes the model's own weights too; convert the \
         adapter to a plain LoRA, or merge with PEFT"
    )]
    Start { start: String },
    #[error("in adapter_config.json: the rank for {module} is 0")]
    NoRank { module: String },
    #[error("in adapter_config.json: the pattern {pattern:?} is not understood")]
    Pattern { pattern: String, source: regex::Error },
    #[error("there is no {file}; only safetensors are read")]
    NoWeights { file: &'static str },
    #[error("{file} holds no tensors")]
    Empty { file: &'static str },
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    #[error("tensor {name}: expected names that begin with {prefix}")]
    Prefix { name: String, prefix: &'static str },
    #[error(
        "tensor {name} belongs to {kind}, which is not merged here; merge with PEFT, save the model, and pack that"
    )]
    TensorKind { name: String, kind: &'static str },
    #[error("tensor {name} would not be used: the head is the embedding in this model (tie_word_embeddings)")]
    TiedHead { name: String },
    #[error(
        "tensor {name} would not be used: the model has no such tensor; is it an adapter of another model?"
    )]
    Unused { name: String },
    #[error(
        "tensor {name} replaces the embedding, which is the head too in this model; merge with PEFT, save the model, \
         and pack that"
    )]
    TiedEmbedding { name: String },
    #[error("tensor {name} has shape {found:?}, the model's has {expected:?}; other shapes cannot be packed")]
    Shape { name: String, found: Vec<usize>, expected: Vec<usize> },
    #[error(
        "tensor {name} has shape {found:?}; expected {expected:?} by the model and the rank in adapter_config.json"
    )]
    FactorShape { name: String, found: Vec<usize>, expected: Vec<usize> },
    #[error("tensor {name} adapts a weight of shape {shape:?}; only matrices are merged")]
    NotAMatrix { name: String, shape: Vec<usize> },
    #[error("{name}: its other factor is missing")]
    Half { name: String },
}
