//! What a model would have begun its answer with.

use bench::Letter;
use model::tokenizer::Tokenizer;

/// What the first token of an answer says of the letters of a question's options: relative among them, no confidence.
#[derive(Debug, Default)]
pub(crate) struct Preference {
    n_options: usize,
    /// One for each option, with a sum of 1; empty before it was looked at, and where it cannot be told.
    shares: Vec<f32>,
}

impl Preference {
    /// To be looked at. With 0 options it is not, which is what answers outside of a benchmark have.
    pub(crate) fn among(n_options: usize) -> Self {
        Self { n_options, shares: Vec::new() }
    }

    /// Whether the logits of the first token are still to be looked at.
    pub(crate) fn is_wanted(&self) -> bool {
        self.n_options > 0 && self.shares.is_empty()
    }

    /// Looks at the logits of the first token. If a letter is not one token, or a logit is not a number, there is no preference.
    pub(crate) fn look(&mut self, tokenizer: &Tokenizer, logits: &[f32]) {
        let of_letter = |letter: Letter| match tokenizer.encode(&letter.to_string()).as_deref() {
            Ok(&[id]) => logits.get(id as usize).copied(),
            _ => None,
        };
        let logits: Option<Vec<f32>> = Letter::first(self.n_options).map(of_letter).collect();
        self.shares = logits.filter(|logits| logits.len() == self.n_options).map_or_else(Vec::new, softmax);
    }

    pub(crate) fn into_shares(self) -> Vec<f32> {
        self.shares
    }
}

/// Shares of the whole; none where a logit is not a finite number.
fn softmax(logits: Vec<f32>) -> Vec<f32> {
    if !logits.iter().all(|logit| logit.is_finite()) {
        return Vec::new();
    }
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let weights: Vec<f64> = logits.iter().map(|logit| f64::from(logit - most).exp()).collect();
    let total: f64 = weights.iter().sum();
    weights.iter().map(|weight| (weight / total) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_those_of_a_softmax() {
        let shares = softmax(vec![1.0, 3.0, 1.0]);
        let expected = [1.0, 2.0_f64.exp(), 1.0].map(|weight| weight / (2.0 + 2.0_f64.exp()));
        for (share, expected) in shares.iter().zip(expected) {
            assert!((f64::from(*share) - expected).abs() < 1e-7, "{shares:?}");
        }
        assert!((shares.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        // As large as a logit may be: nothing overflows.
        assert_eq!(softmax(vec![3e38, -3e38]), [1.0, 0.0]);
        assert_eq!(softmax(vec![0.0, f32::NAN]), [0.0; 0]);
    }
}
