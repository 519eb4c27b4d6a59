//! Which files are parts of one model.

use weights::{Gguf, SplitPart};

use super::file::File;
use super::joined::Joined;
use crate::{ByteSource, EngineError};

/// One file with its header read.
pub(super) struct OpenFile<S> {
    pub(super) source: S,
    pub(super) gguf: Gguf,
}

/// Parts that belong together by their names.
struct Family<S> {
    name: String,
    n_parts: u32,
    parts: Vec<(SplitPart, OpenFile<S>)>,
}

/// Files as models see them: parts of a split model, in whatever order they come, become one.
pub(super) fn gathered<S: ByteSource>(opened: Vec<OpenFile<S>>) -> Result<Vec<File<S>>, EngineError> {
    let (mut files, mut families) = (Vec::new(), Vec::<Family<S>>::new());
    for opened in opened {
        let part = opened.gguf.split_part();
        let header = |error| EngineError::Header { name: opened.source.name().to_owned(), error };
        let Some(part) = part.map_err(header)? else {
            files.push(File { source: Joined::new(vec![opened.source]), gguf: opened.gguf });
            continue;
        };
        let (name, n_parts) = (family_name(opened.source.name()), part.n_parts);
        match families.iter_mut().find(|family| family.name == name && family.n_parts == n_parts) {
            Some(family) => family.parts.push((part, opened)),
            None => families.push(Family { name, n_parts, parts: vec![(part, opened)] }),
        }
    }
    for family in families {
        files.push(family.joined()?);
    }
    Ok(files)
}

impl<S: ByteSource> Family<S> {
    /// All parts as one file.
    fn joined(self) -> Result<File<S>, EngineError> {
        let Self { n_parts, mut parts, .. } = self;
        parts.sort_by_key(|(part, _)| part.number);
        let named = |place: usize| parts.get(place).map_or("", |(_, opened)| opened.source.name());
        let refused = |found: String| Err(EngineError::Split { found });
        for (place, pair) in parts.windows(2).enumerate() {
            let [(a, _), (b, _)] = pair else { continue };
            let (first, second) = (named(place), named(place + 1));
            if a.n_tensors != b.n_tensors {
                return refused(format!(
                    "{first} is of a model of {} tensors, {second} of one of {}: they are parts of different models",
                    a.n_tensors, b.n_tensors
                ));
            }
            if a.number == b.number {
                return refused(format!("{first} and {second} are both part {} of {n_parts}", a.number + 1));
            }
        }
        if parts.len() != n_parts as usize {
            let numbers: Vec<_> = parts.iter().map(|(part, _)| part.number + 1).collect();
            return refused(format!("of {}, found {} of {n_parts}", named(0), in_words(&numbers)));
        }
        let n_tensors = parts.first().map_or(0, |(part, _)| part.n_tensors as usize);
        let name = named(0).to_owned();
        let (sources, indices): (Vec<_>, Vec<_>) = parts
            .into_iter()
            .map(|(_, OpenFile { source, gguf })| {
                let n_bytes = source.n_bytes();
                (source, (gguf, n_bytes))
            })
            .unzip();
        let header = |error| EngineError::Header { name: name.clone(), error };
        let gguf = Gguf::joined(indices).map_err(header)?;
        match gguf.tensors().len() {
            found if found == n_tensors => Ok(File { source: Joined::new(sources), gguf }),
            found => refused(format!(
                "the {n_parts} parts from {name} on hold {found} tensors, the first says {n_tensors}: they are parts of different models"
            )),
        }
    }
}

/// What stands before `-00001-of-00003` in a file's name; nothing where that is not in it. Parts that were renamed are taken
/// to be of one model.
fn family_name(name: &str) -> String {
    let is_mark = |at: usize| {
        let bytes = name.as_bytes().get(at..at + "-00001-of-00003".len());
        bytes.is_some_and(|mark| {
            mark.iter().zip(b"-00000-of-00000").all(|(found, pattern)| match pattern {
                b'0' => found.is_ascii_digit(),
                _ => found == pattern,
            })
        })
    };
    let at = (0..name.len()).rev().find(|at| is_mark(*at));
    at.and_then(|at| name.get(..at)).unwrap_or_default().to_owned()
}

/// `part 2`, `parts 1 and 3`, `parts 1, 2 and 4`.
fn in_words(numbers: &[u32]) -> String {
    let texts: Vec<_> = numbers.iter().map(u32::to_string).collect();
    match texts.as_slice() {
        [] => "no part".to_owned(),
        [one] => format!("part {one}"),
        [others @ .., last] => format!("parts {} and {last}", others.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::{family_name, in_words};

    #[test]
    fn a_family_is_what_stands_before_the_numbers() {
        assert_eq!(family_name("a-Q4_K_M-00001-of-00003.gguf"), "a-Q4_K_M");
        assert_eq!(family_name("a-00002-of-00003 (1).gguf"), "a");
        assert_eq!(family_name("é-00002-of-00003.gguf"), "é");
        assert_eq!(family_name("a-0001-of-0003.gguf"), "");
        assert_eq!(family_name(""), "");
    }

    #[test]
    fn numbers_are_listed_as_a_person_would() {
        assert_eq!(in_words(&[2]), "part 2");
        assert_eq!(in_words(&[1, 3]), "parts 1 and 3");
        assert_eq!(in_words(&[1, 2, 4]), "parts 1, 2 and 4");
    }
}
