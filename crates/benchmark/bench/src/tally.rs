use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::statistics::grow;
use crate::{Answered, Cluster, ClusterSums, Grouping, Interval, Match, Score, label_cell};

/// The counts of one group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// Right answers among `n`.
    pub hits: u32,
    /// Questions asked whose right answer is known.
    pub n: u32,
    /// Questions asked. More than `n` only if the data set withholds answers.
    pub n_asked: u32,
    /// Replies in which no option was found, among `n_asked`.
    pub not_found: u32,
    /// Replies that decline, among `n_asked`.
    pub refused: u32,
    /// The sum of 1/options over `n`.
    pub sum_of_chances: f64,
    /// The distribution of the hits among `n` over label cells.
    #[serde(default)]
    pub clusters: ClusterSums,
    /// Questions that were right in every rotation of their options.
    pub circular_hits: u32,
    /// Questions that were asked in every rotation and whose right answer is known.
    pub n_circular: u32,
    /// The distribution of the circular hits over label cells.
    #[serde(default)]
    pub circular_clusters: ClusterSums,
    /// Answers whose text names another option than the first token's probabilities prefer.
    pub n_disagreements: u32,
}

impl Cell {
    /// Hits among `n`.
    pub const fn score(&self) -> Score {
        Score { hits: self.hits, n: self.n }
    }

    /// Hits of circular evaluation among the questions that had it.
    pub const fn circular(&self) -> Score {
        Score { hits: self.circular_hits, n: self.n_circular }
    }

    /// The 95 % confidence interval of the share, clustered by label cell; none without questions.
    pub fn interval(&self) -> Option<Interval> {
        self.clusters.interval(self.score())
    }

    /// [`Self::interval`] of circular evaluation.
    pub fn circular_interval(&self) -> Option<Interval> {
        self.circular_clusters.interval(self.circular())
    }

    /// The share that guessing would get right on the same questions; none without questions.
    pub fn chance(&self) -> Option<f64> {
        (self.n > 0).then(|| self.sum_of_chances / f64::from(self.n))
    }

    /// `cluster` holds the hits of its label cell before this answer, `circular` those of circular evaluation.
    fn add(&mut self, answered: &Answered, cluster: Cluster, circular: Cluster) {
        self.n_asked += 1;
        match answered.matched {
            Match::Option(_) => {}
            Match::Refused => self.refused += 1,
            Match::NotFound => self.not_found += 1,
        }
        self.n_disagreements += u32::from(answered.disagrees());
        if let Some(hit) = answered.circular_hit {
            self.n_circular += 1;
            self.circular_hits += u32::from(hit);
            self.circular_clusters.add(circular, i32::from(hit));
        }
        if let Some(hit) = answered.hit {
            self.n += 1;
            self.hits += u32::from(hit);
            self.sum_of_chances += answered.question.chance();
            self.clusters.add(cluster, i32::from(hit));
        }
    }
}

/// One row of each table: the counts of a run, added answer by answer. The overall accuracy is that of all questions, as in
/// VLMEvalKit, and not the mean of the groups.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    overall: Cell,
    clinical_tasks: BTreeMap<String, Cell>,
    departments: BTreeMap<String, Cell>,
    granularities: BTreeMap<String, Cell>,
    /// Hits by label cell. Each lies within one group of every grouping, so one map serves all cells.
    #[serde(default)]
    clusters: BTreeMap<String, Cluster>,
    /// The same for circular evaluation.
    #[serde(default)]
    circular: BTreeMap<String, Cluster>,
}

impl Row {
    /// Counts one more answer.
    pub fn add(&mut self, answered: &Answered) {
        let (mut cluster, mut circular) = (Cluster::default(), Cluster::default());
        let label_cell = label_cell(&answered.question);
        if let Some(hit) = answered.hit {
            grow(&mut self.clusters, &label_cell, i32::from(hit), |before| cluster = before);
        }
        if let Some(hit) = answered.circular_hit {
            grow(&mut self.circular, &label_cell, i32::from(hit), |before| circular = before);
        }
        self.overall.add(answered, cluster, circular);
        for grouping in Grouping::ALL {
            let group = grouping.group_of(&answered.question);
            let cells = self.cells_mut(grouping);
            match cells.get_mut(group) {
                Some(cell) => cell.add(answered, cluster, circular),
                None => cells.entry(group.to_owned()).or_default().add(answered, cluster, circular),
            }
        }
    }

    /// All questions.
    pub const fn overall(&self) -> &Cell {
        &self.overall
    }

    /// One group's counts; empty if it has had no question yet.
    pub fn cell(&self, grouping: Grouping, group: &str) -> Cell {
        self.cells(grouping).get(group).copied().unwrap_or_default()
    }

    /// Every group that had a question: the benchmark's own in their order, then any others by name.
    pub fn groups(&self, grouping: Grouping) -> impl Iterator<Item = (&str, &Cell)> {
        let cells = self.cells(grouping);
        let standard = grouping.groups();
        let known = standard.iter().filter_map(|&group| cells.get_key_value(group));
        let others = cells.iter().filter(|(group, _)| !standard.contains(&group.as_str()));
        known.chain(others).map(|(group, cell)| (group.as_str(), cell))
    }

    const fn cells(&self, grouping: Grouping) -> &BTreeMap<String, Cell> {
        match grouping {
            Grouping::ClinicalTask => &self.clinical_tasks,
            Grouping::Department => &self.departments,
            Grouping::Granularity => &self.granularities,
        }
    }

    const fn cells_mut(&mut self, grouping: Grouping) -> &mut BTreeMap<String, Cell> {
        match grouping {
            Grouping::ClinicalTask => &mut self.clinical_tasks,
            Grouping::Department => &mut self.departments,
            Grouping::Granularity => &mut self.granularities,
        }
    }
}

impl<'a> FromIterator<&'a Answered> for Row {
    fn from_iter<I: IntoIterator<Item = &'a Answered>>(answers: I) -> Self {
        let mut row = Self::default();
        answers.into_iter().for_each(|answered| row.add(answered));
        row
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Letter, Question, Reply, Rule};

    fn answered(
        task: &str,
        department: &str,
        n_options: usize,
        answer: Option<char>,
        said: &str,
    ) -> Answered {
        let question = Question {
            options: (0..n_options).map(|i| format!("finding {i}")).collect(),
            answer: answer.and_then(|c| Letter::try_from(c).ok()),
            clinical_task: task.into(),
            department: department.into(),
            granularity: "Image level".into(),
            ..Question::default()
        };
        Answered::new(Rule::VlmEval2024, question, Reply { text: said.into(), ..Reply::default() })
    }

    #[test]
    fn a_row_counts_hits_failures_and_chance_by_group() {
        let answers = [
            answered("Muscle", "Urology", 4, Some('B'), "B. finding 1"),
            answered("Muscle", "", 2, Some('A'), "B"),
            answered("Bone", "Urology", 5, Some('C'), "I would say so"),
            answered("Bone", "Urology", 5, Some('C'), "Cannot determine the answer"),
            answered("Bone", "Astrology", 4, None, "C"),
        ];
        let row: Row = answers.iter().collect();
        let overall = row.overall();
        assert_eq!((overall.score(), overall.n_asked), (Score { hits: 1, n: 4 }, 5));
        assert_eq!((overall.not_found, overall.refused), (1, 1));
        assert!((overall.chance().unwrap() - (0.25 + 0.5 + 0.2 + 0.2) / 4.0).abs() < 1e-15);

        let bone = row.cell(Grouping::ClinicalTask, "Bone");
        assert_eq!((bone.score(), bone.n_asked), (Score { hits: 0, n: 2 }, 3));
        assert_eq!(row.cell(Grouping::ClinicalTask, "Counting"), Cell::default());
        // The benchmark's groups in their order, then the unknown group and the questions without a department.
        let departments: Vec<_> = row.groups(Grouping::Department).map(|(g, c)| (g, c.n_asked)).collect();
        assert_eq!(departments, [("Urology", 3), ("Astrology", 1), ("None", 1)]);
        for grouping in Grouping::ALL {
            let n: u32 = row.groups(grouping).map(|(_, cell)| cell.n_asked).sum();
            assert_eq!(n, 5, "every question is in one group of {grouping:?}");
        }
    }

    #[test]
    fn hits_are_clustered_by_label_cell_in_every_cell() {
        // Two alternating label cells of one department: one all right, one all wrong.
        let of = |category: &str, task: &str, said: &str| {
            let mut answered = answered(task, "Urology", 4, Some('B'), said);
            answered.question.category = category.into();
            answered.circular_hit = answered.hit;
            answered
        };
        let pair = [of("cyst", "Muscle", "B"), of("stone", "Bone", "A")];
        let answers: Vec<Answered> = pair.iter().cycle().take(40).cloned().collect();
        let row: Row = answers.iter().collect();
        let sums =
            ClusterSums { n_clusters: 2, totals_squared: 400.0, totals_times_n: 400.0, n_squared: 800.0 };
        assert_eq!(row.overall().clusters, sums);
        assert_eq!(row.cell(Grouping::Department, "Urology").clusters, sums);
        assert_eq!(row.cell(Grouping::ClinicalTask, "Muscle").clusters.n_clusters, 1);
        let (clustered, plain) =
            (row.overall().interval().unwrap(), row.overall().score().interval().unwrap());
        assert!(clustered.half_width() > 2.0 * plain.half_width(), "{clustered:?} {plain:?}");
        assert_eq!(row.overall().circular_interval(), Some(clustered), "asked in every rotation alike");
        // Both are a single cluster, so they count as one question.
        assert_eq!(row.cell(Grouping::ClinicalTask, "Muscle").interval(), crate::wilson_95(1, 1));
    }

    #[test]
    fn a_row_survives_serialisation() {
        let row: Row = [answered("Muscle", "Urology", 4, Some('B'), "B")].iter().collect();
        let text = serde_json::to_string(&row).unwrap();
        assert_eq!(serde_json::from_str::<Row>(&text).unwrap(), row);
    }
}
