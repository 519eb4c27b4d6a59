use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use bench::{Conditions, Question, Reply};

/// What the first line of a log says.
pub(super) const FORMAT: &str = "qwen2-vl-med benchmark run";
/// Raised when an older reader would misread what is written.
pub(super) const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
pub(super) struct Header<'a> {
    pub(super) format: Cow<'a, str>,
    pub(super) version: u32,
    pub(super) notice: Cow<'a, str>,
    pub(super) id: Cow<'a, str>,
    pub(super) name: Cow<'a, str>,
    pub(super) conditions: Cow<'a, Conditions>,
    pub(super) n_total: u32,
}

/// What is read first, to tell a stranger from one of ours that this version cannot read.
#[derive(Deserialize)]
pub(super) struct Kind {
    pub(super) format: String,
    pub(super) version: u32,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Answer<'a> {
    pub(super) number: u32,
    pub(super) question: Cow<'a, Question>,
    pub(super) reply: Cow<'a, Reply>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Name<'a> {
    pub(super) name: Cow<'a, str>,
}

/// A record after the header.
pub(super) enum Record {
    Answer(Box<(u32, Question, Reply)>),
    Name(String),
}

impl Record {
    /// None where a line is neither. A record that was appended to a torn one is found: the sign that it begins with cannot stand
    /// within a record, where a quotation mark in a text is escaped.
    pub(super) fn read(line: &[u8]) -> Option<Self> {
        Self::read_whole(line).or_else(|| {
            let begins = |sign: &[u8]| line.windows(sign.len()).rposition(|window| window == sign);
            let at = begins(br#"{"number":"#).max(begins(br#"{"name":"#)).filter(|&at| at > 0)?;
            Self::read_whole(line.get(at..)?)
        })
    }

    fn read_whole(line: &[u8]) -> Option<Self> {
        if let Ok(Answer { number, question, reply }) = serde_json::from_slice(line) {
            return Some(Self::Answer(Box::new((number, question.into_owned(), reply.into_owned()))));
        }
        let Name { name } = serde_json::from_slice(line).ok()?;
        Some(Self::Name(name.into_owned()))
    }
}

/// JSON has no word for a number that is none: a reply with one is written without what cannot be read back.
pub(super) fn writable(reply: &Reply) -> Cow<'_, Reply> {
    if reply.seconds.is_finite() && reply.preference.iter().all(|share| share.is_finite()) {
        return Cow::Borrowed(reply);
    }
    let mut reply = reply.clone();
    if !reply.seconds.is_finite() {
        reply.seconds = 0.0;
    }
    if !reply.preference.iter().all(|share| share.is_finite()) {
        reply.preference.clear();
    }
    Cow::Owned(reply)
}

/// A record as one line, ended by a line feed.
pub(super) fn line(record: &impl Serialize) -> String {
    #[expect(clippy::expect_used, reason = "plain data without maps always serialises")]
    let json = serde_json::to_string(record).expect("plain data");
    json + "\n"
}
