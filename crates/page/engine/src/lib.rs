//! One conversation with one model, over any machine, any place where weights lie, and any host.
//!
//! What a [`Session`] can do is its methods; each returns what came of it. What happens meanwhile goes to its [`Host`]. It knows
//! nothing of browsers, files or networks: weights come through [`ByteSource`], time and progress go through [`Host`], arithmetic
//! through [`model::backend::Backend`].

mod answer;
mod benchmark;
mod conversation;
mod decode;
mod error;
mod files;
mod host;
mod images;
mod load;
mod machine;
mod measure;
mod pace;
mod profile;
mod progress;
mod recall;
mod resident;
mod session;
mod settings;
mod source;
mod trace;
mod vision;
mod work;

pub use benchmark::{Data, OpenedDataSet, Preview};
pub use error::EngineError;
pub use files::ModelFiles;
pub use host::Host;
pub use load::{LoadedModel, load_pair};
pub use measure::measure;
pub use session::Session;
pub use source::{ByteSource, MemorySource, SourceError};
pub use trace::Trace;
pub use work::Work;
