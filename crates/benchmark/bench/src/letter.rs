use std::fmt;

use serde::{Deserialize, Serialize};

/// The most options a question can have: one for each letter.
pub const MAX_OPTIONS: usize = 26;

/// The letter of an option, A to Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "char", try_from = "char")]
pub struct Letter(u8);

/// A character that is not a letter of an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the letter of an option; expected one of A to Z, a capital")]
pub struct NotALetter(pub char);

impl Letter {
    /// The letter of the option at `index`, where 0 is A; none from 26 on.
    pub const fn of(index: usize) -> Option<Self> {
        if index < MAX_OPTIONS { Some(Self(index as u8)) } else { None }
    }

    /// The place of its option, where 0 is A.
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// The letter as a character, A to Z.
    pub const fn char(self) -> char {
        (b'A' + self.0) as char
    }

    /// The letters of the first `n` options.
    pub fn first(n: usize) -> impl Iterator<Item = Self> {
        (0..n).map_while(Self::of)
    }
}

impl From<Letter> for char {
    fn from(letter: Letter) -> Self {
        letter.char()
    }
}

impl TryFrom<char> for Letter {
    type Error = NotALetter;

    fn try_from(c: char) -> Result<Self, NotALetter> {
        if c.is_ascii_uppercase() { Ok(Self(c as u8 - b'A')) } else { Err(NotALetter(c)) }
    }
}

impl fmt::Display for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.char())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_its_place() {
        assert_eq!(Letter::of(0).unwrap().char(), 'A');
        assert_eq!(Letter::of(25).unwrap().char(), 'Z');
        assert_eq!(Letter::of(26), None);
        assert_eq!(Letter::try_from('E').unwrap().index(), 4);
        assert_eq!(Letter::try_from('e'), Err(NotALetter('e')));
        assert_eq!(Letter::try_from('['), Err(NotALetter('[')));
        assert_eq!(Letter::first(3).map(Letter::char).collect::<String>(), "ABC");
        assert_eq!(Letter::first(40).count(), 26);
    }

    #[test]
    fn it_crosses_as_one_character() {
        let letter = Letter::of(2).unwrap();
        assert_eq!(serde_json::to_string(&letter).unwrap(), "\"C\"");
        assert_eq!(serde_json::from_str::<Letter>("\"C\"").unwrap(), letter);
        assert!(serde_json::from_str::<Letter>("\"c\"").is_err());
    }
}
