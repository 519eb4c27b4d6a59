use kernels::{Variant, norm};

use crate::bench::{Bench, Buffer};
use crate::compare::F32_SUMS;
use crate::data::{Random, bits};

const N_ROWS: usize = 13;
const COLS: usize = 1180;
const EPS: f32 = 1e-5;

struct Case {
    x: Vec<f32>,
    gain: Vec<f32>,
    shift: Vec<f32>,
}

impl Case {
    fn new() -> Self {
        let mut random = Random(2);
        // The mean is large compared with the deviation, so a careless variance would lose its digits.
        let x = random.numbers(N_ROWS * COLS).iter().map(|v| v + 30.0).collect();
        Self { x, gain: random.numbers(COLS), shift: random.numbers(COLS) }
    }

    /// `centred` says whether the mean is subtracted and the shift added.
    fn expected(&self, centred: bool) -> Vec<f64> {
        let each = |row: &[f32]| {
            let n = COLS as f64;
            let mean = if centred { row.iter().map(|v| f64::from(*v)).sum::<f64>() / n } else { 0.0 };
            let squares: f64 = row.iter().map(|v| (f64::from(*v) - mean).powi(2)).sum();
            let scale = (squares / n + f64::from(EPS)).powf(-0.5);
            (0..COLS)
                .map(|i| {
                    let shift = if centred { f64::from(self.shift[i]) } else { 0.0 };
                    (f64::from(row[i]) - mean) * scale * f64::from(self.gain[i]) + shift
                })
                .collect::<Vec<_>>()
        };
        self.x.chunks(COLS).flat_map(each).collect()
    }
}

pub(crate) fn rms_norm(bench: &mut Bench, variant: &Variant) {
    let case = Case::new();
    let launch = norm::rms_norm(N_ROWS as u32, COLS as u32, EPS, variant.features).unwrap();
    let [x, gain] = [&case.x, &case.gain].map(|values| bits(values));
    let buffers = [Buffer::In(&x), Buffer::In(&gain), Buffer::Out(x.len())];
    bench.expect("y", &launch, &buffers, &case.expected(false), F32_SUMS);
}

pub(crate) fn layer_norm(bench: &mut Bench, variant: &Variant) {
    let case = Case::new();
    let launch = norm::layer_norm(N_ROWS as u32, COLS as u32, EPS, variant.features).unwrap();
    let [x, gain, shift] = [&case.x, &case.gain, &case.shift].map(|values| bits(values));
    let buffers = [Buffer::In(&x), Buffer::In(&gain), Buffer::In(&shift), Buffer::Out(x.len())];
    bench.expect("y", &launch, &buffers, &case.expected(true), F32_SUMS);
}
