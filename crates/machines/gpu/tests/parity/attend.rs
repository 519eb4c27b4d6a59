use kernels::Variant;
use kernels::attend::{self, HeadLayout, Mask, Source};

use crate::bench::{Bench, Buffer};
use crate::compare::F32_SUMS;
use crate::data::{Random, bits};

/// Keys and values by row, and as a kernel reads them.
struct Memory {
    keys: Vec<f32>,
    values: Vec<f32>,
    /// Contents of the bindings `keys` and `values`.
    bound: [Vec<u32>; 2],
}

impl Memory {
    fn random(n_keys: usize, cols: usize, source: Source, random: &mut Random) -> Self {
        let (keys, values) = (random.numbers(n_keys * cols), random.numbers(n_keys * cols));
        let bound = match source {
            Source::Fresh => [bits(&keys), bits(&values)],
            Source::Cached => {
                let rows = keys.chunks(cols).zip(values.chunks(cols));
                let cache: Vec<u32> = rows.flat_map(|(k, v)| [bits(k), bits(v)].concat()).collect();
                [cache.clone(), cache]
            }
        };
        Self { keys, values, bound }
    }

    /// The bindings of either kernel of attention.
    fn buffers<'a>(&'a self, q: &'a [u32], n_out: usize) -> [Buffer<'a>; 4] {
        let [keys, values] = &self.bound;
        [Buffer::In(q), Buffer::In(keys), Buffer::In(values), Buffer::Out(n_out)]
    }
}

/// One query head over the keys `seen`.
fn attention(
    q: &[f32],
    memory: &Memory,
    heads: HeadLayout,
    kv_head: usize,
    seen: std::ops::Range<usize>,
) -> Vec<f64> {
    let (dim, cols) = (heads.dim as usize, (heads.n_kv * heads.dim) as usize);
    let row = |values: &[f32], key: usize| -> Vec<f64> {
        values[key * cols + kv_head * dim..][..dim].iter().map(|v| f64::from(*v)).collect()
    };
    let score = |key: usize| {
        let dot: f64 = row(&memory.keys, key).iter().zip(q).map(|(k, q)| k * f64::from(*q)).sum();
        dot / (dim as f64).sqrt()
    };
    let scores: Vec<f64> = seen.clone().map(score).collect();
    let greatest = scores.iter().copied().fold(f64::MIN, f64::max);
    let weights: Vec<f64> = scores.iter().map(|s| (s - greatest).exp()).collect();
    let sum: f64 = weights.iter().sum();
    let mut y = vec![0.0; dim];
    for (key, weight) in seen.zip(weights) {
        for (y, v) in y.iter_mut().zip(row(&memory.values, key)) {
            *y += weight / sum * v;
        }
    }
    y
}

/// All queries; `seen` says which keys a row sees.
fn expected(
    q: &[f32],
    memory: &Memory,
    heads: HeadLayout,
    seen: impl Fn(usize) -> Option<std::ops::Range<usize>>,
) -> Vec<f64> {
    let (dim, n_query) = (heads.dim as usize, heads.n_query as usize);
    let group = (heads.n_query / heads.n_kv) as usize;
    let mut y = Vec::new();
    for (row, q) in q.chunks(n_query * dim).enumerate() {
        for (head, q) in q.chunks(dim).enumerate() {
            match seen(row) {
                Some(seen) => y.extend(attention(q, memory, heads, head / group, seen)),
                None => y.extend(vec![f64::NAN; dim]),
            }
        }
    }
    y
}

pub(crate) fn attend(bench: &mut Bench, variant: &Variant) {
    // More than a tile of queries and of keys, with a past and without.
    for (n_queries, n_keys) in [(37, 50), (13, 13), (1, 3)] {
        for source in [Source::Cached, Source::Fresh] {
            causal(bench, variant.head_dim.unwrap(), source, n_queries, n_keys);
        }
    }
    segment(bench, variant.head_dim.unwrap());
}

fn causal(bench: &mut Bench, dim: u32, source: Source, n_queries: usize, n_keys: usize) {
    let heads = HeadLayout { n_query: 6, n_kv: 2, dim };
    let mut random = Random(u64::from(dim) + n_keys as u64);
    let q = random.numbers(n_queries * 6 * dim as usize);
    let memory = Memory::random(n_keys, 2 * dim as usize, source, &mut random);
    let mask = Mask::Causal { n_queries: n_queries as u32, n_keys: n_keys as u32 };
    let expected = expected(&q, &memory, heads, |row| Some(0..n_keys - n_queries + row + 1));
    let what = format!("{n_queries} queries, {n_keys} keys, {source:?}");
    let launch = attend::attend(heads, source, mask).unwrap();
    bench.expect(&what, &launch, &memory.buffers(&bits(&q), q.len()), &expected, F32_SUMS);
}

/// Rows outside the segment are not written.
fn segment(bench: &mut Bench, dim: u32) {
    let heads = HeadLayout { n_query: 3, n_kv: 3, dim };
    let (n_rows, first, n) = (49, 5, 41);
    let mut random = Random(dim.into());
    let q = random.numbers(n_rows * 3 * dim as usize);
    let memory = Memory::random(n_rows, 3 * dim as usize, Source::Fresh, &mut random);
    let mask = Mask::Segment { first: first as u32, n: n as u32 };
    let segment = first..first + n;
    let expected = expected(&q, &memory, heads, |row| segment.contains(&row).then(|| segment.clone()));
    let launch = attend::attend(heads, Source::Fresh, mask).unwrap();
    bench.expect("a segment", &launch, &memory.buffers(&bits(&q), q.len()), &expected, F32_SUMS);
}

pub(crate) fn split(bench: &mut Bench, variant: &Variant) {
    let heads = HeadLayout { n_query: 6, n_kv: 2, dim: variant.head_dim.unwrap() };
    // One run; a ragged last run; a query that does not see a whole run; runs of more than 64 keys.
    for (n_queries, n_keys) in [(1, 1), (1, 150), (3, 130), (2, 2100)] {
        let mut random = Random(u64::from(heads.dim) + n_keys as u64);
        let q = random.numbers(n_queries * 6 * heads.dim as usize);
        let memory = Memory::random(n_keys, 2 * heads.dim as usize, Source::Cached, &mut random);
        let launches = attend::attend_split(heads, Source::Cached, n_queries as u32, n_keys as u32).unwrap();
        let q_bits = bits(&q);
        let buffers = memory.buffers(&q_bits, launches.n_runs_elements as usize);
        let runs = bench.run(&launches.split, &buffers).remove(0);
        let expected = expected(&q, &memory, heads, |row| Some(0..n_keys - n_queries + row + 1));
        let what = format!("{n_queries} queries, {n_keys} keys");
        let buffers = [Buffer::In(&runs), Buffer::Out(q.len())];
        bench.expect(&what, &launches.merge, &buffers, &expected, F32_SUMS);
    }
}
