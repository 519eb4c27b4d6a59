//! How far the writing of a pair is, on standard error: one line that is drawn over on a terminal, a line now and then
//! elsewhere.

use std::io::{IsTerminal as _, Write as _};

use pack::Step;

use crate::clock::now_secs;

/// Seconds between two drawings of the line.
const REDRAW_SECS: f64 = 0.1;
/// Seconds between two lines where none can be drawn over.
const TELL_SECS: f64 = 10.0;
/// Characters of the bar.
const BAR_WIDTH: u64 = 24;

/// Bytes written, of how many, and since when.
pub(crate) struct Progress {
    so_far: SoFar,
    started_secs: f64,
    told_secs: f64,
    is_terminal: bool,
    is_drawn: bool,
}

/// What a line says.
#[derive(Clone, Debug)]
struct SoFar {
    file: String,
    tensor: String,
    n_done: u64,
    n_total: u64,
    secs: f64,
}

impl Progress {
    pub(crate) fn new() -> Self {
        let now = now_secs();
        let so_far = SoFar { file: String::new(), tensor: String::new(), n_done: 0, n_total: 0, secs: 0.0 };
        Self {
            so_far,
            started_secs: now,
            told_secs: now,
            is_terminal: std::io::stderr().is_terminal(),
            is_drawn: false,
        }
    }

    /// Says what happens.
    pub(crate) fn step(&mut self, step: Step<'_>) {
        match step {
            Step::Adapter { folder, n_changed } => {
                eprintln!("{}: changes {n_changed} tensors", folder.display());
            }
            Step::Begin { n_bytes } => self.so_far.n_total = n_bytes,
            Step::Tensor { file, tensor } => {
                file.clone_into(&mut self.so_far.file);
                tensor.clone_into(&mut self.so_far.tensor);
            }
            Step::Bytes { n } => self.advance(n),
            Step::File { path, n_tensors, n_bytes } => {
                self.clear();
                eprintln!("{}: {n_tensors} tensors, {n_bytes} bytes", path.display());
            }
        }
    }

    /// Counts bytes, and tells where it is time.
    fn advance(&mut self, n_bytes: u64) {
        self.so_far.n_done += n_bytes;
        let now = now_secs();
        let pause = if self.is_terminal { REDRAW_SECS } else { TELL_SECS };
        if now - self.told_secs < pause {
            return;
        }
        self.told_secs = now;
        self.so_far.secs = now - self.started_secs;
        if self.is_terminal {
            // Clears the rest of what stood there.
            eprint!("\r{}\x1b[K", self.so_far.drawn());
            let _ = std::io::stderr().flush();
            self.is_drawn = true;
        } else {
            eprintln!("{}", self.so_far.told());
        }
    }

    /// Takes the drawn line away, so that another can be written.
    fn clear(&mut self) {
        if std::mem::take(&mut self.is_drawn) {
            eprint!("\r\x1b[K");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}

impl SoFar {
    fn percent(&self) -> u64 {
        (100 * self.n_done).checked_div(self.n_total).unwrap_or(100)
    }

    fn drawn(&self) -> String {
        let filled = (BAR_WIDTH * self.n_done).checked_div(self.n_total).unwrap_or(BAR_WIDTH).min(BAR_WIDTH);
        let bar = format!("{}{}", "#".repeat(filled as usize), ".".repeat((BAR_WIDTH - filled) as usize));
        format!("[{bar}] {}", self.told())
    }

    /// `text.gguf blk.3.ffn_down.weight: 12 %, 562 of 4683 MB, 93 MB/s, 44 s left`
    fn told(&self) -> String {
        let mb = |n: u64| n / 1_000_000;
        let rate = self.n_done as f64 / self.secs.max(1e-3);
        let left_secs = self.n_total.saturating_sub(self.n_done) as f64 / rate.max(1.0);
        format!(
            "{} {}: {} %, {} of {} MB, {:.0} MB/s, {} left",
            self.file,
            self.tensor,
            self.percent(),
            mb(self.n_done),
            mb(self.n_total),
            rate / 1e6,
            duration(left_secs)
        )
    }
}

/// `44 s`, `3 min 20 s`.
fn duration(secs: f64) -> String {
    let secs = secs.ceil() as u64;
    if secs < 60 { format!("{secs} s") } else { format!("{} min {} s", secs / 60, secs % 60) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn so_far(n_done: u64, n_total: u64, secs: f64) -> SoFar {
        SoFar { file: "text.gguf".into(), tensor: "blk.0.x".into(), n_done, n_total, secs }
    }

    #[test]
    fn a_line_says_tensor_share_rate_and_time_left() {
        let line = so_far(1_500_000_000, 4_500_000_000, 15.0).drawn();
        assert_eq!(
            line,
            "[########................] text.gguf blk.0.x: 33 %, 1500 of 4500 MB, 100 MB/s, 30 s left"
        );
        assert!(so_far(1_000_000, 1_000_000_000, 1.0).told().ends_with("1 MB/s, 16 min 39 s left"));
    }

    #[test]
    fn nothing_done_and_nothing_to_do_are_lines_too() {
        assert!(so_far(0, 0, 0.0).drawn().contains("100 %"));
        assert!(so_far(0, 10, 0.0).told().contains("0 %"));
    }
}
