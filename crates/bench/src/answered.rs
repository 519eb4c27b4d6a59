use serde::{Deserialize, Serialize};

use crate::{Letter, Match, Question, Rule, matched};

/// What a model said to a question, and at what cost.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// Word for word, so that it can be read again under another rule.
    pub text: String,
    /// From the question to its last token.
    pub seconds: f64,
    /// Vectors that the image became.
    pub n_visual_tokens: u32,
    /// Tokens of `text`.
    pub n_answer_tokens: u32,
    /// Whether it was cut at the run's bound rather than ended by the model.
    pub is_truncated: bool,
    /// Why there is no answer, if none could be had. Such a question counts as asked and wrong, its answer as not found.
    pub error: Option<String>,
}

/// A question, the reply, and what a rule made of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answered {
    /// What was asked.
    pub question: Question,
    /// What was said.
    pub reply: Reply,
    /// What was read in it.
    pub matched: Match,
    /// Whether that is right; none where the right answer is not known.
    pub hit: Option<bool>,
}

impl Answered {
    /// Reads the reply under a rule.
    pub fn new(rule: Rule, question: Question, reply: Reply) -> Self {
        let matched = match reply.error {
            Some(_) => Match::NotFound,
            None => matched(rule, &reply.text, &question.options),
        };
        Self { hit: matched.hits(question.answer), question, reply, matched }
    }

    /// Reads the same reply under another rule.
    pub fn rescored(self, rule: Rule) -> Self {
        Self::new(rule, self.question, self.reply)
    }

    /// The option that was read, if any.
    pub const fn letter(&self) -> Option<Letter> {
        self.matched.letter()
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
    fn another_rule_reads_the_same_reply_anew() {
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
    fn an_error_is_wrong_whatever_was_said_before_it() {
        let failed = Reply { error: Some("image 7 cannot be decoded".into()), ..reply("A") };
        let answered = Answered::new(Rule::VlmEval2024, question(Some('A')), failed);
        assert_eq!((answered.matched, answered.hit), (Match::NotFound, Some(false)));
    }
}
