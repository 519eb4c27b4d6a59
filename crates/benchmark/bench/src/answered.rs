use serde::{Deserialize, Serialize};

use crate::{Letter, Match, Question, Rule, matched};

/// A model's answer to a question, and its cost.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// Word for word, so that it can be read again under another rule.
    pub text: String,
    /// From the question to the last token of the answer.
    pub seconds: f64,
    /// Vectors that the image was turned into.
    pub n_visual_tokens: u32,
    /// Tokens of `text`.
    pub n_answer_tokens: u32,
    /// Whether it was cut at the run's limit instead of ended by the model.
    pub is_truncated: bool,
    /// Why the question could not be answered. It then counts as asked and wrong, its answer as not found.
    pub error: Option<String>,
    /// The first token's probability of each option's letter, scaled to sum to 1: a relative preference among the options, not a
    /// calibrated confidence. Empty if it was not recorded.
    #[serde(default)]
    pub preference: Vec<f32>,
    /// The answers to the same question with its options rotated by 1, 2, ... places; empty except in circular evaluation.
    #[serde(default)]
    pub rotations: Vec<Rotation>,
}

/// A model's answer to a question whose options were rotated: see [`Question::rotated`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rotation {
    /// Word for word.
    pub text: String,
    /// Whether it was cut at the run's limit.
    pub is_truncated: bool,
}

/// A question, the reply, and the score under a rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answered {
    /// What was asked.
    pub question: Question,
    /// What the model answered.
    pub reply: Reply,
    /// What the rule reads in it.
    pub matched: Match,
    /// Whether that is right; none if the right answer is not known.
    pub hit: Option<bool>,
    /// Whether it is right in every rotation; none if the right answer is not known or nothing was rotated.
    #[serde(default)]
    pub circular_hit: Option<bool>,
}

impl Answered {
    /// Reads the reply under a rule.
    pub fn new(rule: Rule, question: Question, reply: Reply) -> Self {
        let matched = match reply.error {
            Some(_) => Match::NotFound,
            None => matched(rule, &reply.text, &question.options),
        };
        let hit = matched.hits(question.answer);
        let circular_hit = hit.filter(|_| !reply.rotations.is_empty()).map(|hit| {
            hit && (1..).zip(&reply.rotations).all(|(by, rotation)| {
                let rotated = question.rotated(by);
                crate::matched(rule, &rotation.text, &rotated.options).hits(rotated.answer) == Some(true)
            })
        });
        Self { question, reply, matched, hit, circular_hit }
    }

    /// Reads the same reply under another rule.
    pub fn rescored(self, rule: Rule) -> Self {
        Self::new(rule, self.question, self.reply)
    }

    /// The option that was read, if any.
    pub const fn letter(&self) -> Option<Letter> {
        self.matched.letter()
    }

    /// The option whose letter was the likeliest first token, the first of equals; none if that was not recorded.
    pub fn preferred(&self) -> Option<Letter> {
        let mut best: Option<(usize, f32)> = None;
        for (index, &share) in self.reply.preference.iter().enumerate() {
            if best.is_none_or(|(_, most)| share > most) {
                best = Some((index, share));
            }
        }
        best.and_then(|(index, _)| Letter::of(index))
    }

    /// Whether the text names another option than the first token's probabilities prefer. An answer without an option does not
    /// disagree.
    pub fn disagrees(&self) -> bool {
        matches!((self.letter(), self.preferred()), (Some(read), Some(preferred)) if read != preferred)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(answer: Option<char>) -> Question {
        Question {
            options: ["not infected with malaria", "infected with malaria"].map(String::from).to_vec(),
            answer: answer.and_then(|c| Letter::try_from(c).ok()),
            ..Question::default()
        }
    }

    fn reply(text: &str) -> Reply {
        Reply { text: text.into(), ..Reply::default() }
    }

    #[test]
    fn another_rule_reads_the_same_reply_again() {
        let answered =
            Answered::new(Rule::VlmEval2024, question(Some('A')), reply("A. not infected with malaria"));
        assert_eq!(answered.hit, Some(true));
        let later = answered.clone().rescored(Rule::VlmEval2025Aug);
        assert_eq!((later.matched, later.hit), (Match::NotFound, Some(false)));
        assert_eq!(later.rescored(Rule::VlmEval2024), answered);
    }

    #[test]
    fn without_a_known_answer_there_is_no_hit() {
        let answered = Answered::new(Rule::VlmEval2024, question(None), reply("B"));
        assert_eq!((answered.letter(), answered.hit), (Letter::of(1), None));
    }

    #[test]
    fn a_circular_hit_needs_every_rotation() {
        let rotated = |texts: &[&str]| Reply {
            rotations: texts
                .iter()
                .map(|text| Rotation { text: (*text).into(), is_truncated: false })
                .collect(),
            ..reply("A")
        };
        let hit = |texts: &[&str]| {
            Answered::new(Rule::VlmEval2024, question(Some('A')), rotated(texts)).circular_hit
        };
        // Of two options rotated by one, the right one is B.
        assert_eq!(hit(&["B"]), Some(true));
        assert_eq!(hit(&["A"]), Some(false), "the same letter is the other option");
        assert_eq!(hit(&[]), None);
        let unknown = Answered::new(Rule::VlmEval2024, question(None), rotated(&["B"]));
        assert_eq!(unknown.circular_hit, None);
    }

    #[test]
    fn text_and_first_token_may_disagree() {
        let answered = |text: &str, preference: &[f32]| {
            let reply = Reply { preference: preference.to_vec(), ..reply(text) };
            Answered::new(Rule::VlmEval2024, question(Some('A')), reply)
        };
        assert!(answered("A", &[0.2, 0.8]).disagrees());
        assert!(!answered("B", &[0.2, 0.8]).disagrees());
        assert!(!answered("neither", &[0.2, 0.8]).disagrees());
        assert_eq!(answered("A", &[]).preferred(), None);
        assert_eq!(answered("A", &[0.5, 0.5]).preferred(), Letter::of(0));
    }

    #[test]
    fn an_error_is_wrong_whatever_was_said_before_it() {
        let failed = Reply { error: Some("image 7 cannot be decoded".into()), ..reply("A") };
        let answered = Answered::new(Rule::VlmEval2024, question(Some('A')), failed);
        assert_eq!((answered.matched, answered.hit), (Match::NotFound, Some(false)));
    }
}
