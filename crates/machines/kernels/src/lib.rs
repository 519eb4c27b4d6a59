//! The GPU's half of the model as text and plain numbers: WGSL kernels, and everything that a recorder needs to run them.
//!
//! This crate knows no GPU API and runs nothing. It answers four questions:
//! - What is the source of a kernel for this weight format on this adapter? [`Kernel::source`] of a [`Variant`].
//! - What must be bound, in which order? [`Kernel::bindings`], and after them one uniform, `params`.
//! - How many workgroups, and which `params`? The functions of [`linear`], [`attend`], [`norm`], [`pointwise`], [`rows`] and
//!   [`sample`] take shapes and give a [`Launch`].
//! - How are a matrix's bytes laid out in its buffer? [`layout`].
//!
//! A kernel is one file of `wgsl/` with one name: the file, the registry entry and the test are all called the same. Its source
//! is the parts that its variant chooses and then that file, joined end to end; nothing is substituted. A weight format is
//! one part in `wgsl/blocks/`. All formats give the same three functions, so a kernel does not know which one it reads (see
//! `wgsl/README.md`).
//!
//! ```
//! use kernels::{Compiler, Features, linear::{Matrix, Product}};
//! use tensor::Dtype;
//!
//! // One decoded token through a Q4_K matrix, with the RMS norm before and the residual after in the same dispatch.
//! let matrix = Matrix { dtype: Dtype::Q4K, rows: 1536, cols: 1536, first_row: 0 };
//! let product = Product { has_residual: true, normalise: Some(1e-6), ..Product::whole(matrix, 1) };
//! let launch = product.launch(Features::default())?;
//! assert_eq!(launch.kernel.name, "matvec");
//! assert_eq!(launch.workgroups, [384, 1, 1]);
//! assert!(launch.kernel.source(&launch.variant, Compiler::Browser).contains("fn main("));
//! # Ok::<(), kernels::Unsupported>(())
//! ```

pub mod attend;
mod error;
mod format;
mod kernel;
mod launch;
pub mod layout;
pub mod linear;
pub mod norm;
mod params;
pub mod pointwise;
pub mod rows;
pub mod sample;
mod variant;

pub use error::Unsupported;
pub use kernel::{Access, Binding, Compiler, Kernel};
pub use launch::{Launch, PipelineKey};
pub use params::{Field, Scalar};
pub use variant::{Features, Variant};

/// Every kernel, by file name.
pub static KERNELS: [&Kernel; 22] = [
    &pointwise::ADD,
    &rows::APPEND,
    &sample::ARGMAX,
    &attend::ATTEND,
    &attend::ATTEND_MERGE,
    &attend::ATTEND_SPLIT,
    &rows::COPY_ROWS,
    &rows::EMBED,
    &pointwise::GELU_ERF,
    &norm::LAYER_NORM,
    &linear::MATMUL,
    &linear::MATMUL_PACKED,
    &linear::MATVEC,
    &linear::MATVEC_QKV,
    &linear::MATVEC_SWIGLU,
    &linear::QUANTISE_ROWS,
    &pointwise::QUICK_GELU,
    &norm::RMS_NORM,
    &attend::ROPE,
    &attend::ROPE_APPEND,
    &sample::SAMPLE,
    &pointwise::SWIGLU,
];
