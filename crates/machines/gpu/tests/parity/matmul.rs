use kernels::Variant;
use kernels::linear::{Matrix as Rows, Product, packs};
use tensor::Dtype;

use crate::bench::{Bench, Buffer};
use crate::compare::F32_SUMS;
use crate::data::{Matrix, Random, bits, ragged_cols};

/// A weight of 11 significant bits: 2^-11 / sqrt 12 of itself is lost, squared 2e-8.
const F16_WEIGHTS: f64 = 1e-7;

struct Shape {
    rows: usize,
    cols: usize,
    x_rows: usize,
    /// Rows of the matrix before these, and columns of y.
    before: usize,
    /// Columns of y after these.
    after: usize,
    extras: bool,
}

/// Part of one tile with everything around it, and more than one tile each way with nothing.
fn shapes(dtype: Dtype) -> [Shape; 2] {
    [
        Shape { rows: 13, cols: ragged_cols(dtype), x_rows: 13, before: 3, after: 5, extras: true },
        Shape { rows: 70, cols: 512, x_rows: 67, before: 0, after: 0, extras: false },
    ]
}

impl Shape {
    fn product(&self, dtype: Dtype) -> Product {
        let Self { rows, cols, before, .. } = *self;
        Product {
            matrix: Rows { dtype, rows: rows as u32, cols: cols as u32, first_row: before as u32 },
            x_rows: self.x_rows as u32,
            out_col: before as u32,
            out_cols: self.out_cols() as u32,
            has_bias: self.extras,
            has_residual: self.extras,
            normalise: None,
        }
    }

    fn out_cols(&self) -> usize {
        self.before + self.rows + self.after
    }

    fn expected(&self, w: &Matrix, x: &[f32], bias: &[f32], residual: &[f32]) -> Vec<f64> {
        let mut expected = vec![f64::NAN; residual.len()];
        for (r, x) in x.chunks(self.cols).enumerate() {
            let x: Vec<f64> = x.iter().map(|v| f64::from(*v)).collect();
            for row in 0..self.rows {
                let col = self.before + row;
                let at = r * self.out_cols() + col;
                let extra = f64::from(bias[col]) + f64::from(residual[at]);
                expected[at] = w.dot(col, &x) + if self.extras { extra } else { 0.0 };
            }
        }
        expected
    }
}

pub(crate) fn matmul(bench: &mut Bench, variant: &Variant) {
    let dtype = variant.weight.unwrap();
    let most = if variant.features.f16 { F16_WEIGHTS } else { F32_SUMS };
    for shape in shapes(dtype) {
        let mut random = Random(dtype as u64);
        let w = Matrix::random(dtype, shape.before + shape.rows, shape.cols, &mut random);
        let x = random.numbers(shape.x_rows * shape.cols);
        let bias = random.numbers(shape.out_cols());
        let residual = random.numbers(shape.x_rows * shape.out_cols());
        let expected = shape.expected(&w, &x, &bias, &residual);
        let launch = shape.product(dtype).launch(variant.features).unwrap();
        let [x, bias, residual] = [&x, &bias, &residual].map(|values| bits(values));
        let inputs = [&x, &w.words, &bias, &residual].map(|words| Buffer::In(words));
        let buffers: Vec<_> = inputs.into_iter().chain([Buffer::Out(expected.len())]).collect();
        bench.expect(&format!("{} rows", shape.rows), &launch, &buffers, &expected, most);
    }
}

/// x as `quantise_rows` should round it: (quants, scales, the rounded values)
fn quantised(x: &[f32]) -> (Vec<u32>, Vec<f32>, Vec<f32>) {
    let (mut quants, mut scales, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for block in x.chunks(32) {
        let scale = block.iter().fold(0f32, |most, v| most.max(v.abs())) / 127.0;
        let rounded: Vec<i8> =
            block.iter().map(|v| if scale == 0.0 { 0 } else { (v / scale).round() as i8 }).collect();
        let words = rounded.chunks(4).map(|q| u32::from_le_bytes([q[0], q[1], q[2], q[3]].map(|q| q as u8)));
        quants.extend(words);
        scales.push(scale);
        values.extend(rounded.iter().map(|q| f32::from(*q) * scale));
    }
    (quants, scales, values)
}

/// A number halfway between two quants may become either.
pub(crate) fn quantise_rows(bench: &mut Bench, _: &Variant) {
    let (x_rows, cols) = (13, 37 * 32);
    let mut x = Random(1).numbers(x_rows * cols);
    // A block of zeros has no scale.
    x[64..96].fill(0.0);
    let (_, scales, _) = quantised(&x);
    let matrix = Rows { dtype: Dtype::Q8_0, rows: 1, cols: cols as u32, first_row: 0 };
    let [launch, _] = Product::whole(matrix, x_rows as u32).launch_packed().unwrap();
    let buffers = [Buffer::In(&bits(&x)), Buffer::Out(x.len() / 4), Buffer::Out(x.len() / 32)];
    let found = bench.run(&launch, &buffers);
    let found_scales = found[1].iter().map(|word| f32::from_bits(*word));
    let wrong = found_scales.zip(&scales).position(|(found, scale)| (found - scale).abs() > 1e-6 * scale);
    bench.check(wrong.map_or(Ok(()), |i| Err(format!("scale {i} is wrong"))));
    let quants = found[0].iter().flat_map(|word| word.to_le_bytes()).map(|q| f32::from(q as i8));
    let far = quants.zip(&x).enumerate().find_map(|(i, (quant, x))| {
        let scale = scales[i / 32];
        ((quant * scale - x).abs() > 0.501 * scale).then(|| format!("{x} became {quant} with scale {scale}"))
    });
    bench.check(far.map_or(Ok(()), Err));
}

/// The expected result uses the rounded x, since products of integers are exact.
pub(crate) fn matmul_packed(bench: &mut Bench, variant: &Variant) {
    let dtype = variant.weight.unwrap();
    assert!(packs(dtype));
    for shape in shapes(dtype) {
        let mut random = Random(dtype as u64);
        let w = Matrix::random(dtype, shape.before + shape.rows, shape.cols, &mut random);
        let (quants, scales, x) = quantised(&random.numbers(shape.x_rows * shape.cols));
        let bias = random.numbers(shape.out_cols());
        let residual = random.numbers(shape.x_rows * shape.out_cols());
        let expected = shape.expected(&w, &x, &bias, &residual);
        let [_, launch] = shape.product(dtype).launch_packed().unwrap();
        let [scales, bias, residual] = [&scales, &bias, &residual].map(|values| bits(values));
        let inputs = [&quants, &scales, &w.words, &bias, &residual].map(|words| Buffer::In(words));
        let buffers: Vec<_> = inputs.into_iter().chain([Buffer::Out(expected.len())]).collect();
        bench.expect(&format!("{} rows", shape.rows), &launch, &buffers, &expected, F32_SUMS);
    }
}
