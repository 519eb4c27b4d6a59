//! Every type of weight, as a table of rows and as a matrix, kept in its blocks and widened.

use crate::support::{F32_SUMS, Machine, Matrix, Tolerance, assert_close};
use cpu::{Cpu, Precision};
use half::{bf16, f16};
use model::backend::{Backend, Ids, Linear, Shape};
use tensor::{Dtype, dequantise};

const SHAPE: Shape = Shape::new(7, 512);

/// Bytes of a weight: patterns in the quants, scales of a size that weights have.
fn bytes(dtype: Dtype) -> Vec<u8> {
    let number = |i: usize| ((i as f32 + 0.5) * 0.73).sin() * 0.8;
    let n = SHAPE.n_elements();
    match dtype {
        Dtype::F32 => (0..n).flat_map(|i| number(i).to_le_bytes()).collect(),
        Dtype::F16 => (0..n).flat_map(|i| f16::from_f32(number(i)).to_le_bytes()).collect(),
        Dtype::BF16 => (0..n).flat_map(|i| bf16::from_f32(number(i)).to_le_bytes()).collect(),
        _ => {
            let mut state = 12345u32;
            let mut any = || {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            };
            let mut bytes: Vec<u8> = (0..dtype.n_bytes(n).unwrap()).map(|_| any()).collect();
            let (places, size) = scales(dtype);
            for (i, block) in bytes.chunks_exact_mut(dtype.block_bytes()).enumerate() {
                for &at in places {
                    let scale = f16::from_f32(size * (1.0 + number(i + at).abs()));
                    block[at..at + 2].copy_from_slice(&scale.to_le_bytes());
                }
            }
            bytes
        }
    }
}

/// The places of a block's f16 numbers, and their size in a weight: blocks of 256 multiply them once more.
fn scales(dtype: Dtype) -> (&'static [usize], f32) {
    match dtype {
        Dtype::Q4_0 | Dtype::Q5_0 | Dtype::Q8_0 => (&[0], 0.01),
        Dtype::Q4_1 | Dtype::Q5_1 => (&[0, 2], 0.01),
        Dtype::Q2K => (&[80, 82], 0.01),
        Dtype::Q3K => (&[108], 0.001),
        Dtype::Q4K | Dtype::Q5K => (&[0, 2], 0.001),
        Dtype::Q6K => (&[208], 0.0002),
        Dtype::F32 | Dtype::F16 | Dtype::BF16 => (&[], 0.0),
    }
}

fn values(dtype: Dtype, bytes: &[u8]) -> Matrix {
    let mut values = vec![0.0; SHAPE.n_elements()];
    dequantise(dtype, bytes, &mut values).unwrap();
    Matrix { rows: SHAPE.rows, cols: SHAPE.cols, values }
}

fn products(x: &Matrix, w: &Matrix) -> Vec<Vec<f64>> {
    let dot = |i: usize, j: usize| x.row64(i).iter().zip(w.row64(j)).map(|(a, b)| a * b).sum();
    (0..x.rows).map(|i| (0..w.rows).map(|j| dot(i, j)).collect()).collect()
}

fn run_linear(precision: Precision, dtype: Dtype, bytes: &[u8], x: &Matrix) -> Matrix {
    let mut m = Machine(Cpu::new(precision));
    let weight = m.0.weight(dtype, SHAPE, bytes).unwrap();
    assert_eq!(m.0.weight_shape(&weight), SHAPE);
    let x = m.tensor(x);
    let y = m.0.linear(&x, &Linear { weight, bias: None }).unwrap();
    m.read(&y)
}

/// What rounding activations to 8 bits can do to one output, at worst: every number is off by half a step of its block
/// (a 127th of the block's largest), and the step itself is stored as an f16 (11 bits).
fn rounding(x: &Matrix, w: &Matrix) -> f64 {
    let largest = x.values.iter().fold(0f32, |a, v| a.max(v.abs()));
    let heaviest = (0..w.rows).map(|j| w.row64(j).iter().map(|v| v.abs()).sum::<f64>()).fold(0.0, f64::max);
    heaviest * f64::from(largest) * (1.0 / 254.0 + 1.0 / 2048.0)
}

#[test]
fn linear_takes_every_type_in_both_precisions() {
    // One row is another code path than several.
    for n_rows in [1, 13] {
        let x = Matrix::any(n_rows, SHAPE.cols, 31);
        for dtype in Dtype::ALL {
            let bytes = bytes(dtype);
            let w = values(dtype, &bytes);
            assert!(w.values.iter().all(|v| v.is_finite() && v.abs() < 10.0), "{dtype}");
            let expected = products(&x, &w);
            let sums = Tolerance { max_abs: 5e-4, reason: "512 f32 products of up to 20 each" };
            println!("{dtype} exact");
            assert_close(&run_linear(Precision::Exact, dtype, &bytes, &x), &expected, sums);
            let tolerance = match dtype.block_len() {
                1 => sums,
                _ => Tolerance { max_abs: rounding(&x, &w), reason: "activations are rounded to 8 bits" },
            };
            println!("{dtype} quantised, at most {} off", tolerance.max_abs);
            assert_close(&run_linear(Precision::Quantised, dtype, &bytes, &x), &expected, tolerance);
        }
    }
}

#[test]
fn the_tolerance_for_rounded_activations_refuses_a_swapped_row() {
    let x = Matrix::any(3, SHAPE.cols, 32);
    for dtype in [Dtype::Q4_0, Dtype::Q6K, Dtype::Q8_0] {
        let bytes = bytes(dtype);
        let w = values(dtype, &bytes);
        let found = run_linear(Precision::Quantised, dtype, &bytes, &x);
        let swapped = Matrix::of_rows([1, 0, 2, 3, 4, 5, 6].map(|j| w.row(j)));
        let tolerance = Tolerance { max_abs: rounding(&x, &w), reason: "as above" };
        let refused = std::panic::catch_unwind(|| assert_close(&found, &products(&x, &swapped), tolerance));
        assert!(refused.is_err(), "{dtype}");
    }
}

#[test]
fn embed_gives_the_dequantised_row_in_both_precisions() {
    for precision in [Precision::Exact, Precision::Quantised] {
        for dtype in Dtype::ALL {
            let mut m = Machine(Cpu::new(precision));
            let bytes = bytes(dtype);
            let table = values(dtype, &bytes);
            let weight = m.0.weight(dtype, SHAPE, &bytes).unwrap();
            let rows = m.0.embed(&weight, Ids::Host(&[6, 0, 3])).unwrap();
            let expected: Vec<Vec<f64>> = [6, 0, 3].map(|i| table.row64(i)).into();
            let reason = "scale and minimum may be multiplied in another order";
            assert_close(&m.read(&rows), &expected, Tolerance { max_abs: 2e-6, reason });
        }
    }
}

#[test]
fn a_bias_and_a_norm_are_vectors_of_any_float_type() {
    for (dtype, precision) in [
        (Dtype::F32, Precision::Exact),
        (Dtype::F16, Precision::Quantised),
        (Dtype::BF16, Precision::Quantised),
    ] {
        let mut m = Machine(Cpu::new(precision));
        let numbers = [0.5f32, -2.0, 1.25];
        let bytes: Vec<u8> = match dtype {
            Dtype::F16 => numbers.iter().flat_map(|v| f16::from_f32(*v).to_le_bytes()).collect(),
            Dtype::BF16 => numbers.iter().flat_map(|v| bf16::from_f32(*v).to_le_bytes()).collect(),
            _ => numbers.iter().flat_map(|v| v.to_le_bytes()).collect(),
        };
        let bias = m.0.weight(dtype, Shape::new(1, 3), &bytes).unwrap();
        let weight = m.weight(&Matrix::any(3, 4, 33));
        let x = m.tensor(&Matrix { rows: 1, cols: 4, values: vec![0.0; 4] });
        let y = m.0.linear(&x, &Linear { weight, bias: Some(bias) }).unwrap();
        assert_close(&m.read(&y), &[numbers.map(f64::from).to_vec()], F32_SUMS);
    }
}

#[test]
fn a_weight_wants_whole_rows_and_all_of_its_bytes() {
    let mut m = Machine::exact();
    let mut refusal = |dtype, shape, n_bytes: usize| match m.0.weight(dtype, shape, &vec![0; n_bytes]) {
        Ok(_) => "taken".to_owned(),
        Err(error) => error.to_string(),
    };
    assert_eq!(refusal(Dtype::Q8_0, Shape::new(2, 32), 68), "taken");
    assert_eq!(
        refusal(Dtype::Q8_0, Shape::new(2, 32), 67),
        "fill: found 67 bytes after 0 rows, expected rows of 34 bytes, 2 in all"
    );
    assert_eq!(refusal(Dtype::Q8_0, Shape::new(2, 32), 34), "filled: found 1 rows, expected 2 x 32");
    assert_eq!(
        refusal(Dtype::Q8_0, Shape::new(2, 32), 102),
        "fill: found 102 bytes after 0 rows, expected rows of 34 bytes, 2 in all"
    );
    // 64 elements are two whole blocks, but a row of 16 is not.
    assert_eq!(
        refusal(Dtype::Q8_0, Shape::new(4, 16), 68),
        "reserve: found 4 x 16, expected rows of whole Q8_0 blocks"
    );
}
