use crate::report::{note, progress, visual_tokens};
use crate::{Cell, Grouping, Interval, MIN_N, Published, Row, Run, Score, footnotes, published};

/// The content of a chart, before it is laid out.
pub(super) struct Figure {
    /// Its heading.
    pub(super) title: String,
    /// What the figures depend on, in one line.
    pub(super) conditions: String,
    /// Names of the series, this run first.
    pub(super) series: Vec<&'static str>,
    /// Overall, then every group with a question whose right answer is known.
    pub(super) groups: Vec<Group>,
    /// Notes below the chart.
    pub(super) notes: Vec<String>,
}

/// A group's points.
pub(super) struct Group {
    pub(super) name: String,
    /// The share that guessing gets right on this run's questions.
    pub(super) chance: f64,
    /// One for each series; none if a series has no such group.
    pub(super) points: Vec<Option<Point>>,
}

/// A share and its interval.
#[derive(Clone, Copy)]
pub(super) struct Point {
    pub(super) score: Score,
    pub(super) accuracy: f64,
    pub(super) interval: Interval,
}

impl Figure {
    pub(super) fn new(run: &Run, grouping: Grouping) -> Self {
        let row = run.row();
        let others = if run.is_beside_published() { published() } else { &[] };
        let series = std::iter::once("This run").chain(others.iter().map(|row| row.model)).collect();
        let names = row.groups(grouping);
        let all = std::iter::once(("Overall", row.overall())).chain(names);
        let groups = all.filter_map(|(name, cell)| Group::new(grouping, name, cell, others)).collect();
        Self {
            title: format!("Accuracy by {}", subject(grouping)),
            conditions: conditions(run),
            series,
            groups,
            notes: notes(run, &row, !others.is_empty()),
        }
    }

    /// Whether published rows stand beside the run.
    pub(super) fn has_others(&self) -> bool {
        self.series.len() > 1
    }
}

impl Group {
    /// None if no right answer is known.
    fn new(grouping: Grouping, name: &str, cell: &Cell, others: &[Published]) -> Option<Self> {
        let own = Point::new(cell.score(), cell.interval())?;
        let others = others.iter().map(|row| {
            let cell = row.cell(grouping, name)?;
            Point::new(cell.score, cell.interval())
        });
        let points = std::iter::once(Some(own)).chain(others).collect();
        Some(Self { name: name.to_owned(), chance: cell.chance()?, points })
    }
}

impl Point {
    fn new(score: Score, interval: Option<Interval>) -> Option<Self> {
        Some(Self { score, accuracy: score.accuracy()?, interval: interval? })
    }
}

const fn subject(grouping: Grouping) -> &'static str {
    match grouping {
        Grouping::ClinicalTask => "clinical task",
        Grouping::Department => "department",
        Grouping::Granularity => "perceptual granularity",
    }
}

fn conditions(run: &Run) -> String {
    let c = &run.conditions;
    let mut words = vec![
        format!("{} {}", c.model, c.quantisation),
        c.backend.clone(),
        format!("{} visual tokens", visual_tokens(c.visual_tokens)),
        format!("rule {}", c.rule),
        c.data_set.description(),
        progress(run),
        format!("software {}", c.software),
        c.date.clone(),
    ];
    if c.blank_images {
        words.push("images blanked".to_owned());
    }
    words.retain(|word| !word.is_empty());
    words.join(" · ")
}

fn notes(run: &Run, row: &Row, has_others: bool) -> Vec<String> {
    let overall = row.overall();
    let mut notes = vec![format!(
        "Lines: 95 % intervals, clustered by label cell. Upright marks: the share that guessing gets right on the same questions. Faded: \
fewer than {MIN_N} questions, too few for a conclusion."
    )];
    if overall.n_asked > overall.n {
        notes.push(format!(
            "The right answers of {} of the {} questions asked are not known: they are not scored.",
            overall.n_asked - overall.n,
            overall.n_asked
        ));
    }
    notes.extend(note(run).map(std::borrow::Cow::into_owned));
    if has_others {
        notes.push(format!(
            "This run has asked {} of the benchmark's questions; the published rows cover all of them. {} {}",
            run.n_asked(),
            footnotes::SOURCE,
            footnotes::CONDITIONS
        ));
    }
    notes
}
