//! Synthetic images that imitate the look of medical ones, and questions about them in the form of GMAI-MMBench. A program draws the
//! images from a seed, so the truth about each is known exactly. Imaging has always tested its machines with such phantoms.
//!
//! The same seed gives the same bytes on every machine: sines and exponentials come from `libm`, and everything else uses only
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
