use kernels::{Variant, rows};

use crate::bench::{Bench, Buffer};
use crate::compare::{CANARY, same};
use crate::data::{Matrix, Random, bits, ragged_cols};

const COLS: usize = 28;

pub(crate) fn copy_rows(bench: &mut Bench, _: &Variant) {
    let mut random = Random(4);
    let (x, y) = (bits(&random.numbers(7 * COLS)), bits(&random.numbers(11 * COLS)));
    let launch = rows::copy_rows(3, COLS as u32, 2, 5).unwrap();
    let found = bench.run(&launch, &[Buffer::In(&x), Buffer::InOut(&y)]).remove(0);
    let mut expected = y.clone();
    expected[5 * COLS..8 * COLS].copy_from_slice(&x[2 * COLS..5 * COLS]);
    bench.check(same("y", &found, &expected));
}

pub(crate) fn append(bench: &mut Bench, _: &Variant) {
    let mut random = Random(5);
    let [k, v] = [(); 2].map(|()| bits(&random.numbers(3 * COLS)));
    let launch = rows::append(3, COLS as u32, 2).unwrap();
    let cache = vec![0; 6 * 2 * COLS];
    let found = bench.run(&launch, &[Buffer::In(&k), Buffer::In(&v), Buffer::InOut(&cache)]).remove(0);
    let mut expected = cache.clone();
    for row in 0..3 {
        let at = (2 + row) * 2 * COLS;
        expected[at..at + COLS].copy_from_slice(&k[row * COLS..][..COLS]);
        expected[at + COLS..at + 2 * COLS].copy_from_slice(&v[row * COLS..][..COLS]);
    }
    bench.check(same("cache", &found, &expected));
}

/// Gives the same bits as `dequantise`, except the sign of a zero, which WGSL leaves to the implementation.
pub(crate) fn embed(bench: &mut Bench, variant: &Variant) {
    let dtype = variant.weight.unwrap();
    let cols = ragged_cols(dtype);
    let table = Matrix::random(dtype, 9, cols, &mut Random(3 + dtype as u64));
    // The part is rows 100 to 108; other ids belong to other parts.
    let part = rows::TablePart { dtype, cols: cols as u32, first_row: 100, n_rows: 9 };
    let ids = [7, 7, 108, 99, 100, 109, 103, 0, 104];
    let launch = rows::embed(&part, 2, 7).unwrap();
    let buffers = [Buffer::In(&ids), Buffer::In(&table.words), Buffer::Out(7 * cols)];
    let found = bench.run(&launch, &buffers).remove(0);
    for (row, id) in found.chunks(cols).zip(&ids[2..]) {
        let expected = match id.checked_sub(100) {
            Some(at @ 0..9) => bits(&table.values[at as usize * cols..][..cols]),
            _ => vec![CANARY; cols],
        };
        let unsigned = |words: &[u32]| -> Vec<u32> {
            words.iter().map(|&word| if word == 1 << 31 { 0 } else { word }).collect()
        };
        bench.check(same(&format!("token {id}"), &unsigned(row), &unsigned(&expected)));
    }
}
