use std::fmt;

use anyhow::Result;
use model::backend::{Backend, Linear, Shape};
use qvm::synth;
use qvm::workload::{now_secs, wait_for};
use tensor::Dtype;

use super::figures::Spread;
use super::machines::{Measure, Measured};

/// The gate of the 2B's MLP, the matrix that it has most of: (outputs, inputs).
const MATRIX: Shape = Shape::new(8960, 1536);

/// Copies of a matrix are multiplied in turn until they are together this large: no cache holds them, as none holds a
/// model.
const WEIGHT_BYTES: usize = 128 << 20;

/// Rows of a prefill.
const PREFILL_ROWS: usize = 128;

/// Matrices that a prefill is measured with: less memory is read again and again there, so fewer will do.
const PREFILL_MATRICES: usize = 8;

/// Products with a weight of each type: one row, as in decoding, and many, as in a prefill.
#[derive(Clone, Copy, Debug)]
pub struct Products {
    /// Runs that count.
    pub n_runs: u32,
}

/// What one type of weight allows.
#[derive(Clone, Debug)]
pub struct ProductSpeed {
    dtype: Dtype,
    /// Bytes of weights per second, one row.
    matvec: Spread,
    /// Operations per second, [`PREFILL_ROWS`] rows.
    matmul: Spread,
}

impl Measure for Products {
    type Found = Vec<ProductSpeed>;

    async fn on<B: Backend>(&self, mut b: B) -> Result<Vec<ProductSpeed>> {
        let mut found = Vec::new();
        for dtype in Dtype::ALL {
            found.push(self.of(&mut b, dtype).await?);
        }
        Ok(found)
    }
}

impl Products {
    async fn of<B: Backend>(&self, b: &mut B, dtype: Dtype) -> Result<ProductSpeed> {
        let bytes = synth::weight(dtype, MATRIX, 0)?;
        let n_matrices = WEIGHT_BYTES.div_ceil(bytes.len());
        let mut matrices = Vec::new();
        for _ in 0..n_matrices {
            matrices.push(Linear { weight: b.weight(dtype, MATRIX, &bytes)?, bias: None });
            b.settle().await?;
        }
        let one = self.secs(b, &matrices, 1).await?;
        let some = &matrices[..n_matrices.min(PREFILL_MATRICES)];
        let many = self.secs(b, some, PREFILL_ROWS).await?;
        let n_bytes = (bytes.len() * n_matrices) as f64;
        let n_flops = (2 * PREFILL_ROWS * MATRIX.n_elements() * some.len()) as f64;
        Ok(ProductSpeed {
            dtype,
            matvec: Spread::of(one.iter().map(|secs| n_bytes / secs)),
            matmul: Spread::of(many.iter().map(|secs| n_flops / secs)),
        })
    }

    /// Seconds of multiplying all matrices once, for each run.
    async fn secs<B: Backend>(&self, b: &mut B, matrices: &[Linear<B::Weight>], n_rows: usize) -> Result<Vec<f64>> {
        let shape = Shape::new(n_rows, MATRIX.cols);
        let values: Vec<f32> = (0..shape.n_elements()).map(|i| (i as f32 * 0.37).sin()).collect();
        let x = b.upload(shape, &values)?;
        let mut secs = Vec::new();
        for run in 0..=self.n_runs {
            let started_secs = now_secs();
            let mut last = None;
            for matrix in matrices {
                last = Some(b.linear(&x, matrix)?);
            }
            if let Some(last) = &last {
                wait_for(b, last).await?;
            }
            // The first run is the machine's own business: compiling, filling caches.
            if run > 0 {
                secs.push(now_secs() - started_secs);
            }
        }
        Ok(secs)
    }
}

/// One line for each machine and type.
#[derive(Debug)]
pub struct ProductTable(pub Vec<Measured<Vec<ProductSpeed>>>);

impl fmt::Display for ProductTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(reference) = self.0.first() else { return Ok(()) };
        for measured in &self.0 {
            writeln!(f, "{}, bandwidth {:.1} GB/s", measured.machine, measured.bandwidth / 1e9)?;
            let (one, many) = ("one row, GB/s", format!("{PREFILL_ROWS} rows, GFLOP/s"));
            writeln!(f, "{:<8} {one:>22} {:>12} {:>8} {many:>26} {:>8}", "weight", "of bandwidth", "to CPU", "to CPU")?;
            for (speed, reference) in measured.found.iter().zip(&reference.found) {
                let share = format!("{:.0} %", 100.0 * speed.matvec.median / measured.bandwidth);
                let ratio = |found: Spread, reference: Spread| format!("{:.2}", found.median / reference.median);
                writeln!(
                    f,
                    "{:<8} {:>22} {share:>12} {:>8} {:>26} {:>8}",
                    speed.dtype,
                    speed.matvec.in_units_of(1e9),
                    ratio(speed.matvec, reference.matvec),
                    speed.matmul.in_units_of(1e9),
                    ratio(speed.matmul, reference.matmul)
                )?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
