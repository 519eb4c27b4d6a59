use crate::random::Random;
use crate::taxonomy::{ClinicalTask, Department, Granularity, Modality};

/// One kind of question: its task, its wordings and its possible answers.
#[derive(Debug)]
pub struct QuestionKind {
    /// Unique, `family.what`: `chest.effusion`.
    pub id: &'static str,
    /// Which of the benchmark's tasks it belongs to.
    pub task: ClinicalTask,
    /// Ways of asking. `{area}` stands for `boxed area`, `outlined area` or `highlighted area`.
    pub wordings: &'static [&'static str],
    /// All possible answers; the truth is an index into them. All are equally likely, so the wording gives nothing away.
    pub answers: &'static [&'static str],
}

/// Declares the kinds of question of a family, and `KINDS`, the list of them. Each has a name, an id, a task, its wordings and its
/// answers.
macro_rules! kinds {
    ($($name:ident $id:literal $task:ident $wordings:expr => $answers:expr;)*) => {
        pub(crate) const KINDS: &[&$crate::question::QuestionKind] = &[$(&$name,)*];

        $(static $name: $crate::question::QuestionKind = $crate::question::QuestionKind {
            id: $id,
            task: $crate::taxonomy::ClinicalTask::$task,
            wordings: &$wordings,
            answers: &$answers,
        };)*
    };
}
pub(crate) use kinds;

/// The most options a question has: letters A to E.
pub const MAX_OPTIONS: usize = 5;

/// A question that an image answers.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// What is asked.
    pub kind: &'static QuestionKind,
    /// Index of the truth in [`QuestionKind::answers`].
    pub truth: usize,
    /// The department that would ask it.
    pub department: Department,
    /// How the image points at the place; `Image` if it does not.
    pub granularity: Granularity,
    /// The modality that the image imitates.
    pub modality: Modality,
}

/// A question with its options, ready to be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posed {
    /// The question's text.
    pub text: String,
    /// Two to five answers in random order, one of them true.
    pub options: Vec<&'static str>,
    /// Index of the true one.
    pub truth: usize,
}

impl Asked {
    /// The true answer's text.
    pub fn answer(&self) -> &'static str {
        self.kind.answers[self.truth]
    }

    /// Words it, draws its wrong options and puts all in random order.
    pub(crate) fn pose(&self, random: &mut Random) -> Posed {
        let area = match self.granularity {
            Granularity::Box => "boxed area",
            Granularity::Contour => "outlined area",
            Granularity::Mask => "highlighted area",
            Granularity::Image => "image",
        };
        let wordings = self.kind.wordings;
        let text = wordings[random.below(wordings.len())].replace("{area}", area);
        let mut wrong: Vec<usize> = (0..self.kind.answers.len()).filter(|&i| i != self.truth).collect();
        random.shuffle(&mut wrong);
        // Of many answers, four or five are offered, as in the benchmark.
        let most = if random.chance(0.5) { MAX_OPTIONS } else { MAX_OPTIONS - 1 };
        wrong.truncate(most - 1);
        let mut options = wrong;
        options.push(self.truth);
        random.shuffle(&mut options);
        let truth = options.iter().position(|&i| i == self.truth).unwrap_or_default();
        Posed { text, options: options.into_iter().map(|i| self.kind.answers[i]).collect(), truth }
    }
}
