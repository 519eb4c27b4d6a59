//! Rows that others published for the models this project runs, recounted.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::{ClusterSums, Grouping, Interval, Score};

/// Notes below the published rows.
pub mod footnotes {
    /// Where they come from.
    pub const SOURCE: &str = "Published rows: GMAI-MMBench VAL, 4550 questions, from QiYuan-tech/Qwen2-VL-Med at 50aefcd; \
hits recounted from the evaluation output of the same repository (VLMEvalKit, exact matching, rule vlmeval-2024).";
    /// The meaning of the mark on a cell.
    pub const DIFFERS: &str = "The printed value does not follow from the evaluation output. The cell shows the recounted value; \
61 of the 172 printed values differ, most of them by department.";
    /// Why departments do not add up.
    pub const NO_DEPARTMENT: &str = "75 of the 4550 questions (infrared eye images) have no department. They count in \
Overall, but the published table has no column for them, so its 18 departments cover 4475 questions.";
    /// Why the last row may look worse than in other publications.
    pub const UNREAD: &str =
        "Qwen-VL-7B-Chat: in 471 answers no option was found; exact matching counts them as wrong.";
    /// The conditions of the rows.
    pub const CONDITIONS: &str = "Published runs, by VLMEvalKit's settings for Qwen2-VL: bf16 weights, images enlarged to \
at least 1280 visual tokens, answers of up to 2048 tokens. Intervals are Wilson's, \
clustered by label cell (label, task, department, modality and granularity): VAL's 4550 questions in 948 cells carry as much \
information as 1800 to 2100 independent ones.";
}

const TABLE: &str = include_str!("../data/published.tsv");
const OVERALL: &str = "Overall";
/// Columns before the models': grouping, group, n, sum of chances, label cells, the sum of their n squared.
const N_LEADING: usize = 6;

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
    /// The distribution of its hits over label cells.
    pub clusters: ClusterSums,
    /// The printed value with its four decimals; none if the printed table has no such column.
    pub printed: Option<&'static str>,
    differs: bool,
}

impl PublishedCell {
    /// The 95 % confidence interval of the share, clustered by label cell.
    pub fn interval(&self) -> Option<Interval> {
        self.clusters.interval(self.score)
    }

    /// Whether the printed value differs from the recounted one. Some printed values are cut after the fourth decimal instead of
    /// rounded (0.4979 for 122/245), so a difference below one unit of that place does not count.
    pub const fn differs(&self) -> bool {
        self.differs
    }
}

impl Published {
    /// All questions. The printed value depends on the table.
    pub fn overall(&self, grouping: Grouping) -> Option<&PublishedCell> {
        self.cell(grouping, OVERALL)
    }

    /// One group; none if the benchmark has no such group. The departments include [`crate::NO_GROUP`], which is not among
    /// [`Grouping::groups`].
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
        .filter_map(|column| column.strip_prefix("printed "))
        .map(|model| Published { model, cells: BTreeMap::new() })
        .collect();
    for mut values in lines {
        let key = values.next()?;
        let grouping = Grouping::ALL.into_iter().find(|grouping| grouping.key() == key)?;
        let group = values.next()?;
        let n = values.next()?.parse().ok()?;
        let chance = ten_thousandths(values.next()?)? as f64 / 10_000.0 / f64::from(n);
        let n_clusters = values.next()?.parse().ok()?;
        let n_squared = whole(values.next()?)?;
        for row in &mut rows {
            let score = Score { hits: values.next()?.parse().ok()?, n };
            let totals_squared = whole(values.next()?)?;
            let totals_times_n = whole(values.next()?)?;
            let clusters = ClusterSums { n_clusters, totals_squared, totals_times_n, n_squared };
            let printed = Some(values.next()?).filter(|text| !text.is_empty());
            let differs = match printed {
                Some(text) => is_another(text, score)?,
                None => false,
            };
            let cell = PublishedCell { score, chance, clusters, printed, differs };
            row.cells.entry(grouping).or_default().insert(group, cell);
        }
    }
    Some(rows)
}

/// A whole number; [`ten_thousandths`] says why it is not read as a float.
fn whole(text: &str) -> Option<f64> {
    text.parse::<u32>().ok().map(f64::from)
}

/// A number with four decimals, in units of the last. Reading it as a float would add ten kilobytes of the standard library's tables
/// to the page.
fn ten_thousandths(text: &str) -> Option<u64> {
    let (whole, decimals) = text.split_once('.').filter(|(_, decimals)| decimals.len() == 4)?;
    Some(whole.parse::<u64>().ok()? * 10_000 + decimals.parse::<u64>().ok()?)
}

/// Whether |printed - hits/n| >= 0.0001, in whole numbers, so that no rounding decides.
fn is_another(printed: &str, score: Score) -> Option<bool> {
    let n = u64::from(score.n);
    let printed = ten_thousandths(printed).filter(|&printed| printed < 10_000)?;
    Some((printed * n).abs_diff(u64::from(score.hits) * 10_000) >= n)
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
    fn clusters_are_worth_as_much_as_is_said() {
        // From statsmodels 0.15.0; the tests of the statistics compute the same from the clusters themselves.
        let errors = [0.011645888671772837, 0.011713191571840566, 0.011300493873722641, 0.010336295410300504];
        for (row, expected) in published().iter().zip(errors) {
            let cell = row.overall(Grouping::Department).unwrap();
            let found = cell.clusters.standard_error(f64::from(cell.score.hits), 4550.0).unwrap();
            assert!((found - expected).abs() < 1e-15, "{}: {found}", row.model);
            let p = cell.score.accuracy().unwrap();
            let n_effective = p * (1.0 - p) / (found * found);
            assert!((1750.0..2150.0).contains(&n_effective), "{}: {n_effective}", row.model);
            assert!(footnotes::CONDITIONS.contains("as 1800 to 2100 independent"));
            assert_eq!(cell.clusters.n_clusters, 948);
            let plain = cell.score.interval().unwrap();
            assert!(cell.interval().unwrap().half_width() > 1.4 * plain.half_width(), "{}", row.model);
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
        macro_rules! table {
            ($row:literal) => {
                concat!(
                    "grouping\tgroup\tn\tsum_of_chances\tlabel cells\tn squared\t\
                     hits M\thits squared M\thits times n M\tprinted M\n",
                    $row
                )
            };
        }
        let whole = parse(table!("department\tOverall\t4\t1.0000\t2\t10\t2\t4\t6\t0.5000\n")).unwrap();
        let [row] = &whole[..] else { unreachable!("one model") };
        let sums = ClusterSums { n_clusters: 2, totals_squared: 4.0, totals_times_n: 6.0, n_squared: 10.0 };
        assert_eq!(row.overall(Grouping::Department).unwrap().clusters, sums);
        assert_eq!(parse(table!("department\tOverall\t4\t1.0000\t2\t10\t2\t4\t6\n")), None);
        assert_eq!(parse(table!("department\tOverall\t4\t1.0000\t2\t10\t2\t4\t0.5000\n")), None);
        assert_eq!(parse(table!("ward\tOverall\t4\t1.0000\t2\t10\t2\t4\t6\t0.5000\n")), None);
    }
}
