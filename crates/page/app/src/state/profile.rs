//! Times of kernels, as the developer panel shows them.

use protocol::{Command, Profile, ProfileRow};

use super::State;
use crate::format::rate;

/// The developer panel: whether kernels are timed, and what the latest times were.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profiling {
    /// The answers that follow are timed.
    pub is_on: bool,
    /// Of the latest answer that was timed.
    pub latest: Option<Profile>,
}

/// Switches the timing of kernels; it holds from the next question on.
pub(super) fn set_profiling(state: &mut State, on: bool) {
    state.profiling.is_on = on;
    state.tell(Command::SetProfiling { on });
}

/// The columns of the table, as a person reads them.
pub const COLUMNS: [&str; 7] = ["Kernel", "Runs", "ms", "Share", "GB/s", "Of bandwidth", "GFLOP/s"];

/// One line of the table, a text for each of [`COLUMNS`].
pub type Line = [String; COLUMNS.len()];

/// The rows, the longest time first, and below them their sum.
pub fn lines(profile: &Profile) -> (Vec<Line>, Line) {
    let mut rows: Vec<&ProfileRow> = profile.rows.iter().collect();
    rows.sort_unstable_by(|a, b| b.secs.total_cmp(&a.secs));
    let sum = ProfileRow {
        label: "All".into(),
        n: rows.iter().map(|row| row.n).sum(),
        // Not `sum`: that of nothing is -0.
        secs: rows.iter().fold(0.0, |secs, row| secs + row.secs),
        n_bytes: rows.iter().map(|row| row.n_bytes).sum(),
        n_flops: rows.iter().map(|row| row.n_flops).sum(),
    };
    let line = |row: &ProfileRow| line(row, sum.secs, profile.read_bytes_per_sec);
    (rows.into_iter().map(line).collect(), line(&sum))
}

fn line(row: &ProfileRow, total_secs: f64, bandwidth: Option<f64>) -> Line {
    let per_sec = |n: u64| (row.secs > 0.0).then(|| n as f64 / row.secs);
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "–".into());
    let bytes_per_sec = per_sec(row.n_bytes);
    let fraction = bytes_per_sec.zip(bandwidth.filter(|bandwidth| *bandwidth > 0.0)).map(|(a, b)| a / b);
    let percent = |share: f64| match (100.0 * share).round() {
        0.0 if share > 0.0 => "<1\u{a0}%".into(),
        percent => format!("{percent}\u{a0}%"),
    };
    [
        row.label.clone(),
        row.n.to_string(),
        format!("{:.2}", 1e3 * row.secs),
        or_dash((total_secs > 0.0).then(|| percent(row.secs / total_secs))),
        or_dash(bytes_per_sec.map(|bytes| rate(bytes / 1e9))),
        or_dash(fraction.map(percent)),
        or_dash(per_sec(row.n_flops).map(|flops| rate(flops / 1e9))),
    ]
}

/// What stands below the table: the bandwidth that the rows are compared with, and what the machine adds.
pub fn note(profile: &Profile) -> String {
    if profile.rows.is_empty() {
        let nothing = "This machine tells no times of single kernels.";
        return profile.note.clone().unwrap_or_else(|| nothing.into());
    }
    let bandwidth = match profile.read_bytes_per_sec {
        Some(bytes) => {
            format!(
                "Bandwidth is the {} GB/s of weights that this machine was measured to read.",
                rate(bytes / 1e9)
            )
        }
        None => "The bandwidth of this machine was not measured.".into(),
    };
    [Some(bandwidth.as_str()), profile.note.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// The table for an issue or a notebook.
pub fn markdown(profile: &Profile) -> String {
    let (rows, sum) = lines(profile);
    let row = |cells: &[String]| format!("| {} |\n", cells.join(" | ").replace('\u{a0}', " "));
    let head = row(&COLUMNS.map(String::from));
    let rule = format!("|---|{}\n", "---:|".repeat(COLUMNS.len() - 1));
    let body: String = rows.iter().chain([&sum]).map(|line| row(line)).collect();
    format!("{}\n\n{head}{rule}{body}\n{}\n", profile.backend, note(profile))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile() -> Profile {
        let row = |label: &str, n, secs, n_bytes, n_flops| ProfileRow {
            label: label.into(),
            n,
            secs,
            n_bytes,
            n_flops,
        };
        Profile {
            backend: "SwiftShader Device".into(),
            read_bytes_per_sec: Some(2e9),
            rows: vec![
                row("rms_norm", 20, 0.001, 1_000_000, 0),
                row("matvec_q8_0", 100, 0.003, 3_000_000, 6_000_000_000),
                row("argmax", 1, 0.0, 4, 0),
            ],
            note: Some("Times of 8 tokens.".into()),
        }
    }

    #[test]
    fn the_longest_time_comes_first_and_the_sum_last() {
        let (rows, sum) = lines(&profile());
        assert_eq!(rows[0], ["matvec_q8_0", "100", "3.00", "75\u{a0}%", "1.0", "50\u{a0}%", "2000"]);
        assert_eq!(rows[1], ["rms_norm", "20", "1.00", "25\u{a0}%", "1.0", "50\u{a0}%", "0.00"]);
        assert_eq!(rows[2], ["argmax", "1", "0.00", "0\u{a0}%", "–", "–", "–"]);
        assert_eq!(sum, ["All", "121", "4.00", "100\u{a0}%", "1.0", "50\u{a0}%", "1500"]);
    }

    #[test]
    fn a_share_that_is_not_nothing_does_not_read_as_nothing() {
        let share = |secs| {
            let row = ProfileRow { label: "add".into(), n: 1, secs, n_bytes: 0, n_flops: 0 };
            line(&row, 1.0, None)[3].clone()
        };
        assert_eq!([0.0, 0.004, 0.005, 0.994].map(share), ["0\u{a0}%", "<1\u{a0}%", "1\u{a0}%", "99\u{a0}%"]);
    }

    #[test]
    fn without_a_bandwidth_and_without_rows_nothing_is_invented() {
        let profile = Profile { read_bytes_per_sec: None, rows: vec![], note: None, ..profile() };
        let (rows, sum) = lines(&profile);
        assert!(rows.is_empty());
        assert_eq!(sum, ["All", "0", "0.00", "–", "–", "–", "–"]);
        assert_eq!(note(&profile), "This machine tells no times of single kernels.");
        let rows = Profile { read_bytes_per_sec: None, note: None, ..super::tests::profile() };
        assert_eq!(note(&rows), "The bandwidth of this machine was not measured.");
    }

    #[test]
    fn markdown_has_a_cell_for_every_column() {
        let text = markdown(&profile());
        let table: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
        assert_eq!(table.len(), 2 + 3 + 1);
        for line in &table {
            assert_eq!(line.matches('|').count(), COLUMNS.len() + 1, "{line}");
        }
        assert!(text.starts_with("SwiftShader Device\n\n"), "{text}");
        assert!(text.ends_with("Bandwidth is the 2.0 GB/s of weights that this machine was measured to read. Times of 8 tokens.\n"), "{text}");
    }
}
