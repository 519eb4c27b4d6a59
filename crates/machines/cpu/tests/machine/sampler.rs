//! How a token is picked.

use std::collections::BTreeSet;

use crate::support::{Machine, Matrix};
use model::backend::{Backend, Sampling};

/// Probabilities .5, .25, .125, .0625 and so on for the tokens 3, 1, 4, 0, 2, 5.
fn halving() -> Vec<f32> {
    let mut logits = vec![0.0; 6];
    for (rank, token) in [3, 1, 4, 0, 2, 5].into_iter().enumerate() {
        logits[token] = -(rank as f32) * std::f32::consts::LN_2;
    }
    logits
}

fn draw(logits: &[f32], sampling: &Sampling, used: &[u32], n: usize) -> Vec<u32> {
    let mut m = Machine::exact();
    let logits = m.tensor(&Matrix { rows: 1, cols: logits.len(), values: logits.to_vec() });
    let mut sampler = m.0.sampler(sampling, used).unwrap();
    (0..n).map(|_| m.0.sample(&logits, &mut sampler).unwrap()).collect()
}

fn at(temperature: f64) -> Sampling {
    Sampling { temperature, ..Sampling::greedy(6) }
}

fn set(tokens: &[u32]) -> BTreeSet<u32> {
    tokens.iter().copied().collect()
}

#[test]
fn greedy_takes_the_likeliest_every_time() {
    assert_eq!(draw(&halving(), &Sampling::greedy(6), &[], 3), [3, 3, 3]);
    assert_eq!(draw(&halving(), &Sampling { top_k: 1, seed: 5, ..at(1.0) }, &[], 3), [3, 3, 3]);
}

#[test]
fn padding_of_the_vocabulary_is_never_picked() {
    let mut logits = halving();
    logits[5] = 100.0;
    assert_eq!(draw(&logits, &Sampling::greedy(6), &[], 1), [5]);
    assert_eq!(draw(&logits, &Sampling::greedy(5), &[], 1), [3]);
    let sampled = draw(&logits, &Sampling { n_allowed: 5, ..at(1.0) }, &[], 200);
    assert!(!sampled.contains(&5));
    // A vocabulary that says it is longer than the logits changes nothing.
    assert_eq!(draw(&logits, &Sampling::greedy(60), &[], 1), [5]);
}

#[test]
fn top_k_and_top_p_cut_the_tail() {
    let all = set(&draw(&halving(), &at(1.0), &[], 500));
    assert_eq!(all, set(&[0, 1, 2, 3, 4, 5]));
    assert_eq!(set(&draw(&halving(), &Sampling { top_k: 2, ..at(1.0) }, &[], 500)), set(&[3, 1]));
    // .5 + .25 are not yet .8; with .125 they are more.
    assert_eq!(set(&draw(&halving(), &Sampling { top_p: 0.8, ..at(1.0) }, &[], 500)), set(&[3, 1, 4]));
    assert_eq!(set(&draw(&halving(), &Sampling { top_p: 0.4, ..at(1.0) }, &[], 100)), set(&[3]));
    let both = Sampling { top_k: 2, top_p: 0.4, ..at(1.0) };
    assert_eq!(set(&draw(&halving(), &both, &[], 100)), set(&[3]));
}

#[test]
fn frequencies_follow_the_probabilities() {
    let share = |temperature: f64| {
        let drawn = draw(&halving(), &at(temperature), &[], 2000);
        drawn.iter().filter(|t| **t == 3).count() as f64 / 2000.0
    };
    // 32/63 of all; the standard deviation of 2000 draws is .011, and five of them are allowed.
    assert!((share(1.0) - 0.508).abs() < 0.055, "{}", share(1.0));
    // At half the temperature the logits double: 1 in 1 + 1/4 + 1/16 + ... = .75.
    assert!((share(0.5) - 0.75).abs() < 0.05, "{}", share(0.5));
}

#[test]
fn a_seed_repeats_and_another_does_not() {
    let with = |seed: u64| draw(&halving(), &Sampling { seed, ..at(1.0) }, &[], 40);
    assert_eq!(with(7), with(7));
    assert_ne!(with(7), with(8));
}

#[test]
fn a_repetition_penalty_weighs_on_what_was_used_and_on_what_was_picked() {
    // Positive logits are divided, negative ones multiplied.
    let logits = [2.0, 1.9, -1.0, 1.0];
    let with = |repetition_penalty: f32| Sampling { repetition_penalty, ..Sampling::greedy(4) };
    assert_eq!(draw(&logits, &with(1.0), &[0], 2), [0, 0]);
    assert_eq!(draw(&logits, &with(1.2), &[0], 1), [1]);
    // Picked once, token 0 falls to 1.67, then token 1 to 1.58; a second time weighs no more than the first.
    assert_eq!(draw(&logits, &with(1.2), &[], 5), [0, 1, 0, 0, 0]);
    // A token outside the vocabulary (an image token of another model) is not an error.
    assert_eq!(draw(&logits, &with(1.2), &[99], 1), [0]);
    assert_eq!(
        draw(&[-1.0, -1.1], &Sampling { repetition_penalty: 2.0, ..Sampling::greedy(2) }, &[0], 1),
        [1]
    );
}
