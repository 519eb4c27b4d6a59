use std::cmp::Ordering;

use bench::{Answered, Letter, Match, Question};

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
    /// The clinical task it belongs to.
    Task,
    /// What the answer took.
    Time,
}

impl Column {
    /// In the order of the list.
    pub const ALL: [Self; 7] =
        [Self::Number, Self::Result, Self::Question, Self::Answer, Self::Truth, Self::Task, Self::Time];

    /// Its heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Number => "No.",
            Self::Result => "Result",
            Self::Question => "Question",
            Self::Answer => "Answer",
            Self::Truth => "Truth",
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
}

impl Filter {
    /// In the order of the list's head.
    pub const ALL: [Self; 3] = [Self::All, Self::Right, Self::Wrong];

    /// Its label.
    pub const fn title(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Right => "Right",
            Self::Wrong => "Wrong",
        }
    }

    /// Whether it lets an answer pass.
    pub fn takes(self, answered: &Answered) -> bool {
        match self {
            Self::All => true,
            Self::Right => answered.hit == Some(true),
            Self::Wrong => answered.hit == Some(false),
        }
    }
}

/// Numbers of the questions that are listed, in their order.
pub fn listed(answers: &[Answered], order: Order, filter: Filter) -> Vec<u32> {
    let mut found: Vec<(u32, &Answered)> =
        (0..).zip(answers).filter(|(_, answered)| filter.takes(answered)).collect();
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
