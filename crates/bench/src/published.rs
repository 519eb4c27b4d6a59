//! Rows that others published for the models this project runs, recounted.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::{Grouping, Score};

/// Sentences to stand under the published rows.
pub mod footnotes {
    /// Where they come from.
    pub const SOURCE: &str = "Published rows: GMAI-MMBench VAL, 4550 questions, from QiYuan-tech/Qwen2-VL-Med at 50aefcd; \
hits recounted from the evaluation output of the same repository (VLMEvalKit, exact matching, rule vlmeval-2024).";
    /// What the mark on a cell means.
    pub const DIFFERS: &str = "The printed value is not what the evaluation output gives. The cell shows the recounted value; \
61 of the 172 printed values differ, most of them by department.";
    /// Why departments do not add up.
    pub const NO_DEPARTMENT: &str = "75 of the 4550 questions (infrared eye images) name no department. They count in \
Overall, but the published table has no column for them, so its 18 departments cover 4475 questions.";
    /// Why the last row may look worse than elsewhere.
    pub const UNREAD: &str =
        "Qwen-VL-7B-Chat: in 471 answers no option was found; exact matching counts them as wrong.";
    /// Which conditions the rows had.
    pub const CONDITIONS: &str = "Published runs, by VLMEvalKit's settings for Qwen2-VL: bf16 weights, images enlarged to \
at least 1280 visual tokens, answers of up to 2048 tokens. Intervals are Wilson's and take questions as independent; VAL's come in clusters of about five.";
}

const TABLE: &str = include_str!("../data/published.tsv");
const OVERALL: &str = "Overall";
/// Columns before the models' pairs: grouping, group, n, sum of chances.
const N_LEADING: usize = 4;

/// One published model.
#[derive(Clone, Debug, PartialEq)]
pub struct Published {
    /// As the published table names it.
    pub model: &'static str,
    cells: BTreeMap<Grouping, BTreeMap<&'static str, PublishedCell>>,
}

/// One cell of a published row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PublishedCell {
    /// Recounted hits and questions.
    pub score: Score,
    /// The share that guessing gets right on its questions.
    pub chance: f64,
    /// The printed value with its four decimals; none where the printed table has no such column.
    pub printed: Option<&'static str>,
    differs: bool,
}

impl PublishedCell {
    /// Whether the printed value is another than the recounted one. Some printed values are cut after the fourth decimal rather
    /// than rounded (0.4979 for 122/245), so less than one unit of that place is no difference.
    pub const fn differs(&self) -> bool {
        self.differs
    }
}

impl Published {
    /// All questions. The printed value depends on the table it stands in.
    pub fn overall(&self, grouping: Grouping) -> Option<&PublishedCell> {
        self.cell(grouping, OVERALL)
    }

    /// One group; none where the benchmark has no such group. [`crate::NO_GROUP`] is there among the departments, though
    /// not among [`Grouping::groups`].
    pub fn cell(&self, grouping: Grouping, group: &str) -> Option<&PublishedCell> {
        self.cells.get(&grouping)?.get(group)
    }
}

/// Qwen2-VL-7B-Instruct, Qwen2-VL-2B-Instruct, Qwen2-VL-7B-Med and Qwen-VL-7B-Chat, in this order.
pub fn published() -> &'static [Published] {
    #[expect(clippy::expect_used, reason = "the table is compiled in, and a test reads it")]
    static ROWS: LazyLock<Vec<Published>> =
        LazyLock::new(|| parse(TABLE).expect("the compiled-in table is whole"));
    &ROWS
}

/// None if anything is not as expected.
fn parse(table: &'static str) -> Option<Vec<Published>> {
    let mut lines = table.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t'));
    let mut rows: Vec<Published> = lines
        .next()?
        .skip(N_LEADING)
        .filter_map(|column| column.strip_prefix("hits "))
        .map(|model| Published { model, cells: BTreeMap::new() })
        .collect();
    for mut values in lines {
        let key = values.next()?;
        let grouping = Grouping::ALL.into_iter().find(|grouping| grouping.key() == key)?;
        let group = values.next()?;
        let n = values.next()?.parse().ok()?;
        let chance = values.next()?.parse::<f64>().ok()? / f64::from(n);
        for row in &mut rows {
            let score = Score { hits: values.next()?.parse().ok()?, n };
            let printed = Some(values.next()?).filter(|text| !text.is_empty());
            let differs = match printed {
                Some(text) => is_another(text, score)?,
                None => false,
            };
            let cell = PublishedCell { score, chance, printed, differs };
            row.cells.entry(grouping).or_default().insert(group, cell);
        }
    }
    Some(rows)
}

/// In whole numbers, so that no rounding decides: |printed - hits/n| >= 0.0001.
fn is_another(printed: &str, score: Score) -> Option<bool> {
    let ten_thousandths: u64 = printed.strip_prefix("0.").filter(|digits| digits.len() == 4)?.parse().ok()?;
    let n = u64::from(score.n);
    Some((ten_thousandths * n).abs_diff(u64::from(score.hits) * 10_000) >= n)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NO_GROUP;

    /// The cells of a row in one table as the document prints it: Overall and every group.
    fn printed(row: &Published, grouping: Grouping) -> Vec<&PublishedCell> {
        [OVERALL].iter().chain(grouping.groups()).map(|group| row.cell(grouping, group).unwrap()).collect()
    }

    #[test]
    fn rows_and_cells_are_all_there() {
        let models: Vec<_> = published().iter().map(|row| row.model).collect();
        assert_eq!(
            models,
            ["Qwen2-VL-7B-Instruct", "Qwen2-VL-2B-Instruct", "Qwen2-VL-7B-Med", "Qwen-VL-7B-Chat"]
        );
        for row in published() {
            // 40 groups, three times Overall, and the questions without a department.
            assert_eq!(row.cells.values().map(BTreeMap::len).sum::<usize>(), 44, "{}", row.model);
            assert!(Grouping::ALL.iter().all(|&g| printed(row, g).iter().all(|cell| cell.printed.is_some())));
        }
        let hits: Vec<_> =
            published().iter().map(|row| row.overall(Grouping::Department).unwrap().score.hits).collect();
        assert_eq!(hits, [2114, 1959, 2026, 1530]);
    }

    #[test]
    fn groups_add_up_to_overall() {
        for row in published() {
            for grouping in Grouping::ALL {
                let groups = grouping.groups().iter().chain([&NO_GROUP]);
                let cells: Vec<_> = groups.filter_map(|group| row.cell(grouping, group)).collect();
                let sum = |f: fn(&Score) -> u32| cells.iter().map(|cell| f(&cell.score)).sum::<u32>();
                let overall = row.overall(grouping).unwrap();
                assert_eq!(
                    (sum(|s| s.hits), sum(|s| s.n)),
                    (overall.score.hits, 4550),
                    "{} {grouping:?}",
                    row.model
                );
                let guessed: f64 = cells.iter().map(|cell| cell.chance * f64::from(cell.score.n)).sum();
                // Each cell's sum is printed to four decimals.
                assert!((guessed - overall.chance * 4550.0).abs() < 19.0 * 5e-5, "{guessed}");
            }
        }
    }

    #[test]
    fn printed_values_differ_where_they_are_known_to() {
        let differing = Grouping::ALL.map(|grouping| {
            let count = |row| printed(row, grouping).iter().filter(|cell| cell.differs()).count();
            published().iter().map(count).collect::<Vec<_>>()
        });
        assert_eq!(differing, [vec![0, 0, 0, 1], vec![0, 19, 19, 18], vec![0, 0, 0, 4]]);
        let all: usize = differing.iter().flatten().sum();
        let cells: usize = Grouping::ALL.iter().map(|g| 4 * (g.groups().len() + 1)).sum();
        assert!(footnotes::DIFFERS.contains(&format!("{all} of the {cells}")), "{all} of {cells}");
    }

    #[test]
    fn less_than_a_unit_of_the_last_place_is_no_difference() {
        // 0.497959...: cut, rounded, and neither.
        let score = Score { hits: 122, n: 245 };
        assert_eq!(
            ["0.4979", "0.4980", "0.4978", "0.4981"].map(|p| is_another(p, score)),
            [Some(false), Some(false), Some(true), Some(true)]
        );
        assert_eq!(is_another("0.5", score), None);
        assert_eq!(is_another("1.0000", score), None);
    }

    #[test]
    fn those_without_a_department_are_kept_apart() {
        let none = published()[0].cell(Grouping::Department, NO_GROUP).unwrap();
        assert_eq!((none.score, none.printed, none.chance), (Score { hits: 39, n: 75 }, None, 0.4));
        assert!(!Grouping::Department.groups().contains(&NO_GROUP));
        let covered: u32 = Grouping::Department
            .groups()
            .iter()
            .map(|group| published()[0].cell(Grouping::Department, group).unwrap().score.n)
            .sum();
        assert!(footnotes::NO_DEPARTMENT.contains(&format!("cover {covered} questions")));
    }

    #[test]
    fn a_broken_table_is_refused() {
        assert_eq!(parse(""), None);
        let whole =
            "grouping\tgroup\tn\tsum_of_chances\thits M\tprinted M\ndepartment\tOverall\t4\t1\t2\t0.5000\n";
        assert_eq!(parse(whole).unwrap().len(), 1);
        assert_eq!(
            parse("grouping\tgroup\tn\tsum_of_chances\thits M\tprinted M\ndepartment\tOverall\t4\t1\t2\n"),
            None
        );
        assert_eq!(
            parse("grouping\tgroup\tn\tsum_of_chances\thits M\tprinted M\nward\tOverall\t4\t1\t2\t0.5\n"),
            None
        );
    }
}
