use serde::{Deserialize, Serialize};

use crate::{Answered, Commonest, Conditions, DataSet, Question, Reply, Row, Rule, commonest_answer};

/// A run, complete or not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// What its figures depend on.
    pub conditions: Conditions,
    /// Questions in all.
    pub n_total: u32,
    /// The answers so far, in the order of asking.
    pub answers: Vec<Answered>,
}

impl Run {
    /// A run with these replies so far, in the order of asking, read under the rule of its conditions.
    pub fn new(conditions: Conditions, n_total: u32, said: Vec<(Question, Reply)>) -> Self {
        let rule = conditions.rule;
        let answers =
            said.into_iter().map(|(question, reply)| Answered::new(rule, question, reply)).collect();
        Self { conditions, n_total, answers }
    }

    /// The replies so far, without their scores.
    pub fn said(self) -> Vec<(Question, Reply)> {
        self.answers.into_iter().map(|answered| (answered.question, answered.reply)).collect()
    }

    /// Questions asked so far.
    pub fn n_asked(&self) -> u32 {
        u32::try_from(self.answers.len()).unwrap_or(u32::MAX)
    }

    /// Whether every question was asked.
    pub fn is_complete(&self) -> bool {
        self.n_asked() >= self.n_total
    }

    /// How many of its questions are GMAI-MMBench VAL's, word for word; none if they do not come from a file.
    pub const fn n_val(&self) -> Option<u32> {
        match self.conditions.data_set {
            DataSet::File { n_val, .. } => Some(n_val),
            DataSet::Sample { .. } | DataSet::HeldOut { .. } => None,
        }
    }

    /// Whether the published rows may stand beside it: all of its questions are GMAI-MMBench VAL's, its answers are read under the
    /// published rows' rule, and it is not a shard.
    pub fn is_beside_published(&self) -> bool {
        self.conditions.shard.is_none()
            && self.n_total > 0
            && self.n_val() == Some(self.n_total)
            && self.conditions.rule == Rule::VlmEval2024
    }

    /// Its counts.
    pub fn row(&self) -> Row {
        self.answers.iter().collect()
    }

    /// The score of always giving the commonest letter on the questions asked.
    pub fn commonest_answer(&self) -> Option<Commonest> {
        commonest_answer(self.questions())
    }

    /// The questions asked.
    pub fn questions(&self) -> impl Iterator<Item = &Question> {
        self.answers.iter().map(|answered| &answered.question)
    }

    /// The same replies under another rule.
    pub fn rescored(mut self, rule: Rule) -> Self {
        self.conditions.rule = rule;
        self.answers = self.answers.into_iter().map(|answered| answered.rescored(rule)).collect();
        self
    }
}
