//! A real browser: headless Chromium with a fresh profile, driven through WebDriver, watched for every console error
//! and every request to another origin.

mod chromium;
mod devtools;
mod driver;
mod fixtures;
mod net_log;
mod other_origin;
mod page;
mod probes;
mod spec;
mod watch;

pub use chromium::Browser;
pub use devtools::{Scheme, View};
pub use fixtures::{Upload, fixtures_folder};
pub use other_origin::OtherOrigin;
pub use page::{AskPage, BenchmarkPage, Counts, Message, SavedFile, Status, Turn, Width};
pub use probes::{Attempt, Probes};
pub use spec::{Asked, Ground, built_page, plain_spec, spec};
pub use watch::Problem;
