use kernels::attend::{Heads, Source, Span, attend, attend_split, rope, rope_append};

use crate::linear::{angles, rotate};
use crate::support::{Buffer, F32_SUMS, Random, Report, bits, compare, gpu, run};

/// Keys and values as a kernel finds them, and by row.
struct Memory {
    keys: Vec<f32>,
    values: Vec<f32>,
    /// Words of the bindings `keys` and `values`.
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
}

/// One query head over keys `seen`.
fn attention(
    q: &[f32],
    memory: &Memory,
    heads: Heads,
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

/// All queries; `seen` says which keys.
fn expected(
    q: &[f32],
    memory: &Memory,
    heads: Heads,
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

const WIDTHS: [u32; 4] = [128, 80, 32, 20];

#[test]
fn causal_attention_of_a_prefill() {
    let Some(mut gpu) = gpu() else { return };
    let mut report = Report::default();
    for dim in WIDTHS {
        // More than a tile of queries and of keys, with a past and without.
        for (n_queries, n_keys) in [(37, 50), (13, 13), (1, 3)] {
            for source in [Source::Cached, Source::Fresh] {
                let heads = Heads { n_query: 6, n_kv: 2, dim };
                let mut random = Random(u64::from(dim) + n_keys as u64);
                let q = random.numbers(n_queries * 6 * dim as usize);
                let memory = Memory::random(n_keys, 2 * dim as usize, source, &mut random);
                let span = Span::Causal { n_queries: n_queries as u32, n_keys: n_keys as u32 };
                let launch = attend(heads, source, span).unwrap();
                let q_bits = bits(&q);
                let buffers = [
                    Buffer::In(&q_bits),
                    Buffer::In(&memory.bound[0]),
                    Buffer::In(&memory.bound[1]),
                    Buffer::Out(q.len()),
                ];
                let found = run(&mut gpu, &launch, &buffers).remove(0);
                let expected = expected(&q, &memory, heads, |row| Some(0..n_keys - n_queries + row + 1));
                let what = format!("{dim} columns, {n_queries} queries, {n_keys} keys, {source:?}");
                report.add(compare(&what, &found, &expected, F32_SUMS));
            }
        }
    }
    report.finish(24);
}

#[test]
fn full_attention_of_a_segment() {
    let Some(mut gpu) = gpu() else { return };
    let mut report = Report::default();
    for dim in WIDTHS {
        let heads = Heads { n_query: 3, n_kv: 3, dim };
        let (n_rows, first, n) = (49, 5, 41);
        let mut random = Random(dim.into());
        let q = random.numbers(n_rows * 3 * dim as usize);
        let memory = Memory::random(n_rows, 3 * dim as usize, Source::Fresh, &mut random);
        let span = Span::Segment { first: first as u32, n: n as u32 };
        let launch = attend(heads, Source::Fresh, span).unwrap();
        let q_bits = bits(&q);
        let buffers = [
            Buffer::In(&q_bits),
            Buffer::In(&memory.bound[0]),
            Buffer::In(&memory.bound[1]),
            Buffer::Out(q.len()),
        ];
        let found = run(&mut gpu, &launch, &buffers).remove(0);
        let segment = first..first + n;
        let expected = expected(&q, &memory, heads, |row| segment.contains(&row).then(|| segment.clone()));
        report.add(compare(&format!("{dim} columns"), &found, &expected, F32_SUMS));
    }
    report.finish(4);
}

#[test]
fn attention_of_a_decode_step() {
    let Some(mut gpu) = gpu() else { return };
    let mut report = Report::default();
    for dim in WIDTHS {
        // One run, a ragged last run, a query that a whole run is hidden from, runs of more than 64 keys.
        for (n_queries, n_keys) in [(1, 1), (1, 150), (3, 130), (2, 2100)] {
            let heads = Heads { n_query: 6, n_kv: 2, dim };
            let mut random = Random(u64::from(dim) + n_keys as u64);
            let q = random.numbers(n_queries * 6 * dim as usize);
            let memory = Memory::random(n_keys, 2 * dim as usize, Source::Cached, &mut random);
            let launches = attend_split(heads, Source::Cached, n_queries as u32, n_keys as u32).unwrap();
            let q_bits = bits(&q);
            let buffers = [
                Buffer::In(&q_bits),
                Buffer::In(&memory.bound[0]),
                Buffer::In(&memory.bound[1]),
                Buffer::Out(launches.n_runs_elements as usize),
            ];
            let runs = run(&mut gpu, &launches.split, &buffers).remove(0);
            let found = run(&mut gpu, &launches.merge, &[Buffer::In(&runs), Buffer::Out(q.len())]).remove(0);
            let expected = expected(&q, &memory, heads, |row| Some(0..n_keys - n_queries + row + 1));
            let what = format!("{dim} columns, {n_queries} queries, {n_keys} keys");
            report.add(compare(&what, &found, &expected, F32_SUMS));
        }
    }
    report.finish(16);
}

#[test]
fn rotation() {
    let Some(mut gpu) = gpu() else { return };
    let mut report = Report::default();
    let (rows, n_query, n_kv, dim, n_past, capacity) = (13, 7, 1, 20, 3, 17);
    let mut random = Random(11);
    let q = random.numbers(rows * n_query * dim);
    let [k, v] = [(); 2].map(|()| random.numbers(rows * n_kv * dim));
    let (cosines, sines) = angles(rows * dim / 2);
    let turned = |x: &[f32], n_heads: usize| -> Vec<f64> {
        let mut y: Vec<f64> = x.iter().map(|v| f64::from(*v)).collect();
        for (i, head) in y.chunks_mut(dim).enumerate() {
            let at = i / n_heads * dim / 2;
            rotate(head, &cosines[at..], &sines[at..]);
        }
        y
    };
    let [q_bits, k_bits, v_bits, c_bits, s_bits] = [&q, &k, &v, &cosines, &sines].map(|values| bits(values));

    let launch = rope(rows as u32, n_query as u32, dim as u32).unwrap();
    let buffers = [Buffer::In(&q_bits), Buffer::In(&c_bits), Buffer::In(&s_bits), Buffer::Out(q.len())];
    let found = run(&mut gpu, &launch, &buffers).remove(0);
    report.add(compare("rope", &found, &turned(&q, n_query), F32_SUMS));

    let heads = Heads { n_query: n_query as u32, n_kv: n_kv as u32, dim: dim as u32 };
    let launch = rope_append(rows as u32, heads, n_past as u32).unwrap();
    let cols = n_kv * dim;
    let inputs = [&q_bits, &k_bits, &v_bits, &c_bits, &s_bits].map(|words| Buffer::In(words));
    let outputs = [Buffer::Out(q.len()), Buffer::Out(capacity * 2 * cols)];
    let found = run(&mut gpu, &launch, &inputs.into_iter().chain(outputs).collect::<Vec<_>>());
    report.add(compare("rope_append, queries", &found[0], &turned(&q, n_query), F32_SUMS));
    let mut cache = vec![f64::NAN; capacity * 2 * cols];
    for (row, (k, v)) in turned(&k, n_kv).chunks(cols).zip(v.chunks(cols)).enumerate() {
        let place = &mut cache[(n_past + row) * 2 * cols..][..2 * cols];
        place[..cols].copy_from_slice(k);
        place[cols..].iter_mut().zip(v).for_each(|(place, v)| *place = f64::from(*v));
    }
    report.add(compare("rope_append, cache", &found[1], &cache, F32_SUMS));
    report.finish(3);
}
