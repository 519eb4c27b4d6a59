//! How far something is, on standard error: a bar on a terminal, elsewhere a line now and then.

use std::borrow::Cow;

use indicatif::{DecimalBytes, HumanDuration, ProgressBar, ProgressStyle};
use pack::Step;

use crate::clock::now_secs;

/// Seconds between two lines if no bar can be drawn.
const LINE_SECS: f64 = 10.0;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Blocks,
    Bytes,
}

/// One piece of work. A bar that does not reach its end is cleared.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    unit: Unit,
    said_secs: f64,
}

impl Progress {
    pub(crate) fn new(unit: Unit, n_total: u64) -> Self {
        let figures = match unit {
            Unit::Blocks => "{pos}/{len} blocks",
            Unit::Bytes => "{decimal_bytes} of {decimal_total_bytes}, {decimal_bytes_per_sec}, {eta} left",
        };
        let style = ProgressStyle::with_template(&format!("[{{bar:24}}] {{msg}}: {figures}"));
        // The template is right, or a test fails.
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("##.");
        let bar = ProgressBar::new(n_total).with_style(style);
        Self { bar, unit, said_secs: now_secs() }
    }

    /// Whether it counts the same.
    pub(crate) fn counts(&self, unit: Unit, n_total: u64) -> bool {
        self.unit == unit && self.bar.length() == Some(n_total)
    }

    /// Says what is being done from now on.
    pub(crate) fn say(&self, what: impl Into<Cow<'static, str>>) {
        self.bar.set_message(what);
    }

    /// So much is done.
    pub(crate) fn set(&mut self, n_done: u64) {
        self.bar.set_position(n_done);
        let is_done = Some(n_done) >= self.bar.length();
        if !self.bar.is_hidden() {
            if is_done {
                self.bar.abandon();
            }
        } else if is_done || now_secs() - self.said_secs >= LINE_SECS {
            self.said_secs = now_secs();
            eprintln!("{}", self.line());
        }
    }

    /// The line that is printed if no bar can be drawn.
    fn line(&self) -> String {
        let (what, n_done, n_total) = (self.bar.message(), self.bar.position(), self.bar.length());
        let n_total = n_total.unwrap_or_default();
        match self.unit {
            Unit::Blocks => format!("{what}: {n_done}/{n_total} blocks"),
            Unit::Bytes => format!(
                "{what}: {} of {}, {}/s, {} left",
                DecimalBytes(n_done),
                DecimalBytes(n_total),
                DecimalBytes(self.bar.per_sec() as u64),
                HumanDuration(self.bar.eta())
            ),
        }
    }
}

/// Shows how a pair is made.
#[derive(Debug)]
pub(crate) struct Making(Progress);

impl Making {
    pub(crate) fn new() -> Self {
        Self(Progress::new(Unit::Bytes, 0))
    }

    /// Shows a step.
    pub(crate) fn step(&mut self, step: Step<'_>) {
        let bar = &self.0.bar;
        match step {
            Step::Adapter { folder, n_changed } => {
                eprintln!("{}: changes {n_changed} tensors", folder.display());
            }
            Step::Begin { n_bytes } => bar.set_length(n_bytes),
            Step::Tensor { file, tensor } => self.0.say(format!("{file} {tensor}")),
            Step::Bytes { n } => {
                let n_done = bar.position() + n;
                self.0.set(n_done);
            }
            Step::File { path, n_tensors, n_bytes } => {
                bar.suspend(|| eprintln!("{}: {n_tensors} tensors, {n_bytes} bytes", path.display()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_and_how_much_of_how_much() {
        let mut making = Making::new();
        making.step(Step::Begin { n_bytes: 4_500_000_000 });
        making.step(Step::Tensor { file: "text.gguf", tensor: "blk.0.x" });
        making.step(Step::Bytes { n: 500_000_000 });
        making.step(Step::Bytes { n: 1_000_000_000 });
        let line = making.0.line();
        assert!(
            line.starts_with("text.gguf blk.0.x: 1.50 GB of 4.50 GB, ") && line.ends_with(" left"),
            "{line}"
        );
        let mut blocks = Progress::new(Unit::Blocks, 4);
        blocks.say("encoding the image");
        blocks.set(3);
        assert_eq!(blocks.line(), "encoding the image: 3/4 blocks");
    }

    #[test]
    fn nothing_to_do_is_a_line_too() {
        assert!(Progress::new(Unit::Bytes, 0).line().starts_with(": 0 B of 0 B, 0 B/s, "));
    }
}
