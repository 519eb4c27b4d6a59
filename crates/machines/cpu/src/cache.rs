use candle_core::{DType, Device, Result, Tensor};
use model::backend::Shape;

/// Keys and values of one layer, in buffers that grow by doubling.
#[derive(Debug)]
pub struct CpuCache {
    cols: usize,
    n_rows: usize,
    /// Keys and values, `(capacity, cols)` each; none before the first append.
    buffers: Option<(Tensor, Tensor)>,
}

impl CpuCache {
    pub(crate) fn new(cols: usize) -> Self {
        Self { cols, n_rows: 0, buffers: None }
    }

    pub(crate) fn shape(&self) -> Shape {
        Shape::new(self.n_rows, self.cols)
    }

    pub(crate) fn truncate(&mut self, n_rows: usize) {
        self.n_rows = n_rows;
    }

    /// Keys and values appended so far.
    pub(crate) fn filled(&self) -> Result<(Tensor, Tensor)> {
        let Some((k, v)) = &self.buffers else { candle_core::bail!("nothing was appended") };
        Ok((k.narrow(0, 0, self.n_rows)?, v.narrow(0, 0, self.n_rows)?))
    }

    pub(crate) fn append(&mut self, k: &Tensor, v: &Tensor) -> Result<()> {
        let n_rows = self.n_rows + k.dim(0)?;
        let (keys, values) = self.with_capacity(n_rows)?;
        keys.slice_set(&k.contiguous()?, 0, self.n_rows)?;
        values.slice_set(&v.contiguous()?, 0, self.n_rows)?;
        self.buffers = Some((keys, values));
        self.n_rows = n_rows;
        Ok(())
    }

    fn with_capacity(&self, n_rows: usize) -> Result<(Tensor, Tensor)> {
        if let Some((k, v)) = &self.buffers
            && k.dim(0)? >= n_rows
        {
            return Ok((k.clone(), v.clone()));
        }
        let shape = (n_rows.next_power_of_two().max(64), self.cols);
        let larger = (
            Tensor::zeros(shape, DType::F32, &Device::Cpu)?,
            Tensor::zeros(shape, DType::F32, &Device::Cpu)?,
        );
        if self.n_rows > 0 {
            let (k, v) = self.filled()?;
            larger.0.slice_set(&k.contiguous()?, 0, 0)?;
            larger.1.slice_set(&v.contiguous()?, 0, 0)?;
        }
        Ok(larger)
    }
}
