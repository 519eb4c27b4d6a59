use std::collections::BTreeMap;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};

use crate::{Extent, Question, Selection};

/// The questions to ask, by their places in the list, in the order of asking.
///
/// Questions that share label, task, department, granularity and modality form a label cell; a model that knows one of them knows
/// the others. So the order goes in rounds. The first round has one question of every cell, the second a second question of every
/// cell that has one, and so on; the seed decides the order of the cells and which of their questions comes first. The beginning
/// of the first round is a random sample of cells, and no two of its questions belong to one cell. The file's own order is never
/// used: the first 295 rows of GMAI-MMBench VAL are all of one kind. A question without any label is a cell of its own.
pub fn plan(questions: &[Question], selection: Selection) -> Vec<u32> {
    let mut random = Random::new(selection.seed);
    let mut cells: Vec<Vec<u32>> = cells(questions);
    for members in &mut cells {
        random.shuffle(members);
    }
    let mut plan = Vec::with_capacity(questions.len());
    for round in 0.. {
        let mut drawn: Vec<u32> = cells.iter().filter_map(|members| members.get(round).copied()).collect();
        if drawn.is_empty() {
            break;
        }
        random.shuffle(&mut drawn);
        plan.append(&mut drawn);
        if selection.extent == Extent::OnePerCell {
            break;
        }
    }
    if let Extent::First(n) = selection.extent {
        plan.truncate(n as usize);
    }
    plan
}

/// The places of each cell's questions, with the cells in the order of their labels.
fn cells(questions: &[Question]) -> Vec<Vec<u32>> {
    let mut cells: BTreeMap<[&str; 5], Vec<u32>> = BTreeMap::new();
    let mut unlabelled = Vec::new();
    for (place, question) in (0..).zip(questions) {
        let labels = [
            &question.category,
            &question.clinical_task,
            &question.department,
            &question.modality,
            &question.granularity,
        ];
        let labels = labels.map(String::as_str);
        if labels.iter().all(|label| label.is_empty()) {
            unlabelled.push(vec![place]);
        } else {
            cells.entry(labels).or_default().push(place);
        }
    }
    cells.into_values().chain(unlabelled).collect()
}

/// Random numbers that are the same on every machine.
struct Random(ChaCha8Rng);

impl Random {
    fn new(seed: u32) -> Self {
        let mut key = *b"order of a benchmark's questions";
        key[..4].copy_from_slice(&seed.to_le_bytes());
        Self(ChaCha8Rng::from_seed(key))
    }

    /// A whole number below `n`; the bias of the multiplication is below `n` / 2^32.
    fn below(&mut self, n: usize) -> usize {
        ((u64::from(self.0.next_u32()) * n as u64) >> 32) as usize
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last + 1);
            items.swap(last, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashSet};

    use super::*;

    fn question(index: usize, category: &str, modality: &str) -> Question {
        Question {
            index: index.to_string(),
            category: category.into(),
            modality: modality.into(),
            ..Question::default()
        }
    }

    /// Cells of 1 to 4 questions, one after the other.
    fn questions() -> Vec<Question> {
        let mut questions = Vec::new();
        for (category, n) in [("a", 4), ("b", 1), ("c", 3), ("d", 2)] {
            for modality in ["CT", "MRI"] {
                for _ in 0..n {
                    questions.push(question(questions.len(), category, modality));
                }
            }
        }
        questions
    }

    fn cell(question: &Question) -> (&str, &str) {
        (&question.category, &question.modality)
    }

    fn planned(seed: u32, extent: Extent) -> Vec<u32> {
        plan(&questions(), Selection { seed, extent })
    }

    #[test]
    fn the_order_is_the_same_on_every_machine() {
        assert_eq!(planned(1, Extent::First(10)), [2, 9, 10, 19, 15, 8, 6, 17, 16, 1]);
        assert_eq!(planned(2, Extent::First(10)), [8, 18, 5, 9, 3, 16, 11, 14, 12, 15]);
    }

    #[test]
    fn every_question_comes_once_and_every_cell_before_any_comes_again() {
        let questions = questions();
        for seed in 0..50 {
            let plan = planned(seed, Extent::All);
            let places: BTreeSet<u32> = plan.iter().copied().collect();
            assert_eq!((plan.len(), places.len()), (questions.len(), questions.len()), "seed {seed}");
            // Cells have 4, 4, 3, 3, 2, 2, 1 and 1 questions, so rounds have 8, 6, 4 and 2.
            let mut rest = &plan[..];
            for n in [8, 6, 4, 2] {
                let (round, later) = rest.split_at(n);
                let cells: HashSet<_> = round.iter().map(|&place| cell(&questions[place as usize])).collect();
                assert_eq!(cells.len(), n, "seed {seed}: {plan:?}");
                rest = later;
            }
            assert_ne!(plan, Vec::from_iter(0..questions.len() as u32), "the file's own order");
        }
    }

    #[test]
    fn an_extent_is_a_beginning_of_the_whole_order() {
        for seed in 0..20 {
            let all = planned(seed, Extent::All);
            assert_eq!(planned(seed, Extent::OnePerCell), all[..8]);
            for n in 0..all.len() {
                assert_eq!(planned(seed, Extent::First(n as u32)), all[..n]);
            }
            assert_eq!(planned(seed, Extent::First(u32::MAX)), all);
        }
        assert_ne!(planned(1, Extent::All), planned(2, Extent::All));
        assert_eq!(plan(&[], Selection::default()), [0; 0]);
    }

    #[test]
    fn any_question_of_a_cell_may_be_the_first_of_it() {
        let first_of_a: BTreeSet<u32> = (0..100)
            .filter_map(|seed| planned(seed, Extent::OnePerCell).into_iter().find(|&place| place < 4))
            .collect();
        assert_eq!(first_of_a, BTreeSet::from([0, 1, 2, 3]));
    }

    #[test]
    fn questions_without_labels_are_asked_one_by_one() {
        let questions: Vec<_> = (0..6).map(|index| question(index, "", "")).collect();
        assert_eq!(plan(&questions, Selection::default()).len(), 6);
    }
}
