use kernels::Variant;
use kernels::sample::{self, Drawing};

use crate::bench::{Bench, Buffer};
use crate::compare::same;
use crate::data::{Random, bits};
use crate::gumbel::{no_noise_wins_by_itself, through_the_shader};

const N_VOCAB: usize = 1000;
/// The other ids are padding, and have the greatest logits.
const N_ALLOWED: usize = 990;

fn logits(seed: u64) -> Vec<f32> {
    let mut random = Random(seed);
    (0..N_VOCAB).map(|id| if id < N_ALLOWED { random.number() } else { 1e6 }).collect()
}

const GREEDY: Drawing =
    Drawing { temperature: 0.0, top_p: 1.0, top_k: 0, repetition_penalty: 1.0, seed: 99 << 32 | 5 };

/// Logits after penalty and temperature, in the kernel's precision, so that equal ones stay equal.
fn scaled(logits: &[f32], used: &[u32], drawing: &Drawing) -> Vec<f32> {
    let each = |(id, &logit): (usize, &f32)| {
        let is_used = used[id / 32] >> (id % 32) & 1 == 1;
        let logit = match is_used {
            true if logit >= 0.0 => logit / drawing.repetition_penalty,
            true => logit * drawing.repetition_penalty,
            false => logit,
        };
        logit / drawing.temperature.max(1e-30)
    };
    logits[..N_ALLOWED].iter().enumerate().map(each).collect()
}

/// The tokens that LogitsProcessor's rules keep, likeliest first.
fn kept(scaled: &[f32], drawing: &Drawing) -> Vec<usize> {
    let mut ids: Vec<usize> = (0..scaled.len()).collect();
    ids.sort_by(|&a, &b| scaled[b].total_cmp(&scaled[a]));
    let weights: Vec<f64> = ids.iter().map(|&id| f64::from(scaled[id] - scaled[ids[0]]).exp()).collect();
    let sum: f64 = weights.iter().sum();
    let k = if drawing.top_k == 0 { ids.len() } else { drawing.top_k as usize };
    let mut below = 0.0;
    let n = weights.iter().take(k).take_while(|weight| {
        let keep = below < f64::from(drawing.top_p);
        below += *weight / sum;
        keep
    });
    let n = n.count();
    ids.truncate(n);
    ids
}

/// Runs a launch, and returns (used, tokens).
fn run(
    bench: &mut Bench,
    drawing: &Drawing,
    variant: &Variant,
    [step, token]: [u32; 2],
    logits: &[f32],
    used: &[u32],
    tokens: &[u32],
) -> (Vec<u32>, Vec<u32>) {
    let launch = sample::sample(drawing, N_ALLOWED as u32, step, token, variant.features).unwrap();
    let buffers = [Buffer::In(&bits(logits)), Buffer::InOut(used), Buffer::InOut(tokens)];
    let [used, tokens] = bench.run(&launch, &buffers).try_into().unwrap();
    (used, tokens)
}

/// The likeliest token is taken and marked; of equal ones, the first.
pub(crate) fn argmax(bench: &mut Bench, variant: &Variant) {
    let drawing = Drawing { repetition_penalty: 1.5, ..GREEDY };
    let logits = logits(1);
    let mut used = vec![0u32; N_VOCAB.div_ceil(32)];
    for _ in 0..20 {
        let expected = kept(&scaled(&logits, &used, &Drawing { temperature: 1.0, ..drawing }), &GREEDY)[0];
        let found = run(bench, &drawing, variant, [0, 2], &logits, &used, &[0; 3]);
        used[expected / 32] |= 1 << (expected % 32);
        bench.check(same("used", &found.0, &used));
        bench.check(same("tokens", &found.1, &[0, 0, expected as u32]));
    }

    let mut logits = vec![-1.0; N_VOCAB];
    [700, 300, 301, 555].into_iter().for_each(|id| logits[id] = 2.0);
    let found = run(bench, &GREEDY, variant, [0, 0], &logits, &vec![0; N_VOCAB.div_ceil(32)], &[0]);
    bench.check(same("tokens of equal logits", &found.1, &[300]));
}

/// A cut keeps exactly the right tokens: over many draws, each comes up about as often as its probability says, and no other does.
pub(crate) fn sample(bench: &mut Bench, variant: &Variant) {
    const N_DRAWS: u32 = 300;
    through_the_shader(bench, variant);
    no_noise_wins_by_itself(bench, variant);
    let plain = Drawing { temperature: 0.8, ..GREEDY };
    let drawings = [
        plain,
        Drawing { top_k: 5, ..plain },
        Drawing { top_p: 0.3, ..plain },
        Drawing { top_p: 0.7, ..plain },
        Drawing { top_k: 9, top_p: 0.9, repetition_penalty: 1.3, ..plain },
    ];
    // Nearer to each other than `logits` has them, so that every cut leaves some to choose from.
    let logits: Vec<f32> = logits(2).iter().map(|logit| logit * 0.3).collect();
    let mut used = vec![0u32; N_VOCAB.div_ceil(32)];
    (0..N_VOCAB).step_by(3).for_each(|id| used[id / 32] |= 1 << (id % 32));
    for drawing in &drawings {
        let scaled = scaled(&logits, &used, drawing);
        let kept = kept(&scaled, drawing);
        let is_cut = drawing.top_k > 0 || drawing.top_p < 1.0;
        assert!(kept.len() > 2 && (kept.len() < N_ALLOWED) == is_cut, "{drawing:?} keeps {}", kept.len());
        let mut n_of = vec![0.0; N_VOCAB];
        for step in 0..N_DRAWS {
            let (_, tokens) = run(bench, drawing, variant, [step, 0], &logits, &used, &[0]);
            n_of[tokens[0] as usize] += 1.0;
        }
        let n_kept: f64 = kept.iter().map(|id| n_of[*id]).sum();
        let drawn = |ok: bool, what: String| if ok { Ok(()) } else { Err(format!("{drawing:?}: {what}")) };
        bench.check(drawn(n_kept == f64::from(N_DRAWS), "drew what it should have cut".into()));
        let weight = |id: &usize| f64::from(scaled[*id] - scaled[kept[0]]).exp();
        let sum: f64 = kept.iter().map(weight).sum();
        let counts: Vec<_> =
            kept.iter().map(|id| (n_of[*id], weight(id) / sum * f64::from(N_DRAWS))).collect();
        let outcome = chi_square(&counts);
        bench.check(outcome.map_err(|what| format!("{drawing:?}: {what}")));
        // Five standard deviations of the likeliest token's count, and of the second's.
        for id in &kept[..2] {
            let p = weight(id) / sum;
            let (n, expected) = (n_of[*id], p * f64::from(N_DRAWS));
            let near = (n - expected).abs() <= 5.0 * (expected * (1.0 - p)).sqrt();
            bench.check(drawn(near, format!("{n} draws of {id}, expected {expected}")));
        }
    }
}

/// Pearson's test of (found, expected) counts, likeliest first. Refuses what a right sampler draws once in a million times.
fn chi_square(counts: &[(f64, f64)]) -> Result<(), String> {
    // The statistic is chi-square distributed if no expected count is small: rare tokens are counted together.
    let n_common = counts.iter().take_while(|(_, expected)| *expected >= 5.0).count();
    let (common, rare) = counts.split_at(n_common);
    let rare = rare.iter().fold((0.0, 0.0), |sum, (found, expected)| (sum.0 + found, sum.1 + expected));
    let bins: Vec<_> = common.iter().copied().chain((rare.1 >= 5.0).then_some(rare)).collect();
    let statistic: f64 = bins.iter().map(|(found, expected)| (found - expected).powi(2) / expected).sum();
    // Wilson and Hilferty 1931: the cube root is about normal, and 4.75 standard deviations are one in a million.
    let n_free = bins.len() as f64 - 1.0;
    let spread = 2.0 / (9.0 * n_free);
    let most = n_free * (1.0 - spread + 4.75 * spread.sqrt()).powi(3);
    let what = || format!("chi-square {statistic:.1} of {n_free} degrees of freedom, at most {most:.1}");
    if n_free >= 1.0 && statistic <= most { Ok(()) } else { Err(what()) }
}

#[test]
fn the_chi_square_refuses_another_distribution() {
    let expected = [160.0, 80.0, 40.0, 12.0, 4.0, 4.0];
    let with = |found: [f64; 6]| chi_square(&std::array::from_fn::<_, 6, _>(|i| (found[i], expected[i])));
    assert!(with(expected).is_ok());
    assert!(with([150.0, 88.0, 41.0, 11.0, 3.0, 7.0]).is_ok());
    assert!(with([50.0; 6]).is_err(), "evenly");
    assert!(with([80.0, 160.0, 40.0, 12.0, 4.0, 4.0]).is_err(), "in another order");
    assert!(with([160.0, 80.0, 40.0, 12.0, 34.0, 34.0]).is_err(), "rare ones too often");
    assert!(chi_square(&expected.map(|n| (n, n))[..1]).is_err(), "nothing to compare");
}
