use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{Headers, ModelKey, Wanted, address::Address};

/// How a host distinguishes two versions of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validator {
    /// A strong ETag, with its quotes.
    pub etag: Option<String>,
    /// `Last-Modified`, as it came.
    pub last_modified: Option<String>,
}

impl Validator {
    /// Whether `seen` names the same version; `None` if the two have nothing to compare. An ETag outranks a date.
    pub(crate) fn agrees(&self, seen: &Self) -> Option<bool> {
        let same = |a: &Option<String>, b: &Option<String>| a.as_ref().zip(b.as_ref()).map(|(a, b)| a == b);
        same(&self.etag, &seen.etag).or_else(|| same(&self.last_modified, &seen.last_modified))
    }
}

/// What the headers of an answer say about its file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Identity {
    /// Length of the whole file.
    pub(crate) n_bytes: Option<u64>,
    /// Of the whole file, in lower case.
    pub(crate) sha256: Option<String>,
    /// Its version.
    pub(crate) validator: Validator,
    /// The first byte of the body, if the host says it.
    pub(crate) start: Option<u64>,
}

impl Identity {
    /// The identity in an answer with the whole file (200), or with the requested part of it (206), from `start` to `end`.
    ///
    /// Only `X-Linked-ETag` counts as a SHA-256: the hub defines it so. Other hosts' ETags of 64 digits are hashes of
    /// something else (of a CDN's blocks, of a commit), and serve as validators only.
    pub(crate) fn of(headers: &Headers, part: Option<(u64, Option<u64>)>) -> Self {
        let length = headers.content_length.as_deref().and_then(number);
        // The length of a compressed body is not the length of the file.
        let length = length.filter(|_| !is_encoded(headers));
        let range = headers.content_range.as_deref().and_then(content_range);
        let n_bytes = match part {
            None => length.or_else(|| headers.x_linked_size.as_deref().and_then(number)),
            Some((start, end)) => match range {
                Some((_, total)) => total,
                // Not every host exposes Content-Range. The body is the rest of the file.
                None if end.is_none() => length.and_then(|length| start.checked_add(length)),
                None => None,
            },
        };
        Self {
            n_bytes,
            sha256: headers.x_linked_etag.as_deref().and_then(is_sha256),
            validator: Validator {
                etag: headers
                    .etag
                    .as_deref()
                    .map(str::trim)
                    .filter(|tag| tag.starts_with('"'))
                    .map(str::to_owned),
                last_modified: headers.last_modified.clone(),
            },
            start: part.and(range.map(|(start, _)| start)),
        }
    }
}

/// Whether the body was compressed in transit.
pub(crate) fn is_encoded(headers: &Headers) -> bool {
    headers
        .content_encoding
        .as_deref()
        .map(str::trim)
        .is_some_and(|encoding| !encoding.is_empty() && encoding != "identity")
}

/// A SHA-256 in lower case, with or without quotes around it, if it is one.
pub(crate) fn is_sha256(text: &str) -> Option<String> {
    let text = text.trim().trim_matches('"');
    (text.len() == 64 && text.bytes().all(|digit| digit.is_ascii_hexdigit()))
        .then(|| text.to_ascii_lowercase())
}

fn number(text: &str) -> Option<u64> {
    text.trim().parse().ok()
}

/// First byte and length of the whole file of `bytes 0-99/1234`, where the length may be `*`.
fn content_range(text: &str) -> Option<(u64, Option<u64>)> {
    let (range, total) = text.trim().strip_prefix("bytes")?.trim().split_once('/')?;
    let (start, _) = range.split_once('-')?;
    Some((number(start)?, number(total)))
}

/// The name of a file in the store: its file name, and 16 digits of the hash of what it is. That is its SHA-256 if it
/// is known, otherwise its first address; for files on a hub `owner/repository/path`, whichever hub or mirror they come from.
pub fn file_key(wanted: &Wanted) -> String {
    let identity = match wanted.sha256.as_deref().and_then(is_sha256) {
        Some(sha256) => format!("sha256:{sha256}"),
        None => format!(
            "address:{}",
            wanted.mirrors.first().map(|address| canonical(address)).unwrap_or_default()
        ),
    };
    format!("{}-{}", plain(&wanted.name), digits(&[&identity]))
}

/// The name of a model in the store, from its title and the keys of its files, in the order of the wish.
pub fn model_key(title: &str, files: &[String]) -> ModelKey {
    let parts: Vec<&str> = std::iter::once(title).chain(files.iter().map(String::as_str)).collect();
    ModelKey(format!("{}-{}", plain(title), digits(&parts)))
}

/// An address without its query, and without what differs between hubs and mirrors.
fn canonical(address: &str) -> String {
    let Some(Address { scheme, authority, path }) = Address::parse(address) else {
        return address.to_owned();
    };
    let host = authority.strip_prefix("www.").unwrap_or(authority);
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    match (host, parts.as_slice()) {
        ("huggingface.co" | "hf.co" | "hf-mirror.com", [owner, repository, "resolve", _, path @ ..])
        | ("modelscope.cn", ["models", owner, repository, "resolve", _, path @ ..]) => {
            format!("{owner}/{repository}/{}", path.join("/"))
        }
        _ => format!("{scheme}://{authority}{path}"),
    }
}

/// `name` without the characters that a file system might refuse.
fn plain(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '-' };
    let name: String = name.chars().take(80).map(plain).collect();
    if name.starts_with('.') || name.is_empty() { format!("_{name}") } else { name }
}

fn digits(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
