use kernels::Variant;
use kernels::attend::{self, HeadLayout};

use crate::bench::{Bench, Buffer};
use crate::compare::{F32_SUMS, compare};
use crate::data::{Random, bits};

const ROWS: usize = 13;
const N_QUERY: usize = 7;
const N_KV: usize = 1;
const DIM: usize = 20;

/// (cosines, sines)
pub(crate) fn angles(n: usize) -> (Vec<f32>, Vec<f32>) {
    (0..n).map(|i| ((i as f32 * 0.7).cos(), (i as f32 * 0.7).sin())).unzip()
}

/// One head.
pub(crate) fn rotate(y: &mut [f64], cosines: &[f32], sines: &[f32]) {
    let n = y.len() / 2;
    for i in 0..n {
        let (c, s) = (f64::from(cosines[i]), f64::from(sines[i]));
        (y[i], y[i + n]) = (y[i] * c - y[i + n] * s, y[i + n] * c + y[i] * s);
    }
}

/// All heads of all rows.
fn rotated(x: &[f32], n_heads: usize, cosines: &[f32], sines: &[f32]) -> Vec<f64> {
    let mut y: Vec<f64> = x.iter().map(|v| f64::from(*v)).collect();
    for (i, head) in y.chunks_mut(DIM).enumerate() {
        let at = i / n_heads * DIM / 2;
        rotate(head, &cosines[at..], &sines[at..]);
    }
    y
}

pub(crate) fn rope(bench: &mut Bench, _: &Variant) {
    let x = Random(11).numbers(ROWS * N_QUERY * DIM);
    let (cosines, sines) = angles(ROWS * DIM / 2);
    let expected = rotated(&x, N_QUERY, &cosines, &sines);
    let [x, cosines, sines] = [&x, &cosines, &sines].map(|values| bits(values));
    let launch = attend::rope(ROWS as u32, N_QUERY as u32, DIM as u32).unwrap();
    let buffers = [Buffer::In(&x), Buffer::In(&cosines), Buffer::In(&sines), Buffer::Out(x.len())];
    bench.expect("y", &launch, &buffers, &expected, F32_SUMS);
}

pub(crate) fn rope_append(bench: &mut Bench, _: &Variant) {
    let (n_past, capacity, cols) = (3, 17, N_KV * DIM);
    let mut random = Random(12);
    let q = random.numbers(ROWS * N_QUERY * DIM);
    let [k, v] = [(); 2].map(|()| random.numbers(ROWS * cols));
    let (cosines, sines) = angles(ROWS * DIM / 2);
    let expected_queries = rotated(&q, N_QUERY, &cosines, &sines);
    let mut expected_cache = vec![f64::NAN; capacity * 2 * cols];
    let keys = rotated(&k, N_KV, &cosines, &sines);
    for (row, (k, v)) in keys.chunks(cols).zip(v.chunks(cols)).enumerate() {
        let place = &mut expected_cache[(n_past + row) * 2 * cols..][..2 * cols];
        place[..cols].copy_from_slice(k);
        place[cols..].iter_mut().zip(v).for_each(|(place, v)| *place = f64::from(*v));
    }
    let heads = HeadLayout { n_query: N_QUERY as u32, n_kv: N_KV as u32, dim: DIM as u32 };
    let launch = attend::rope_append(ROWS as u32, heads, n_past as u32).unwrap();
    let inputs = [&q, &k, &v, &cosines, &sines].map(|values| bits(values));
    let outputs = [Buffer::Out(q.len()), Buffer::Out(expected_cache.len())];
    let buffers: Vec<_> = inputs.iter().map(|words| Buffer::In(words)).chain(outputs).collect();
    let found = bench.run(&launch, &buffers);
    bench.check(compare("queries", &found[0], &expected_queries, F32_SUMS));
    bench.check(compare("cache", &found[1], &expected_cache, F32_SUMS));
}
