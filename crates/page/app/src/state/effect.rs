use download::Order;
use protocol::{Command, JobId};

use super::{FileId, View};

/// One thing that follows from an input. The browser's half does it; effects are in order.
// With pointers of 4 bytes, in the browser, no variant is large.
#[cfg_attr(
    target_pointer_width = "64",
    expect(clippy::large_enum_variant, reason = "few are alive at a time, and none is kept")
)]
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Start a worker, in place of the one that ended if there was one.
    StartWorker,
    /// Give the worker a command, with the files that travel beside it.
    ToWorker(Command, Vec<FileId>),
    /// Start the context that reaches the network, and look at what this device has.
    StartDownloader,
    /// Give that context an order.
    ToDownloader(Order),
    /// Ask the browser to keep the store until a person clears it.
    Persist,
    /// Fetch an example's image from the page's own host.
    FetchExample {
        /// The job that opens it.
        job: JobId,
        /// Its address, relative to the page's.
        path: String,
        /// As people call it.
        title: String,
    },
    /// Draw the pixels that came beside the event.
    Draw {
        /// Where.
        canvas: Canvas,
        /// Of the pixels, which are RGBA row by row.
        width_px: u32,
    },
    /// Show nothing there any more.
    Clear(Canvas),
    /// Let the browser save the bytes that came beside the event.
    Save {
        /// The file's name.
        name: String,
        /// Its media type.
        media_type: String,
    },
    /// Give the tab the title of a view.
    WriteTitle(View),
    /// Add the address of a view to the tab's history.
    WriteAddress(View),
}

/// A place for an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Canvas {
    /// The image that the next question is about.
    Image,
    /// The image of the benchmark's question that is looked at.
    Question,
}
