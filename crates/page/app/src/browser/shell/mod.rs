//! What frames every view: header, status line, messages and notices, the permanent line.

mod announcer;
mod header;
mod message;
mod permanent;
mod rebuilding;
mod remedies;
mod status;

pub(crate) use announcer::Announcer;
pub(crate) use header::Header;
pub(crate) use message::Message;
pub(crate) use permanent::PermanentLine;
pub(crate) use rebuilding::RebuildingNotice;
pub(crate) use remedies::Remedies;
pub(crate) use status::StatusLine;
