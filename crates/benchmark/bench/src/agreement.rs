//! The answers of the four published runs to each question of GMAI-MMBench VAL, so that another run can be compared with them
//! question by question. The questions themselves are not part of the project. A short check of each question's text stands
//! beside the letters and recognises VAL's questions.

use std::sync::LazyLock;

use crate::{Letter, Match, Question, published};

/// One line per question of VAL, in VAL's order: four hexadecimal digits of its check, then what rule vlmeval-2024 reads in each
/// published answer, in the order of [`published`]. The test in `tests/published.rs` writes it.
const ANSWERS: &str = include_str!("../data/answers.txt");

/// Published runs.
const N_RUNS: usize = 4;

/// The published runs' answers to this question, as rule vlmeval-2024 reads them, in the order of [`published`]. None if it is not a
/// question of GMAI-MMBench VAL. A question of VAL is recognised by its index and by a check of 16 bits over index, text and options
/// without white space. Of fourteen other sets of 4550 questions with the same indices, one has a question that is mistaken for
/// VAL's.
pub fn published_answers(question: &Question) -> Option<[Match; N_RUNS]> {
    static LINES: LazyLock<Vec<&str>> =
        LazyLock::new(|| ANSWERS.lines().filter(|line| !line.starts_with('#')).collect());
    let place: usize = question.index.parse().ok()?;
    let (check, letters) = LINES.get(place)?.split_at_checked(4)?;
    let mut answers = [Match::NotFound; N_RUNS];
    for (answer, letter) in answers.iter_mut().zip(letters.chars()) {
        *answer = match letter {
            '-' => Match::NotFound,
            'Z' => Match::Refused,
            letter => Match::Option(Letter::try_from(letter).ok()?),
        };
    }
    (question.index == place.to_string() && check == check_of(question)).then_some(answers)
}

/// Whether it is a question of GMAI-MMBench VAL: see [`published_answers`].
pub fn is_val(question: &Question) -> bool {
    published_answers(question).is_some()
}

/// The place in [`published`] of the model of this name. Only letters and digits count: files write the same name with spaces or
/// with dashes.
pub(crate) fn published_place(model: &str) -> Option<usize> {
    let plain = |name: &str| -> String {
        name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
    };
    let model = plain(model);
    published().iter().position(|row| plain(row.model) == model)
}

/// A question's line in the table of answers, without the line feed.
pub fn answers_line(question: &Question, answers: [Match; 4]) -> String {
    let letters = answers.map(|answer| match answer {
        Match::Option(letter) => letter.char(),
        Match::Refused => 'Z',
        Match::NotFound => '-',
    });
    check_of(question) + &String::from_iter(letters)
}

/// The first 16 bits of BLAKE3 over the words of index, text and options, as four hexadecimal digits. Each text ends with a zero
/// byte, so moving a word to the next text changes the check.
fn check_of(question: &Question) -> String {
    let mut hasher = blake3::Hasher::new();
    for text in [&question.index, &question.question].into_iter().chain(&question.options) {
        for word in text.split_whitespace() {
            hasher.update(word.as_bytes()).update(b" ");
        }
        hasher.update(b"\0");
    }
    hasher.finalize().to_hex()[..4].to_owned()
}

/// Questions that pass for VAL's without containing a word of it: numbers were tried in their text until the check fitted.
#[cfg(test)]
pub(crate) mod samples {
    use crate::{Grouping, Letter, Question};

    const NUMBERS: [u32; 80] = [
        47593, 86809, 92321, 61722, 39272, 80359, 68311, 194120, 190462, 31727, 97819, 61447, 78066, 39783,
        15775, 183866, 26492, 83859, 44546, 53113, 158203, 9469, 120103, 98334, 604, 36527, 13958, 4685,
        49170, 56595, 54871, 36289, 16258, 11600, 108226, 34349, 36469, 17380, 88023, 61402, 3771, 25073,
        83173, 25890, 119046, 126794, 13661, 55609, 176267, 7481, 113413, 201813, 14858, 43437, 58957,
        100611, 90677, 52935, 5559, 154211, 84240, 142839, 200248, 47982, 171199, 86884, 126942, 31649,
        57059, 83864, 101, 177850, 160060, 130927, 90421, 115006, 54415, 16679, 17139, 195627,
    ];

    /// Five questions of each label cell, in two clinical tasks, with five options. The right one is A to D in turn.
    pub(crate) fn question(place: usize) -> Question {
        Question {
            index: place.to_string(),
            question: format!("Which of these, {}?", NUMBERS[place]),
            options: ["one", "two", "three", "four", "five"].map(String::from).to_vec(),
            answer: Letter::of(place % 4),
            category: format!("label {}", place / 5),
            clinical_task: Grouping::ClinicalTask.groups()[place % 2].into(),
            ..Question::default()
        }
    }

    #[test]
    fn they_pass_for_val() {
        assert!((0..NUMBERS.len()).all(|place| crate::is_val(&question(place))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The number of questions on which two published runs name the same option.
    fn n_same(a: usize, b: usize) -> usize {
        let lines = ANSWERS.lines().filter(|line| !line.starts_with('#'));
        lines
            .filter(|line| {
                let letters = &line.as_bytes()[4..];
                letters[a] == letters[b] && letters[a].is_ascii_uppercase() && letters[a] != b'Z'
            })
            .count()
    }

    #[test]
    fn there_is_a_line_for_each_question() {
        let lines: Vec<&str> = ANSWERS.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(lines.len(), 4550);
        for line in lines {
            assert_eq!(line.len(), 8, "{line}");
            assert!(line[..4].bytes().all(|b| b.is_ascii_hexdigit()), "{line}");
            assert!(line[4..].bytes().all(|b| b"ABCDEZ-".contains(&b)), "{line}");
        }
        assert_eq!(N_RUNS, published().len());
    }

    #[test]
    fn unread_answers_are_as_many_as_is_known() {
        let unread = [4, 5, 6, 7].map(|at| {
            let lines = ANSWERS.lines().filter(|line| !line.starts_with('#'));
            lines.filter(|line| line.as_bytes()[at] == b'-').count()
        });
        assert_eq!(unread, [0, 3, 0, 471]);
    }

    #[test]
    fn two_different_models_agree_on_little_more_than_half() {
        // 7B and 2B; then 7B and its medical fine-tune. The analysis says 58 %.
        assert_eq!((n_same(0, 1), (100.0 * 2634.0 / 4550.0_f64).round()), (2634, 58.0));
        assert_eq!(n_same(0, 2), 3165);
    }

    #[test]
    fn a_question_is_known_by_its_index_and_its_words() {
        let question = samples::question(17);
        assert!(is_val(&question));
        let line = ANSWERS.lines().filter(|line| !line.starts_with('#')).nth(17).unwrap();
        assert_eq!(answers_line(&question, published_answers(&question).unwrap()), line);

        let spaced = Question { question: question.question.replace(' ', " \r\n\t"), ..question.clone() };
        assert!(is_val(&spaced), "white space aside");
        for other in [
            Question { index: "18".into(), ..question.clone() },
            Question { index: "017".into(), ..question.clone() },
            Question { index: "4550".into(), ..question.clone() },
            Question { index: "q17".into(), ..question.clone() },
            Question { question: "Which of those?".into(), ..question.clone() },
            Question { options: question.options[1..].to_vec(), ..question.clone() },
            question.rotated(1),
            Question::default(),
        ] {
            assert_eq!(published_answers(&other), None, "{other:?}");
        }
    }

    #[test]
    fn no_word_passes_from_one_text_to_the_next() {
        let of = |question: &str, option: &str| Question {
            question: question.into(),
            options: vec![option.into()],
            ..Question::default()
        };
        assert_ne!(check_of(&of("a b", "c")), check_of(&of("a", "b c")));
        assert_eq!(check_of(&of(" a  b", "c")), check_of(&of("a b", "c\n")));
    }

    #[test]
    fn a_model_is_known_by_letters_and_digits() {
        assert_eq!(published_place("Qwen2-VL-7B-Instruct"), Some(0));
        assert_eq!(published_place("Qwen2 VL 2B Instruct"), Some(1));
        assert_eq!(published_place("qwen2_vl_7b_med"), Some(2));
        assert_eq!(published_place("Qwen2 VL 2B"), None);
        assert_eq!(published_place(""), None);
    }
}
