//! Products with matrices, and the operations fused into them.

use kernels::Features;
use kernels::linear::{self, Matrix, Product};
use kernels::norm;
use kernels::rows::{TablePart, embed};
use model::backend::{BackendError, Linear, Norm, Shape};
use tensor::Dtype;

use super::cost::Cost;
use super::{Gpu, GpuTensor, GpuWeight};
use crate::executor::Executor;
use crate::recording::Bound;

/// The operations before and after a product.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Around<'a> {
    pub(super) norm: Option<&'a Norm<GpuWeight>>,
    pub(super) residual: Option<&'a GpuTensor>,
}

/// Whether a product with this x runs as a `matvec`, into which a norm can be fused.
pub(super) fn is_short(x: Shape) -> bool {
    x.rows <= linear::MAX_MATVEC_ROWS as usize
}

impl<D: Executor> Gpu<D> {
    /// The features that a kernel may use with this format: halves lose digits that f32 weights have.
    pub(super) fn features_for(&self, dtype: Dtype) -> Features {
        let features = self.device.features();
        let f16 = features.f16 && !matches!(dtype, Dtype::F32 | Dtype::BF16);
        Features { f16, ..features }
    }

    /// `norm(x) wT + b + residual`; a norm only for a [short](is_short) x.
    pub(super) fn product(
        &mut self,
        label: &'static str,
        x: &GpuTensor,
        w: &Linear<GpuWeight>,
        around: Around<'_>,
    ) -> Result<GpuTensor, BackendError> {
        let Linear { weight, bias } = w;
        let (rows, cols) = (x.shape.rows, weight.shape.rows);
        let y = self.tensor(label, Shape::new(rows, cols))?;
        // A binding that is not used must be bound all the same.
        let vector =
            |w: Option<&GpuWeight>| w.and_then(GpuWeight::whole).map_or(x.bound(), |slice| slice.bound());
        let gain = vector(around.norm.map(|norm| &norm.weight));
        let bias_bound = vector(bias.as_ref());
        let residual = around.residual.map_or(x.bound(), GpuTensor::bound);
        for slice in &*weight.slices {
            let n_rows = slice.n_rows.min(cols);
            let matrix = Matrix {
                dtype: weight.dtype,
                rows: n_rows as u32,
                cols: weight.shape.cols as u32,
                first_row: weight.first_row,
            };
            let product = Product {
                matrix,
                x_rows: rows as u32,
                out_col: slice.first_row as u32,
                out_cols: cols as u32,
                has_bias: bias.is_some(),
                has_residual: around.residual.is_some(),
                normalise: around.norm.map(|norm| norm.eps),
            };
            let mut bindings = vec![x.bound()];
            if is_short(x.shape) {
                bindings.push(gain);
            }
            bindings.extend([slice.bound(), bias_bound, residual, y.bound()]);
            let cost = Cost::product(x.shape, n_rows, weight.row_bytes() * n_rows as u64);
            self.dispatch(label, product.launch(self.features_for(weight.dtype)), bindings, cost)?;
        }
        Ok(y)
    }

    /// `silu(gate(h)) * up(h)` of `h = norm(x)` in one dispatch, if x is short and the matrices are joined.
    pub(super) fn swiglu_product(
        &mut self,
        label: &'static str,
        x: &GpuTensor,
        norm: &Norm<GpuWeight>,
        gate: &Linear<GpuWeight>,
        up: &Linear<GpuWeight>,
    ) -> Result<Option<GpuTensor>, BackendError> {
        let beside = gate.weight.first_row == 0 && up.weight.follows(&gate.weight);
        let (Some(matrices), Some(gain)) = (gate.weight.whole(), norm.weight.whole()) else {
            return Ok(None);
        };
        let is_plain = gate.bias.is_none() && up.bias.is_none() && gate.weight.shape == up.weight.shape;
        if !is_short(x.shape) || !beside || !is_plain {
            return Ok(None);
        }
        let Shape { rows: out_cols, cols } = gate.weight.shape;
        let y = self.tensor(label, Shape::new(x.shape.rows, out_cols))?;
        let dtype = gate.weight.dtype;
        let matrix = Matrix { dtype, rows: 2 * out_cols as u32, cols: cols as u32, first_row: 0 };
        let launch =
            linear::matvec_swiglu(matrix, x.shape.rows as u32, Some(norm.eps), self.features_for(dtype));
        let cost = Cost::product(x.shape, 2 * out_cols, matrices.n_bytes);
        self.dispatch(label, launch, vec![x.bound(), gain.bound(), matrices.bound(), y.bound()], cost)?;
        Ok(Some(y))
    }

    pub(super) fn normalise(
        &mut self,
        label: &'static str,
        x: &GpuTensor,
        n: &Norm<GpuWeight>,
    ) -> Result<GpuTensor, BackendError> {
        let y = self.tensor(label, x.shape)?;
        let (rows, cols, features) = (x.shape.rows as u32, x.shape.cols as u32, self.device.features());
        let vectors = [Some(&n.weight), n.bias.as_ref()];
        let mut bindings = vec![x.bound()];
        bindings
            .extend(vectors.into_iter().flatten().filter_map(GpuWeight::whole).map(|slice| slice.bound()));
        bindings.push(y.bound());
        let launch = match n.bias {
            Some(_) => norm::layer_norm(rows, cols, n.eps, features),
            None => norm::rms_norm(rows, cols, n.eps, features),
        };
        self.dispatch(label, launch, bindings, Cost::each(x.shape, 1, 5))?;
        Ok(y)
    }

    /// Rows of a table by ids that are on the device.
    pub(super) fn embed_rows(
        &mut self,
        table: &GpuWeight,
        ids: Bound,
        first_id: u32,
        n_ids: usize,
    ) -> Result<GpuTensor, BackendError> {
        let shape = Shape::new(n_ids, table.shape.cols);
        let y = self.tensor("embed", shape)?;
        for slice in &*table.slices {
            let rows = TablePart {
                dtype: table.dtype,
                cols: table.shape.cols as u32,
                first_row: slice.first_row as u32,
                n_rows: slice.n_rows as u32,
            };
            let launch = embed(&rows, first_id, n_ids as u32);
            let cost = Cost { n_bytes: n_ids as u64 * table.row_bytes(), n_flops: 0 };
            self.dispatch("embed", launch, vec![ids, slice.bound(), y.bound()], cost)?;
        }
        Ok(y)
    }
}
