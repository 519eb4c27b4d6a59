//! Numbers to compute with, a machine to compute on, and the comparison with plain loops.

use cpu::{Cpu, Precision};
use model::backend::{Backend, Linear, Shape};
use tensor::Dtype;

/// A matrix of numbers, row by row.
#[derive(Clone, Debug)]
pub(crate) struct Matrix {
    pub(crate) rows: usize,
    pub(crate) cols: usize,
    pub(crate) values: Vec<f32>,
}

impl Matrix {
    /// Numbers between -2 and 2 without a pattern; another seed, other numbers.
    pub(crate) fn any(rows: usize, cols: usize, seed: usize) -> Self {
        let value = |i: usize| ((i as f32 + 1.0) * 1.37 + seed as f32 * 17.3).sin() * 2.0;
        Self { rows, cols, values: (0..rows * cols).map(value).collect() }
    }

    pub(crate) fn shape(&self) -> Shape {
        Shape::new(self.rows, self.cols)
    }

    pub(crate) fn row(&self, i: usize) -> &[f32] {
        &self.values[i * self.cols..(i + 1) * self.cols]
    }

    pub(crate) fn row64(&self, i: usize) -> Vec<f64> {
        self.row(i).iter().map(|v| f64::from(*v)).collect()
    }

    /// From rows of another matrix, in this order.
    pub(crate) fn of_rows<'a>(rows: impl IntoIterator<Item = &'a [f32]>) -> Self {
        let rows: Vec<_> = rows.into_iter().collect();
        Self { rows: rows.len(), cols: rows[0].len(), values: rows.concat() }
    }
}

/// A machine, with results read at once.
pub(crate) struct Machine(pub(crate) Cpu);

impl Machine {
    pub(crate) fn exact() -> Self {
        Self(Cpu::new(Precision::Exact))
    }

    pub(crate) fn tensor(&mut self, m: &Matrix) -> <Cpu as Backend>::Tensor {
        self.0.upload(m.shape(), &m.values).unwrap()
    }

    pub(crate) fn weight(&mut self, m: &Matrix) -> <Cpu as Backend>::Weight {
        let bytes: Vec<u8> = m.values.iter().flat_map(|v| v.to_le_bytes()).collect();
        self.0.weight(Dtype::F32, m.shape(), &bytes).unwrap()
    }

    pub(crate) fn linear(
        &mut self,
        weight: &Matrix,
        bias: Option<&Matrix>,
    ) -> Linear<<Cpu as Backend>::Weight> {
        Linear { weight: self.weight(weight), bias: bias.map(|b| self.weight(b)) }
    }

    pub(crate) fn read(&mut self, x: &<Cpu as Backend>::Tensor) -> Matrix {
        let Shape { rows, cols } = self.0.shape(x);
        Matrix { rows, cols, values: pollster::block_on(self.0.read(x)).unwrap() }
    }
}

/// How far a number may be off, and why that far.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tolerance {
    pub(crate) max_abs: f64,
    pub(crate) reason: &'static str,
}

pub(crate) const F32_SUMS: Tolerance = Tolerance {
    max_abs: 5e-5,
    reason: "sums of up to a few hundred f32 products of size 4 against the same in f64",
};

/// Compares a result with what a plain loop computed in f64.
#[track_caller]
pub(crate) fn assert_close(found: &Matrix, expected: &[Vec<f64>], tolerance: Tolerance) {
    assert_eq!(found.rows, expected.len(), "rows");
    for (i, expected) in expected.iter().enumerate() {
        assert_eq!(found.cols, expected.len(), "columns");
        for (j, (f, e)) in found.row(i).iter().zip(expected).enumerate() {
            let difference = (f64::from(*f) - e).abs();
            // Written so that a difference that is not a number fails.
            assert!(
                difference <= tolerance.max_abs,
                "row {i}, column {j}: found {f}, expected {e}; at most {} off ({})",
                tolerance.max_abs,
                tolerance.reason
            );
        }
    }
}
