use std::collections::HashMap;

use super::MAX_PROBLEMS;
use crate::data::{DataError, ImagePlace, Index};
use crate::tsv::RowError;
use crate::{Problem, Question};

/// An image of at most this many bytes is the index of another row and stands for that row's image: VLMEvalKit's rule.
pub(super) const MAX_REFERENCE_BYTES: usize = 64;

/// A problem shows at most this much of an index.
const MOST_SHOWN_CHARS: usize = 80;

/// A row's image.
#[derive(Debug)]
pub(super) struct Image {
    pub(super) place: ImagePlace,
    /// The content, if it is short enough to name another row.
    pub(super) reference: Option<String>,
}

/// What has been found so far.
#[derive(Debug, Default)]
pub(super) struct Found {
    index: Index,
    n_rows: u64,
    places: HashMap<String, usize>,
    /// Questions whose image may be another row's: place in the list, that row's index.
    references: Vec<(usize, String)>,
    /// Images of rows that were left out.
    left_out: HashMap<String, ImagePlace>,
}

impl Found {
    pub(super) fn n_rows(&self) -> u64 {
        self.n_rows
    }

    /// Takes a row: its index, its question, and its image if it has one.
    pub(super) fn row(&mut self, index: &str, question: Result<Question, RowError>, image: Option<Image>) {
        self.n_rows += 1;
        let question = question.and_then(|question| match self.places.get(&question.index) {
            Some(&place) => {
                Err(RowError::Duplicate { earlier: self.index.rows.get(place).copied().unwrap_or_default() })
            }
            None => Ok(question),
        });
        match (question, image) {
            (Ok(question), Some(image)) => {
                let place = self.index.questions.len();
                if let Some(reference) = image.reference {
                    self.references.push((place, reference));
                }
                self.places.insert(question.index.clone(), place);
                self.index.questions.push(question);
                self.index.images.push(image.place);
                self.index.rows.push(self.n_rows);
            }
            (Ok(_), None) => self.problem(self.n_rows, index, &RowError::NoImage),
            (Err(cause), image) => {
                if let Some(Image { place, reference: None }) = image {
                    self.left_out.entry(index.to_owned()).or_insert(place);
                }
                self.problem(self.n_rows, index, &cause);
            }
        }
    }

    fn problem(&mut self, row: u64, index: &str, cause: &RowError) {
        self.index.n_problems = self.index.n_problems.saturating_add(1);
        if self.index.problems.len() < MAX_PROBLEMS {
            let index = index.chars().take(MOST_SHOWN_CHARS).collect();
            self.index.problems.push(Problem { row, index, message: cause.to_string() });
        }
    }

    pub(super) fn finish(mut self) -> Result<Index, DataError> {
        self.share_images();
        if self.index.questions.is_empty() {
            let first = self.index.problems.first();
            let first = first.map(|problem| format!(": row {}: {}", problem.row, problem.message));
            let first = first.unwrap_or_else(|| "; expected at least one".to_owned());
            return Err(DataError::NoQuestion { n_rows: self.n_rows, first });
        }
        Ok(self.index)
    }

    /// Gives each row that names another row the image of that row. A short image that names no row stays as it is: the error is
    /// reported when the image is needed.
    fn share_images(&mut self) {
        let references = std::mem::take(&mut self.references);
        let own = |place: usize| references.binary_search_by_key(&place, |&(place, _)| place).is_err();
        let mut lost = Vec::new();
        for (place, reference) in &references {
            let shared = match self.places.get(reference) {
                Some(&other) if own(other) => self.index.images.get(other),
                Some(_) => {
                    lost.push((*place, reference));
                    continue;
                }
                None => self.left_out.get(reference),
            };
            if let (Some(shared), true) = (shared.cloned(), *place < self.index.images.len()) {
                self.index.images[*place] = shared;
            }
        }
        // Backwards, so that removing one does not move the others.
        for (place, reference) in lost.into_iter().rev() {
            let question = self.index.questions.remove(place);
            self.index.images.remove(place);
            let row = self.index.rows.remove(place);
            self.problem(row, &question.index, &RowError::NoSharedImage(reference.clone()));
        }
        self.index.problems.sort_by_key(|problem| problem.row);
    }
}
