//! Synthetic images that imitate the look of medical ones, as imaging has always used phantoms to test machines: drawn by a
//! program from a seed, so that the truth about each is known exactly. With them come questions in the form of
//! GMAI-MMBench.
//!
//! The same seed gives the same bytes on every machine: sines and exponentials come from `libm`, everything else from
//! operations that IEEE 754 rounds exactly.

mod canvas;
mod families;
mod frame;
mod geometry;
mod mark;
mod phantom;
mod question;
mod random;
mod sample;
mod scatter;
mod scene;
mod taxonomy;
mod texture;

pub use canvas::SIDE_PX;
pub use families::Family;
pub use phantom::{Phantom, Sketch, Split, VERSION};
pub use question::{Asked, MAX_OPTIONS, Posed, QuestionKind};
pub use sample::{Item, N_PER_TASK, Topic, item_of_task};
pub use scene::Place;
pub use taxonomy::{ClinicalTask, Department, Granularity, Modality};
