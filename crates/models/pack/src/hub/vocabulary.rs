//! The tokenizer's part of the metadata: tokens, their kinds, merges, special ids, chat template.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value as Json;

use super::read_json;
use crate::error::{Result, TokenizerError, ensure, file_error};
use crate::pair::container::{Key, Value};
use crate::pair::keys::key;

// `enum llama_token_type` in llama.h.
const NORMAL: i32 = 1;
const CONTROL: i32 = 3;
const USER_DEFINED: i32 = 4;
const UNUSED: i32 = 5;

/// A tokenizer, from either of the hub's forms.
struct Vocabulary {
    /// Text and kind by id.
    tokens: BTreeMap<usize, (String, i32)>,
    merges: Vec<String>,
}

#[derive(Deserialize)]
struct AddedToken {
    content: String,
    #[serde(default)]
    special: bool,
}

impl Vocabulary {
    fn read(folder: &Path) -> Result<Self> {
        match read_json(folder, "tokenizer.json")? {
            Some(tokenizer) => Self::from_tokenizer_json(&tokenizer),
            None => Self::from_vocab_and_merges(folder),
        }
    }

    fn from_tokenizer_json(tokenizer: &Json) -> Result<Self> {
        let file = "tokenizer.json";
        let no_merges = TokenizerError::NoBpe { file, what: "model.merges" };
        let merges = tokenizer.pointer("/model/merges").and_then(Json::as_array).ok_or(no_merges)?;
        let mut vocabulary = Self {
            tokens: base_tokens(file, tokenizer.pointer("/model/vocab"))?,
            merges: merges.iter().map(merge).collect::<Result<_, _>>()?,
        };
        for added in tokenizer.get("added_tokens").and_then(Json::as_array).into_iter().flatten() {
            let id = added.get("id").and_then(Json::as_u64);
            let (Some(id), Ok(token)) = (id, serde_json::from_value(added.clone())) else {
                return Err(TokenizerError::Added { token: added.to_string() }.into());
            };
            vocabulary.add(id, token)?;
        }
        Ok(vocabulary)
    }

    fn from_vocab_and_merges(folder: &Path) -> Result<Self> {
        let Some(vocab) = read_json(folder, "vocab.json")? else {
            return Err(TokenizerError::Absent { folder: folder.to_path_buf() }.into());
        };
        let path = folder.join("merges.txt");
        let text = fs::read_to_string(&path).map_err(file_error("read", &path))?;
        let lines = text.lines().enumerate().filter(|(i, line)| !(*i == 0 && line.starts_with('#')));
        let merges = lines.map(|(_, line)| line).filter(|line| !line.is_empty()).map(str::to_owned).collect();
        let mut vocabulary = Self { tokens: base_tokens("vocab.json", Some(&vocab))?, merges };
        let config = read_json(folder, "tokenizer_config.json")?.unwrap_or(Json::Null);
        for (id, added) in config.get("added_tokens_decoder").and_then(Json::as_object).into_iter().flatten()
        {
            let (Ok(number), Ok(token)) = (id.parse(), serde_json::from_value(added.clone())) else {
                return Err(TokenizerError::AddedById { id: id.clone(), token: added.to_string() }.into());
            };
            vocabulary.add(number, token)?;
        }
        Ok(vocabulary)
    }

    fn add(&mut self, id: u64, token: AddedToken) -> Result<()> {
        let kind = if token.special { CONTROL } else { USER_DEFINED };
        self.tokens.insert(usize::try_from(id)?, (token.content, kind));
        Ok(())
    }

    fn id_of(&self, text: &str) -> Option<usize> {
        self.tokens.iter().find(|(_, (content, _))| content == text).map(|(&id, _)| id)
    }
}

fn base_tokens(
    file: &'static str,
    vocab: Option<&Json>,
) -> Result<BTreeMap<usize, (String, i32)>, TokenizerError> {
    let what = "vocabulary, an object of tokens and their ids";
    let vocab = vocab.and_then(Json::as_object).ok_or(TokenizerError::NoBpe { file, what })?;
    let token = |(text, id): (&String, &Json)| {
        let id = id.as_u64().and_then(|id| usize::try_from(id).ok());
        id.map(|id| (id, (text.clone(), NORMAL)))
            .ok_or_else(|| TokenizerError::NoId { file, token: text.clone() })
    };
    vocab.iter().map(token).collect()
}

/// A merge, as one string (older files) or as a pair.
fn merge(value: &Json) -> Result<String, TokenizerError> {
    match (value, value.as_array().map(Vec::as_slice)) {
        (Json::String(merge), _) => Ok(merge.clone()),
        (_, Some([Json::String(left), Json::String(right)])) => Ok(format!("{left} {right}")),
        _ => Err(TokenizerError::Merge { merge: value.to_string() }),
    }
}

/// `tokenizer.*` of the text file. Ids below `n_vocab` without a token become `[PADn]`, as in the converter.
pub(super) fn keys(folder: &Path, n_vocab: usize) -> Result<Vec<Key>> {
    let vocabulary = Vocabulary::read(folder)?;
    let largest = vocabulary.tokens.keys().next_back().copied().unwrap_or(0);
    ensure(largest < n_vocab, || TokenizerError::Beyond { largest, n_vocab })?;
    let listed: Vec<(String, i32)> = (0..n_vocab)
        .map(|id| vocabulary.tokens.get(&id).cloned().unwrap_or_else(|| (format!("[PAD{id}]"), UNUSED)))
        .collect();
    let (tokens, kinds) = listed.into_iter().unzip();
    let config = read_json(folder, "tokenizer_config.json")?.unwrap_or(Json::Null);

    let mut keys = vec![
        key("tokenizer.ggml.model", Value::String("gpt2".into())),
        key("tokenizer.ggml.pre", Value::String("qwen2".into())),
        key("tokenizer.ggml.tokens", Value::Strings(tokens)),
        key("tokenizer.ggml.token_type", Value::I32s(kinds)),
    ];
    for (hub, gguf) in [("eos", "eos"), ("pad", "padding"), ("bos", "bos")] {
        if let Some(id) = special_id(folder, &config, &vocabulary, hub)? {
            keys.push(key(&format!("tokenizer.ggml.{gguf}_token_id"), Value::U32(id)));
        }
    }
    keys.push(key("tokenizer.ggml.merges", Value::Strings(vocabulary.merges)));
    // Qwen2 adds neither to a text.
    keys.push(key("tokenizer.ggml.add_bos_token", Value::Bool(false)));
    keys.push(key("tokenizer.ggml.add_eos_token", Value::Bool(false)));
    keys.extend(
        chat_template(folder, &config)?.map(|text| key("tokenizer.chat_template", Value::String(text))),
    );
    Ok(keys)
}

/// The id of a special token: by its text in tokenizer_config.json, or else by number in config.json.
fn special_id(folder: &Path, config: &Json, vocabulary: &Vocabulary, kind: &str) -> Result<Option<u32>> {
    let entry = config.get(format!("{kind}_token"));
    let text = entry.and_then(|e| e.as_str().or_else(|| e.get("content")?.as_str()));
    if let Some(id) = text.and_then(|text| vocabulary.id_of(text)) {
        return Ok(Some(u32::try_from(id)?));
    }
    let root = read_json(folder, "config.json")?.unwrap_or(Json::Null);
    let name = format!("{kind}_token_id");
    let id = root.get(&name).or_else(|| root.get("text_config")?.get(&name)).and_then(Json::as_u64);
    Ok(id.map(u32::try_from).transpose()?)
}

/// From tokenizer_config.json, or else from the separate file that newer folders have.
fn chat_template(folder: &Path, config: &Json) -> Result<Option<String>> {
    let text = |json: &Json| json.get("chat_template").and_then(Json::as_str).map(str::to_owned);
    if let Some(template) = text(config) {
        return Ok(Some(template));
    }
    let path = folder.join("chat_template.jinja");
    if path.is_file() {
        return Ok(Some(fs::read_to_string(&path).map_err(file_error("read", &path))?));
    }
    Ok(read_json(folder, "chat_template.json")?.as_ref().and_then(text))
}
