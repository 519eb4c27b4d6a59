use std::collections::BTreeMap;

use download::Place;
use serde::Deserialize;

use crate::pattern;

/// One model that the page offers.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its identifier: lower-case letters, digits, hyphens.
    pub id: String,
    /// As people call it.
    pub title: String,
    /// Its architecture.
    pub family: String,
    /// Of text model and vision tower together.
    pub n_parameters: u64,
    /// As its authors state it.
    pub licence: String,
    /// What it is for, in a sentence or two.
    pub purpose: String,
    /// Where it can be downloaded, best first.
    pub sources: Vec<Source>,
    /// The published result, if any.
    pub score: Option<Score>,
    /// What is unverified, or what one should know before using it.
    pub note: Option<String>,
    /// Published lengths of text models, by quantisation, rounded as published. The host's own figure takes precedence.
    #[serde(default)]
    pub text_bytes: BTreeMap<String, u64>,
}

/// Where a model can be downloaded.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum Source {
    /// It comes with the page.
    Bundled {
        /// The text model, relative to the page.
        text: String,
        /// The vision tower, relative to the page.
        vision: String,
    },
    /// GGUF files on a hub.
    Repository {
        /// Which.
        place: Place,
        /// Names of text models, `*` for any characters.
        text: String,
        /// Names of vision towers, if the repository has any.
        vision: Option<String>,
    },
    /// Safetensors, which one command turns into a pair.
    Pack {
        /// Where the safetensors are.
        place: Place,
        /// What to type, once they are in a folder.
        command: String,
    },
}

/// A published result.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Score {
    /// Which benchmark.
    pub benchmark: String,
    /// Questions answered right.
    pub hits: u32,
    /// Of how many.
    pub n: u32,
    /// Who published it, and where.
    pub source: String,
}

impl Score {
    /// The share of right answers.
    pub fn share(&self) -> f64 {
        f64::from(self.hits) / f64::from(self.n.max(1))
    }
}

impl Entry {
    /// The hubs that have its pair, best first.
    pub fn repositories(&self) -> impl Iterator<Item = &Place> {
        self.sources.iter().filter_map(|source| match source {
            Source::Repository { place, .. } => Some(place),
            Source::Bundled { .. } | Source::Pack { .. } => None,
        })
    }

    /// Whether it comes with the page.
    pub fn is_bundled(&self) -> bool {
        self.sources.iter().any(|source| matches!(source, Source::Bundled { .. }))
    }

    /// Where its safetensors are and what makes a pair of them.
    pub fn pack(&self) -> Option<(&Place, &str)> {
        self.sources.iter().find_map(|source| match source {
            Source::Pack { place, command } => Some((place, command.as_str())),
            Source::Bundled { .. } | Source::Repository { .. } => None,
        })
    }

    /// Whether a file of a repository belongs to this model, by its name.
    pub fn takes(&self, from: &Place, name: &str) -> bool {
        self.sources.iter().any(|source| match source {
            Source::Repository { place, text, vision } if place == from => {
                let fits = |pattern: &String| pattern::matches(pattern, name);
                fits(text) || vision.as_ref().is_some_and(fits)
            }
            _ => false,
        })
    }
}

/// The page of a place, for people.
pub fn page_of(place: &Place) -> String {
    match place {
        Place::HuggingFace(repository) => format!("https://huggingface.co/{repository}"),
        Place::ModelScope(repository) => format!("https://modelscope.cn/models/{repository}"),
        Place::Manifest(address) => address.clone(),
    }
}

/// The host of an address or a place, which is shown to a person before any request is sent there.
pub fn host_of(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}
