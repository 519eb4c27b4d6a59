use serde::{Deserialize, Serialize};

use super::{ImagePlace, IndexError};
use crate::{Problem, Question};

/// Raised whenever the same file would give another index; stored indices are named by it.
pub const INDEX_FORMAT: u32 = 1;

/// What a data set's file contains: its questions, and the place of each image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// In the order of the file.
    pub questions: Vec<Question>,
    /// The image of each question.
    pub images: Vec<ImagePlace>,
    /// The first of the rows that were left out.
    pub problems: Vec<Problem>,
    /// How many there are in all.
    pub n_problems: u32,
    /// The row of each question, counted from 1 without the header.
    pub rows: Vec<u64>,
}

/// An index begins with these bytes; a digest and the index as JSON follow.
const MAGIC: [u8; 8] = *b"qvindex\x01";
const N_DIGEST_BYTES: usize = 32;

impl Index {
    /// The bytes to store: about 1 MB for the 4,550 questions of GMAI-MMBench VAL.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Plain texts and numbers always serialise.
        let json = serde_json::to_vec(self).unwrap_or_default();
        let mut bytes = Vec::with_capacity(MAGIC.len() + N_DIGEST_BYTES + json.len());
        bytes.extend(MAGIC);
        bytes.extend(blake3::hash(&json).as_bytes());
        bytes.extend(json);
        bytes
    }

    /// Reads stored bytes.
    ///
    /// # Errors
    /// [`to_bytes`](Self::to_bytes) of this version did not write these bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, IndexError> {
        let rest = bytes.strip_prefix(&MAGIC).ok_or(IndexError::Format { expected: INDEX_FORMAT })?;
        let (digest, json) =
            rest.split_at_checked(N_DIGEST_BYTES).ok_or(IndexError::Damaged("it is cut off"))?;
        if blake3::hash(json).as_bytes() != digest {
            return Err(IndexError::Damaged("its digest differs"));
        }
        let index: Self = serde_json::from_slice(json).map_err(|_| IndexError::Damaged("it is not JSON"))?;
        let n = index.questions.len();
        if index.images.len() != n || index.rows.len() != n {
            return Err(IndexError::Damaged("it has more or fewer images than questions"));
        }
        Ok(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::ImageForm;

    fn index() -> Index {
        Index {
            questions: vec![Question { question: "Which?\t\"".into(), ..Question::default() }; 2],
            images: vec![ImagePlace { range: 5..9_340_000_000, form: ImageForm::Field }; 2],
            problems: vec![Problem { row: 3, index: "7".into(), message: "the image is empty".into() }],
            n_problems: 201,
            rows: vec![1, 2],
        }
    }

    #[test]
    fn what_is_kept_is_recalled() {
        assert_eq!(Index::from_bytes(&index().to_bytes()), Ok(index()));
        assert_eq!(Index::from_bytes(&Index::default().to_bytes()), Ok(Index::default()));
        assert_eq!(MAGIC[7], INDEX_FORMAT as u8);
    }

    #[test]
    fn other_bytes_are_refused() {
        let bytes = index().to_bytes();
        assert_eq!(
            Index::from_bytes(b"{\"questions\":[]}"),
            Err(IndexError::Format { expected: INDEX_FORMAT })
        );
        for n in 0..bytes.len() {
            assert!(Index::from_bytes(&bytes[..n]).is_err(), "the first {n} bytes");
        }
        for at in 0..bytes.len() {
            let mut wrong = bytes.clone();
            wrong[at] ^= 1;
            assert!(Index::from_bytes(&wrong).is_err(), "byte {at} changed");
        }
    }

    #[test]
    fn an_index_whose_lists_do_not_fit_is_refused() {
        let wrong = Index { rows: vec![1], ..index() };
        let error = Index::from_bytes(&wrong.to_bytes()).unwrap_err();
        assert_eq!(error.to_string(), "the index is damaged: it has more or fewer images than questions");
    }
}
