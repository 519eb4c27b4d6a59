use std::collections::BTreeSet;

use download::Place;
use serde::Deserialize;
use thiserror::Error;

use crate::{Entry, Source};

/// What is wrong with a catalogue.
#[derive(Debug, Error)]
pub enum CatalogueError {
    /// It does not have the form of one.
    #[error("the catalogue is not what was expected: {0}")]
    Shape(#[from] serde_json::Error),
    /// An entry says something impossible.
    #[error("the catalogue's entry “{id}”: {found}")]
    Entry {
        /// Its id.
        id: String,
        /// What was found, and what was expected.
        found: String,
    },
}

/// A catalogue as it is written. [`parse`] also judges it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// In the order in which they are shown.
    pub models: Vec<Entry>,
}

/// Reads a catalogue and judges every entry.
pub fn parse(json: &str) -> Result<Vec<Entry>, CatalogueError> {
    let Catalogue { models } = serde_json::from_str(json)?;
    let mut ids = BTreeSet::new();
    for entry in &models {
        let found = if ids.insert(&entry.id) { judge(entry) } else { Err("its id occurs twice".into()) };
        found.map_err(|found| CatalogueError::Entry { id: entry.id.clone(), found })?;
    }
    Ok(models)
}

fn judge(entry: &Entry) -> Result<(), String> {
    let is_id = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if entry.id.is_empty() || !entry.id.chars().all(is_id) {
        return Err("an id has small letters, digits and hyphens".into());
    }
    let texts = [
        ("title", &entry.title),
        ("family", &entry.family),
        ("licence", &entry.licence),
        ("purpose", &entry.purpose),
    ];
    if let Some((name, _)) = texts.iter().find(|(_, text)| text.trim().is_empty()) {
        return Err(format!("its {name} is missing"));
    }
    if entry.n_parameters == 0 {
        return Err("a model has parameters; n_parameters is 0".into());
    }
    if entry.sources.is_empty() {
        return Err("it has no source; at least one is needed".into());
    }
    entry.sources.iter().try_for_each(judge_source)?;
    if let Some(score) = &entry.score {
        if score.source.trim().is_empty() || score.benchmark.trim().is_empty() {
            return Err("its score does not say which benchmark it is of or where it was published".into());
        }
        if score.n == 0 || score.hits > score.n {
            return Err(format!("its score has {} right of {} questions", score.hits, score.n));
        }
    }
    match entry.text_bytes.iter().find(|(name, n)| !crate::is_readable(name) || **n == 0) {
        Some((name, n)) => {
            Err(format!("text_bytes has {n} for “{name}”; a known quantisation and its length are needed"))
        }
        None => Ok(()),
    }
}

fn judge_source(source: &Source) -> Result<(), String> {
    match source {
        Source::Bundled { text, vision } => {
            match [text, vision]
                .into_iter()
                .find(|path| path.starts_with('/') || path.contains(':') || !path.ends_with(".gguf"))
            {
                Some(path) => Err(format!("“{path}” is not a GGUF file beside the page")),
                None => Ok(()),
            }
        }
        Source::Repository { place, text, vision } => {
            judge_place(place)?;
            match [Some(text), vision.as_ref()].into_iter().flatten().find(|name| !name.ends_with(".gguf")) {
                Some(name) => Err(format!("the pattern “{name}” does not end in .gguf")),
                None => Ok(()),
            }
        }
        Source::Pack { place, command } => {
            judge_place(place)?;
            if command.starts_with("qvm pack ") {
                Ok(())
            } else {
                Err(format!("“{command}” is not a `qvm pack` command"))
            }
        }
    }
}

fn judge_place(place: &Place) -> Result<(), String> {
    match place {
        Place::HuggingFace(repository) | Place::ModelScope(repository) => {
            let is_part = |part: &str| {
                !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
            };
            match repository.split_once('/') {
                Some((owner, name)) if is_part(owner) && is_part(name) => Ok(()),
                _ => Err(format!("“{repository}” is not owner/repository")),
            }
        }
        Place::Manifest(address) if address.starts_with("https://") => Ok(()),
        Place::Manifest(address) => Err(format!("“{address}” is not an https address")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REAL: &str = include_str!("../../../../web/models.json");

    fn with(from: &str, to: &str) -> String {
        let one = r#"{"models": [{"id": "a", "title": "A", "family": "Qwen2-VL", "n_parameters": 1, "licence": "MIT", "purpose": "To try.",
            "sources": [{"repository": {"place": {"HuggingFace": "o/r"}, "text": "*.gguf"}}],
            "score": {"benchmark": "B", "hits": 1, "n": 2, "source": "S"}}]}"#;
        assert!(one.contains(from), "{from}");
        let json = one.replace(from, to);
        match parse(&json) {
            Ok(_) => "taken".into(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn the_real_list_is_well_formed_and_short() {
        let entries = parse(REAL).unwrap();
        assert!(REAL.lines().count() <= 120, "{} lines", REAL.lines().count());
        assert_eq!(entries.iter().filter(|entry| entry.is_bundled()).count(), 1);
        let med = entries.iter().find(|entry| entry.id == "qwen2-vl-7b-med").unwrap();
        assert!(med.pack().is_some_and(|(_, command)| command.contains("--from")));
        assert!(entries.iter().filter(|entry| entry.repositories().next().is_some()).count() >= 2);
    }

    #[test]
    fn an_entry_that_cannot_be_is_refused_with_a_reason() {
        assert_eq!(with("MIT", "MIT"), "taken");
        for (from, to, said) in [
            (r#""licence": "MIT""#, r#""licence": " ""#, "licence is missing"),
            (r#""licence": "MIT", "#, "", "missing field `licence`"),
            (r#""licence""#, r#""license""#, "unknown field `license`"),
            (r#""a""#, r#""A b""#, "small letters"),
            (r#"[{"repository": {"place": {"HuggingFace": "o/r"}, "text": "*.gguf"}}]"#, "[]", "no source"),
            ("o/r", "o/r/x", "owner/repository"),
            (r#"{"HuggingFace": "o/r"}"#, r#"{"Manifest": "http://x/m.json"}"#, "https"),
            ("*.gguf", "*.bin", ".gguf"),
            (r#""source": "S""#, r#""source": """#, "where it was published"),
            (r#""hits": 1"#, r#""hits": 3"#, "3 right of 2"),
            (r#""n_parameters": 1"#, r#""n_parameters": 0"#, "has parameters"),
        ] {
            let found = with(from, to);
            assert!(found.contains(said), "{to}: {found}");
        }
        let twice = REAL.replacen("qwen2-vl-7b-instruct", "qwen2-vl-2b-instruct", 1);
        assert!(parse(&twice).unwrap_err().to_string().contains("twice"));
    }
}
