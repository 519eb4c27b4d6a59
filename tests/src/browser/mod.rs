//! A real browser: headless Chromium or Firefox with a fresh profile, driven through WebDriver, watched for every console
//! error and every request to another origin.

mod chromium;
mod driver;
mod firefox;
mod fixtures;
mod kind;
mod other_origin;
mod page;
mod probes;
mod session;
mod spec;
mod view;
mod watch;
mod workers;

pub use fixtures::{Upload, fixtures_folder};
pub use kind::BrowserKind;
pub use other_origin::OtherOrigin;
pub use page::{
    AskPage, BenchmarkPage, Counts, Download, KeptRun, ListedProblem, Message, ModelsPage, ProfileRow,
    SavedFile, Status, Stored, Turn, Width,
};
pub use probes::{Attempt, Probes};
pub use session::{Browser, Tab};
pub use spec::{Asked, Ground, built_page, plain_spec, plain_spec_in, spec, spec_in};
pub use view::{Scheme, View};
pub use watch::Problem;
pub use workers::GpuWork;
