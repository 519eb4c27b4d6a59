use super::LogError;
use super::lines::{FORMAT, Header, Kind, Record, VERSION};
use bench::{Answered, KeptRun, Rule, Run};

/// A log as far as it can be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Log {
    /// The run.
    pub kept: KeptRun,
    /// Lines that are left out: those that cannot be read, and the answers that do not follow the one before.
    pub n_damaged: u32,
}

/// Reads a log. With a `rule` the answers are read under it and the run's conditions say so, otherwise under the rule that the
/// header names.
///
/// # Errors
/// If the bytes are not the log of a run, or this version cannot read it. Damage after the header is not an error.
pub fn parse(bytes: &[u8], rule: Option<Rule>) -> Result<Log, LogError> {
    // Anything after the last line feed is torn.
    let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(&[][..], |end| &bytes[..end]);
    let mut lines = whole.split(|&byte| byte == b'\n');
    let header = match lines.next() {
        Some(line) if !line.is_empty() => header(line)?,
        _ => return Err(LogError::NoHeader { n_bytes: bytes.len() }),
    };
    let mut conditions = header.conditions.into_owned();
    conditions.rule = rule.unwrap_or(conditions.rule);
    let rule = conditions.rule;
    let mut name = header.name.into_owned();
    let mut answers: Vec<Answered> = Vec::new();
    let mut n_damaged = 0;
    for line in lines.filter(|line| !line.trim_ascii().is_empty()) {
        match Record::read(line) {
            Some(Record::Name(last)) => name = last,
            Some(Record::Answer(answer)) => {
                let (number, question, reply) = *answer;
                let number = number as usize;
                if number == answers.len() && number < header.n_total as usize {
                    answers.push(Answered::new(rule, question, reply));
                } else if number >= answers.len() {
                    n_damaged += 1;
                }
            }
            None => n_damaged += 1,
        }
    }
    let run = Run { conditions, n_total: header.n_total, answers };
    Ok(Log { kept: KeptRun { id: header.id.into_owned(), name, run }, n_damaged })
}

fn header(line: &[u8]) -> Result<Header<'static>, LogError> {
    /// Characters of a foreign line that the message shows.
    const SHOWN: usize = 60;
    let Ok(kind) = serde_json::from_slice::<Kind>(line) else {
        let beginning = &line[..line.len().min(4 * SHOWN)];
        return Err(LogError::NotOurs {
            found: String::from_utf8_lossy(beginning).chars().take(SHOWN).collect(),
        });
    };
    if kind.format != FORMAT {
        return Err(LogError::NotOurs { found: kind.format.chars().take(SHOWN).collect() });
    }
    if kind.version != VERSION {
        return Err(LogError::Version { found: kind.version });
    }
    serde_json::from_slice(line).map_err(|error| LogError::Header { reason: error.to_string() })
}
