//! Measures what a person waits for: the bundled model natively and in a tab, whole models of the true size, and their products.

mod browser;
mod figures;
mod kernels;
mod machine;
mod machines;
mod native;
mod whole;

pub use browser::in_browser;
pub use figures::{Run, Table};
pub use kernels::{ProductSpeed, ProductTable, Products};
pub use machine::machine_in_words;
pub use machines::{Kind, Measure, Measured, on_machines};
pub use native::native;
pub use whole::{Whole, WholeSpeed, WholeTable};

/// The question: a report on the image, which takes a dozen tokens.
const QUESTION: &str = "Describe the image.";

/// The image that is asked about.
const EXAMPLE: &str = "fundus.png";
