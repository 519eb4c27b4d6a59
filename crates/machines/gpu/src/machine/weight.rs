use std::rc::Rc;

use kernels::layout;
use model::backend::{BackendError, Linear, Shape};
use tensor::{Dtype, dequantise};

use super::{Gpu, device_error};
use crate::executor::Executor;
use crate::heap::Lease;
use crate::recording::{Bound, Step};

/// A matrix in the layout of the kernels, or a vector in f32.
#[derive(Clone, Debug)]
pub struct GpuWeight {
    pub(super) dtype: Dtype,
    pub(super) shape: Shape,
    /// Rows of the buffer before this matrix; other than 0 only if it shares the buffer.
    pub(super) first_row: u32,
    pub(super) slices: Rc<[RowSlice]>,
    /// Of a bias: the biases of all joined matrices in one buffer. The bias has a buffer of its own too.
    pub(super) run: Option<Rc<Lease>>,
}

/// As many rows of a matrix as fit one binding.
#[derive(Debug)]
pub(super) struct RowSlice {
    pub(super) first_row: usize,
    pub(super) n_rows: usize,
    pub(super) n_bytes: u64,
    pub(super) buffer: Rc<Lease>,
}

impl RowSlice {
    pub(super) fn bound(&self) -> Bound {
        self.buffer.bound(self.n_bytes)
    }
}

impl GpuWeight {
    /// The only slice of a vector, or of a matrix that is not cut.
    pub(super) fn whole(&self) -> Option<&RowSlice> {
        match &*self.slices {
            [slice] => Some(slice),
            _ => None,
        }
    }

    pub(super) fn row_bytes(&self) -> u64 {
        layout::row_words(self.dtype, self.shape.cols).map_or(0, |n| 4 * n as u64)
    }

    pub(super) fn n_bytes(&self) -> u64 {
        self.row_bytes() * self.shape.rows as u64
    }

    /// Whether this matrix follows `before` in the same buffer.
    pub(super) fn follows(&self, before: &Self) -> bool {
        Rc::ptr_eq(&self.slices, &before.slices)
            && self.first_row as usize == before.first_row as usize + before.shape.rows
    }
}

/// A weight that is being filled.
#[derive(Debug)]
pub struct GpuPartial {
    /// Format in the file.
    from: Dtype,
    weight: GpuWeight,
}

impl<D: Executor> Gpu<D> {
    pub(super) fn reserve_weight(&mut self, from: Dtype, shape: Shape) -> Result<GpuPartial, BackendError> {
        // Vectors are small, and the kernels read them as f32.
        let dtype = if shape.rows == 1 { Dtype::F32 } else { from };
        let failed = |error| device_error("reserve", error);
        let row_bytes = 4 * layout::row_words(dtype, shape.cols).map_err(failed)?;
        let most = usize::try_from(self.device.max_binding_bytes()).unwrap_or(usize::MAX);
        let ranges = layout::row_parts(dtype, shape.rows, shape.cols, most).map_err(failed)?;
        let mut slices = Vec::with_capacity(ranges.len());
        for rows in ranges {
            let n_bytes = (rows.len() * row_bytes) as u64;
            let buffer = self.lasting("reserve", n_bytes)?;
            slices.push(RowSlice { first_row: rows.start, n_rows: rows.len(), n_bytes, buffer });
        }
        let weight = GpuWeight { dtype, shape, first_row: 0, slices: slices.into(), run: None };
        Ok(GpuPartial { from, weight })
    }

    pub(super) fn fill_weight(
        &mut self,
        GpuPartial { from, weight }: &GpuPartial,
        first_row: usize,
        bytes: &[u8],
    ) -> Result<(), BackendError> {
        let failed = |error| device_error("fill", error);
        let cols = weight.shape.cols;
        let row_bytes = from.n_bytes(cols).map_err(failed)?;
        let rows = first_row..first_row + bytes.len() / row_bytes;
        for slice in &*weight.slices {
            let (begin, end) =
                (rows.start.max(slice.first_row), rows.end.min(slice.first_row + slice.n_rows));
            if begin >= end {
                continue;
            }
            let bytes = &bytes[(begin - first_row) * row_bytes..(end - first_row) * row_bytes];
            let words = if *from == weight.dtype {
                layout::repack(*from, end - begin, cols, bytes).map_err(failed)?
            } else {
                let mut values = vec![0.0; cols];
                dequantise(*from, bytes, &mut values).map_err(failed)?;
                values.into_iter().map(f32::to_bits).collect()
            };
            self.device.write(slice.buffer.id, (begin - slice.first_row) as u64 * weight.row_bytes(), &words);
        }
        Ok(())
    }

    pub(super) fn filled_weight(&mut self, partial: GpuPartial) -> GpuWeight {
        partial.weight
    }

    /// Copies matrices of one format into one buffer, one after the other, so that a fused kernel reads them as one. Biases too.
    pub(super) fn join_weights(
        &mut self,
        mut linears: Vec<Linear<GpuWeight>>,
    ) -> Result<Vec<Linear<GpuWeight>>, BackendError> {
        let mut first = 0;
        while first < linears.len() {
            let dtype = linears[first].weight.dtype;
            let n = linears[first..].iter().take_while(|linear| linear.weight.dtype == dtype).count();
            self.join_run(&mut linears[first..first + n])?;
            first += n;
        }
        let biases: Vec<_> = linears.iter().filter_map(|linear| linear.bias.clone()).collect();
        if biases.len() == linears.len() && biases.len() > 1 {
            let n_bytes = biases.iter().map(GpuWeight::n_bytes).sum();
            let run = self.lasting("join", n_bytes)?;
            self.gather(&biases, &run);
            for linear in &mut linears {
                if let Some(bias) = &mut linear.bias {
                    bias.run = Some(Rc::clone(&run));
                }
            }
        }
        // The separate matrices are freed after the copy.
        self.submit(None);
        Ok(linears)
    }

    fn join_run(&mut self, linears: &mut [Linear<GpuWeight>]) -> Result<(), BackendError> {
        let matrices: Vec<_> = linears.iter().map(|linear| linear.weight.clone()).collect();
        let n_bytes: u64 = matrices.iter().map(GpuWeight::n_bytes).sum();
        let are_whole = matrices.iter().all(|matrix| matrix.slices.len() == 1 && matrix.first_row == 0);
        if matrices.len() < 2 || !are_whole || n_bytes > self.device.max_binding_bytes() {
            return Ok(());
        }
        let buffer = self.lasting("join", n_bytes)?;
        self.gather(&matrices, &buffer);
        let n_rows = matrices.iter().map(|matrix| matrix.shape.rows).sum();
        let slices: Rc<[RowSlice]> = Rc::new([RowSlice { first_row: 0, n_rows, n_bytes, buffer }]);
        let mut first_row = 0;
        for linear in linears {
            linear.weight.slices = Rc::clone(&slices);
            linear.weight.first_row = first_row;
            first_row += linear.weight.shape.rows as u32;
        }
        Ok(())
    }

    fn gather(&mut self, weights: &[GpuWeight], to: &Lease) {
        let mut to_offset = 0;
        for weight in weights {
            let n_bytes = weight.n_bytes();
            if let Some(slice) = weight.whole() {
                let from = slice.buffer.id;
                self.recording.steps.push(Step::Copy { from, to: to.id, to_offset, n_bytes });
            }
            to_offset += n_bytes;
        }
    }
}
