//! From tensors by name to the two halves of the model.

mod text;
mod vision;

use std::collections::HashMap;

use weights::TensorInfo;

use crate::backend::{Backend, BackendError, Filling, Linear, Norm, Shape};
use crate::config::ModelError;

pub use text::TextTensors;
pub use vision::VisionTensors;

/// Why a tensor could not become a weight.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file does not hold what the model needs.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The machine did not take it.
    #[error(transparent)]
    Backend(#[from] BackendError),
}

/// Either half of a model, as its tensors arrive.
pub trait Tensors<B: Backend> {
    /// Takes one tensor with its bytes.
    fn insert(&mut self, b: &mut B, info: &TensorInfo, bytes: &[u8]) -> Result<(), LoadError>;

    /// Whether this tensor is worked on before it becomes a weight, so that it must come whole.
    fn is_wanted_whole(&self, info: &TensorInfo) -> bool;

    /// Takes the weight that a tensor has become.
    fn arrived(&mut self, info: &TensorInfo, weight: B::Weight);

    /// Room for a tensor that comes in pieces (see [`Backend::reserve`]); `None` if it must come whole.
    fn reserve(&self, b: &mut B, info: &TensorInfo) -> Result<Option<Filling<B::Partial>>, LoadError> {
        if self.is_wanted_whole(info) {
            return Ok(None);
        }
        Ok(Some(b.reserve(info.dtype, matrix_shape(info))?))
    }

    /// Takes a tensor whose pieces have all come.
    fn insert_filled(
        &mut self,
        b: &mut B,
        info: &TensorInfo,
        filling: Filling<B::Partial>,
    ) -> Result<(), LoadError> {
        let weight = b.filled(filling)?;
        self.arrived(info, weight);
        Ok(())
    }
}

/// Weights that have arrived, by name, until the model takes them.
#[derive(Debug)]
struct Arrived<W> {
    by_name: HashMap<String, W>,
}

impl<W> Default for Arrived<W> {
    fn default() -> Self {
        Self { by_name: HashMap::new() }
    }
}

impl<W> Arrived<W> {
    fn insert(&mut self, name: &str, weight: W) {
        self.by_name.insert(name.to_owned(), weight);
    }

    /// Takes a weight of the given shape.
    fn take<B: Backend<Weight = W>>(&mut self, b: &B, name: &str, expected: Shape) -> Result<W, LoadError> {
        let weight =
            self.by_name.remove(name).ok_or_else(|| ModelError::MissingTensor { name: name.to_owned() })?;
        let found = b.weight_shape(&weight);
        if found == expected {
            return Ok(weight);
        }
        let (found, expected) = (vec![found.rows, found.cols], vec![expected.rows, expected.cols]);
        Err(ModelError::TensorShape { name: name.to_owned(), found, expected }.into())
    }

    fn linear<B: Backend<Weight = W>>(
        &mut self,
        b: &B,
        name: &str,
        shape: Shape,
        bias: Bias,
    ) -> Result<Linear<W>, LoadError> {
        let weight = self.take(b, &format!("{name}.weight"), shape)?;
        let bias = match bias {
            Bias::Present => Some(self.take(b, &format!("{name}.bias"), Shape::new(1, shape.rows))?),
            Bias::Absent => None,
        };
        Ok(Linear { weight, bias })
    }

    fn norm<B: Backend<Weight = W>>(
        &mut self,
        b: &B,
        name: &str,
        cols: usize,
        eps: f32,
        bias: Bias,
    ) -> Result<Norm<W>, LoadError> {
        let weight = self.take(b, &format!("{name}.weight"), Shape::new(1, cols))?;
        let bias = match bias {
            Bias::Present => Some(self.take(b, &format!("{name}.bias"), Shape::new(1, cols))?),
            Bias::Absent => None,
        };
        Ok(Norm { weight, bias, eps })
    }
}

/// Matrices that always meet the same input, laid out as the machine likes them.
fn joined<B: Backend, const N: usize>(
    b: &mut B,
    linears: [Linear<B::Weight>; N],
) -> Result<[Linear<B::Weight>; N], BackendError> {
    b.join(linears.into())?.try_into().map_err(|found: Vec<_>| BackendError::Shape {
        verb: "join",
        found: format!("{} matrices", found.len()),
        expected: format!("the {N} that were given"),
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bias {
    Present,
    Absent,
}

/// Rows and columns of a tensor; a vector has one row.
fn matrix_shape(info: &TensorInfo) -> Shape {
    match info.shape.as_slice() {
        [] => Shape::new(1, 1),
        [cols] => Shape::new(1, *cols),
        [rows, inner @ ..] => Shape::new(*rows, inner.iter().product()),
    }
}
