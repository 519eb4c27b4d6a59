//! The three times a person waits for, with the bundled model: natively and in a tab.

mod browser;
mod figures;
mod machine;
mod native;

pub use browser::in_chromium;
pub use figures::{Run, Table};
pub use machine::machine_in_words;
pub use native::native;

/// What is asked: the model's report on the image, a dozen tokens.
const QUESTION: &str = "Describe the image.";

/// The image that is asked about.
const EXAMPLE: &str = "fundus.png";
