use std::cmp::Ordering;

use bench::{Answered, Grouping, Letter, Match, Question};

use super::{Benchmark, MenuOption};
use crate::format::whole_percent;

/// A column of the list of questions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Column {
    /// Place in the data set.
    #[default]
    Number,
    /// Right or wrong; wrong ones come first.
    Result,
    /// What was asked.
    Question,
    /// What was answered.
    Answer,
    /// What is right.
    Truth,
    /// The option that the first token prefers, by its share.
    Preference,
    /// The clinical task it belongs to.
    Task,
    /// What the answer took.
    Time,
}

impl Column {
    /// In the order of the list.
    pub const ALL: [Self; 8] = [
        Self::Number,
        Self::Result,
        Self::Question,
        Self::Answer,
        Self::Truth,
        Self::Preference,
        Self::Task,
        Self::Time,
    ];

    /// Its heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Number => "No.",
            Self::Result => "Result",
            Self::Question => "Question",
            Self::Answer => "Answer",
            Self::Truth => "Truth",
            Self::Preference => "Preference",
            Self::Task => "Clinical task",
            Self::Time => "Time",
        }
    }

    /// For `data-column`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Result => "result",
            Self::Question => "question",
            Self::Answer => "answer",
            Self::Truth => "truth",
            Self::Preference => "preference",
            Self::Task => "task",
            Self::Time => "time",
        }
    }

    fn compare(self, a: &Answered, b: &Answered) -> Ordering {
        match self {
            Self::Number => Ordering::Equal,
            Self::Result => a.hit.cmp(&b.hit),
            Self::Question => a.question.question.cmp(&b.question.question),
            Self::Answer => answer_text(a).cmp(&answer_text(b)),
            Self::Truth => truth_text(a).cmp(&truth_text(b)),
            Self::Preference => share(a).total_cmp(&share(b)),
            Self::Task => a.question.clinical_task.cmp(&b.question.clinical_task),
            Self::Time => a.reply.seconds.total_cmp(&b.reply.seconds),
        }
    }
}

/// Which way a column is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// Least first.
    #[default]
    Ascending,
    /// Greatest first.
    Descending,
}

/// How the list is sorted. Equals stay in the order of their numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// By what.
    pub column: Column,
    /// Which way.
    pub direction: Direction,
}

impl Order {
    /// What a press on a column's heading makes of it: the column sorts, or turns round where it does already.
    pub fn pressed(self, column: Column) -> Self {
        let direction = match self.direction {
            Direction::Ascending if self.column == column => Direction::Descending,
            _ => Direction::Ascending,
        };
        Self { column, direction }
    }
}

/// Which questions are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Filter {
    /// Every one that was asked.
    #[default]
    All,
    /// Those answered rightly.
    Right,
    /// Those answered wrongly.
    Wrong,
    /// Those in whose answer no option was found, or that were declined.
    Unread,
    /// Those that could not be answered.
    Error,
    /// Those whose text names another option than the first token prefers.
    Disagrees,
}

impl Filter {
    /// In the order of the list's head.
    pub const ALL: [Self; 6] =
        [Self::All, Self::Right, Self::Wrong, Self::Unread, Self::Error, Self::Disagrees];

    /// Its label.
    pub const fn title(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Right => "Right",
            Self::Wrong => "Wrong",
            Self::Unread => "Unread",
            Self::Error => "Error",
            Self::Disagrees => "Disagrees",
        }
    }

    /// Whether it lets an answer pass.
    pub fn takes(self, answered: &Answered) -> bool {
        match self {
            Self::All => true,
            Self::Right => answered.hit == Some(true),
            Self::Wrong => answered.hit == Some(false),
            Self::Unread => answered.letter().is_none() && answered.reply.error.is_none(),
            Self::Error => answered.reply.error.is_some(),
            Self::Disagrees => answered.disagrees(),
        }
    }
}

/// Rows that are shown at once, and how many more a press adds: a few thousand would make the page slow.
pub const N_ROWS: u32 = 200;

/// Which questions are listed, and how. What changes it starts again with the first rows.
#[derive(Clone, Debug, PartialEq)]
pub struct List {
    /// How it is sorted.
    pub order: Order,
    /// Which answers are in it.
    pub filter: Filter,
    /// Which group of the grouping on view; empty where all are.
    pub group: String,
    /// At most so many rows are shown.
    pub n_rows: u32,
    /// Counts the changes of the fields above, the number of rows apart.
    pub revision: u32,
}

impl Default for List {
    fn default() -> Self {
        Self {
            order: Order::default(),
            filter: Filter::default(),
            group: String::new(),
            n_rows: N_ROWS,
            revision: 0,
        }
    }
}

impl List {
    /// A heading was pressed.
    pub fn sort(&mut self, column: Column) {
        self.order = self.order.pressed(column);
        self.begin_anew();
    }

    /// Lists what this lets pass.
    pub fn choose(&mut self, filter: Filter) {
        self.filter = filter;
        self.begin_anew();
    }

    /// Lists one group alone; with an empty name all of them.
    pub fn choose_group(&mut self, group: String) {
        self.group = group;
        self.begin_anew();
    }

    /// Shows so many rows more.
    pub fn show_more(&mut self) {
        self.n_rows += N_ROWS;
    }

    fn begin_anew(&mut self) {
        self.n_rows = N_ROWS;
        self.revision += 1;
    }

    fn has_group(&self, grouping: Grouping, answered: &Answered) -> bool {
        self.group.is_empty() || self.group == grouping.group_of(&answered.question)
    }
}

impl Benchmark {
    /// Numbers of the questions that are listed, in their order.
    pub fn listed(&self) -> Vec<u32> {
        let List { order, filter, .. } = &self.list;
        let mut found: Vec<(u32, &Answered)> = (0..)
            .zip(self.answers())
            .filter(|(_, answered)| filter.takes(answered) && self.list.has_group(self.grouping, answered))
            .collect();
        if order.column != Column::Number {
            found.sort_unstable_by(|(number_a, a), (number_b, b)| {
                let by_column = match order.direction {
                    Direction::Ascending => order.column.compare(a, b),
                    Direction::Descending => order.column.compare(b, a),
                };
                by_column.then(number_a.cmp(number_b))
            });
        } else if order.direction == Direction::Descending {
            found.reverse();
        }
        found.into_iter().map(|(number, _)| number).collect()
    }

    /// How many questions of the group on view each filter lets pass, in the order of [`Filter::ALL`].
    pub fn filter_counts(&self) -> Vec<u32> {
        let mut counts = vec![0; Filter::ALL.len()];
        for answered in self.answers().iter().filter(|it| self.list.has_group(self.grouping, it)) {
            for (count, filter) in counts.iter_mut().zip(Filter::ALL) {
                *count += u32::from(filter.takes(answered));
            }
        }
        counts
    }

    /// Which groups can be listed: all of them, with an empty value, or one that had a question.
    pub fn group_choices(&self) -> Vec<MenuOption> {
        let all = match self.grouping {
            Grouping::ClinicalTask => "All tasks",
            Grouping::Department => "All departments",
            Grouping::Granularity => "All granularities",
        };
        let groups = self.row.groups(self.grouping).map(|(group, _)| MenuOption::new(group, group));
        std::iter::once(MenuOption::new("", all)).chain(groups).collect()
    }

    /// Groups otherwise; the list shows all groups of it.
    pub fn group_by(&mut self, grouping: Grouping) {
        self.grouping = grouping;
        self.list.choose_group(String::new());
    }
}

/// The share of the preferred option; 0 where none was looked at.
fn share(answered: &Answered) -> f32 {
    answered.preferred().map_or(0.0, |letter| answered.reply.preference[letter.index()])
}

/// The option that the first token prefers, with its share: `B 91 %`; empty where that was not looked at.
pub fn preference_text(answered: &Answered) -> String {
    answered
        .preferred()
        .map(|letter| format!("{letter} {}", whole_percent(share(answered))))
        .unwrap_or_default()
}

/// The option that was read in the answer: `B. left kidney`; without one, what there was instead.
pub fn answer_text(answered: &Answered) -> String {
    match (answered.matched, &answered.reply.error) {
        (Match::Option(letter), _) => option_text(&answered.question, letter),
        (_, Some(error)) => error.clone(),
        (Match::Refused, None) => "declined".into(),
        (Match::NotFound, None) => "no option found".into(),
    }
}

/// The right option; empty where it is not known.
pub fn truth_text(answered: &Answered) -> String {
    answered.question.answer.map(|letter| option_text(&answered.question, letter)).unwrap_or_default()
}

fn option_text(question: &Question, letter: Letter) -> String {
    format!("{letter}. {}", question.option(letter).unwrap_or_default())
}
