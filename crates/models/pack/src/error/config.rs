/// Why a `config.json` cannot be packed. A number that is a string says so if it is a default.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message of a variant says what it means")]
pub enum ConfigError {
    #[error("model_type is {0}; only qwen2_vl can be packed")]
    ModelType(String),
    #[error("a field of the text model")]
    Text(#[source] serde_json::Error),
    #[error("vision_config")]
    Vision(#[source] serde_json::Error),
    #[error("{name} is 0; expected at least 1")]
    Zero { name: &'static str },
    #[error(
        "hidden_act of the text model and of the vision tower are {found:?}; a Qwen2-VL file can only say [\"silu\", \
         \"quick_gelu\"]"
    )]
    Activations { found: [String; 2] },
    #[error(
        "hidden_size is {hidden} and num_attention_heads {heads}; expected a whole, even width for every head"
    )]
    HeadWidth { hidden: String, heads: String },
    #[error("num_attention_heads is {heads} and num_key_value_heads {kv_heads}; expected a multiple")]
    KeyHeads { heads: String, kv_heads: String },
    #[error("mrope_section is {found:?}; expected three numbers for time, height and width")]
    Sections { found: Vec<i32> },
    #[error(
        "mrope_section is {found:?}; expected three numbers that sum to half the head width, {half} (hidden_size \
         {hidden}, num_attention_heads {heads})"
    )]
    SectionSum { found: [i32; 3], half: usize, hidden: String, heads: String },
    #[error(
        "in_channels, patch_size, spatial_merge_size and temporal_patch_size are {found:?}; a qwen2vl_merger file can \
         only say [3, 14, 2, 2]"
    )]
    Patches { found: [usize; 4] },
    #[error(
        "vision_config.embed_dim is {width} and num_heads {heads}; expected a head width that is a multiple of 4"
    )]
    VisionHeadWidth { width: String, heads: String },
    #[error("vision_config.hidden_size is {found}; expected the text model's hidden_size, {expected}")]
    Width { found: String, expected: String },
    #[error("tie_word_embeddings is false, but the safetensors hold no lm_head.weight")]
    NoHead,
}
