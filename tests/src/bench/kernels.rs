use std::fmt;

use anyhow::Result;
use model::backend::{Backend, Linear, Shape};
use pack::random_weight;
use qvm::workload::{now_secs, wait_for};
use tensor::Dtype;

use super::figures::Spread;
use super::machines::{Measure, Measured};

/// The gate of the 2B's MLP, its most frequent shape: (outputs, inputs).
const MATRIX: Shape = Shape::new(8960, 1536);

/// Copies of a matrix, of this size together, are used in turn, so that no cache holds them, as no cache holds a model.
const WEIGHT_BYTES: usize = 128 << 20;

/// Rows of a prefill.
const PREFILL_ROWS: usize = 128;

/// A run is as many products as take about this long: long compared with a readback from a GPU, short for a person who waits.
const RUN_SECS: f64 = 0.2;
const MOST_PRODUCTS: f64 = 500.0;

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
        let bytes = random_weight(dtype, MATRIX.rows, MATRIX.cols, 0)?;
        let n_matrices = WEIGHT_BYTES.div_ceil(bytes.len());
        let mut matrices = Vec::new();
        for _ in 0..n_matrices {
            matrices.push(Linear { weight: b.weight(dtype, MATRIX, &bytes)?, bias: None });
            b.settle().await?;
        }
        let (n_bytes, n_flops) = (bytes.len() as f64, (2 * PREFILL_ROWS * MATRIX.n_elements()) as f64);
        let one = self.secs(b, &matrices, 1).await?;
        let many = self.secs(b, &matrices, PREFILL_ROWS).await?;
        Ok(ProductSpeed {
            dtype,
            matvec: Spread::of(one.iter().map(|secs| n_bytes / secs)),
            matmul: Spread::of(many.iter().map(|secs| n_flops / secs)),
        })
    }

    /// Seconds of one product, for each run.
    async fn secs<B: Backend>(
        &self,
        b: &mut B,
        matrices: &[Linear<B::Weight>],
        n_rows: usize,
    ) -> Result<Vec<f64>> {
        let shape = Shape::new(n_rows, MATRIX.cols);
        let values: Vec<f32> = (0..shape.n_elements()).map(|i| (i as f32 * 0.37).sin()).collect();
        let x = b.upload(shape, &values)?;
        let mut matrices = matrices.iter().cycle();
        // The first product does not count: it compiles and fills caches.
        multiply(b, &x, matrices.by_ref().take(1)).await?;
        let guess_secs = multiply(b, &x, matrices.by_ref().take(1)).await?;
        let n_products = (RUN_SECS / guess_secs).clamp(1.0, MOST_PRODUCTS) as usize;
        let mut secs = Vec::new();
        for _ in 0..self.n_runs {
            secs.push(multiply(b, &x, matrices.by_ref().take(n_products)).await? / n_products as f64);
        }
        Ok(secs)
    }
}

/// Seconds that it takes to multiply by all of these.
async fn multiply<'m, B: Backend>(
    b: &mut B,
    x: &B::Tensor,
    matrices: impl Iterator<Item = &'m Linear<B::Weight>>,
) -> Result<f64>
where
    B::Weight: 'm,
{
    let started_secs = now_secs();
    let mut last = None;
    for matrix in matrices {
        last = Some(b.linear(x, matrix)?);
    }
    if let Some(last) = &last {
        wait_for(b, last).await?;
    }
    Ok(now_secs() - started_secs)
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
            writeln!(
                f,
                "{:<8} {one:>22} {:>12} {:>8} {many:>26} {:>8}",
                "weight", "of bandwidth", "ratio", "ratio"
            )?;
            for (speed, reference) in measured.found.iter().zip(&reference.found) {
                let share = format!("{:.0} %", 100.0 * speed.matvec.median / measured.bandwidth);
                let ratio =
                    |found: Spread, reference: Spread| format!("{:.2}", found.median / reference.median);
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
