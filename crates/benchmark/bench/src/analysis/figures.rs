use crate::{Clustered, Interval, Paired, Score};

/// Stands for a figure that does not exist.
pub(super) const NOTHING: &str = "–";

/// Headings for [`Share::cells`].
pub(super) const SHARE_COLUMNS: [&str; 3] = ["Questions", "Share", "95 % interval"];

/// Headings for [`difference_cells`].
pub(super) const DIFFERENCE_COLUMNS: [&str; 3] = ["Difference (points)", "95 % interval", "p (McNemar)"];

/// The share of some questions that has a property, counted question by question.
#[derive(Clone, Default)]
pub(super) struct Share {
    hits: u32,
    clustered: Clustered,
}

impl Share {
    pub(super) fn add(&mut self, cell: &str, hit: bool) {
        self.hits += u32::from(hit);
        self.clustered.add(cell, i32::from(hit));
    }

    pub(super) const fn score(&self) -> Score {
        Score { hits: self.hits, n: self.clustered.n() }
    }

    pub(super) fn interval(&self) -> Option<Interval> {
        self.clustered.sums().interval(self.score())
    }

    /// `2114/4550`, `46.5 %`, `44.2–48.7 %`.
    pub(super) fn cells(&self) -> [String; 3] {
        let score = self.score();
        let percent = score.accuracy().map_or_else(nothing, percent);
        [out_of(score.hits, score.n), percent, self.interval().map_or_else(nothing, interval)]
    }

    /// The same in one text: `2114/4550, 46.5 % (44.2–48.7 %)`.
    pub(super) fn text(&self) -> String {
        let [of, percent, interval] = self.cells();
        if self.score().n == 0 { of } else { format!("{of}, {percent} ({interval})") }
    }
}

/// `+3.4`, `+1.4 to +5.4`, `< 0.001`.
pub(super) fn difference_cells(paired: &Paired) -> [String; 3] {
    let interval = paired.interval().map_or_else(nothing, points_interval);
    [paired.difference().map_or_else(nothing, points), interval, p(paired.p_value())]
}

pub(super) fn nothing() -> String {
    NOTHING.to_owned()
}

/// `2114/4550`.
pub(super) fn out_of(k: u32, n: u32) -> String {
    format!("{k}/{n}")
}

/// `40/90, 44.4 %`.
pub(super) fn out_of_percent(k: u32, n: u32) -> String {
    let share = Score { hits: k, n }.accuracy();
    share.map_or_else(|| out_of(k, n), |share| format!("{}, {}", out_of(k, n), percent(share)))
}

/// `46.5 %`.
fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// `44.2–48.7 %`.
fn interval(interval: Interval) -> String {
    format!("{:.1}–{:.1} %", 100.0 * interval.low, 100.0 * interval.high)
}

/// `+3.4`, with a typographic minus.
fn points(difference: f64) -> String {
    let text = format!("{:+.1}", 100.0 * difference);
    match text.as_str() {
        "+0.0" | "-0.0" => "0.0".to_owned(),
        _ => text.replace('-', "−"),
    }
}

/// `+1.4 to +5.4`.
pub(super) fn points_interval(interval: Interval) -> String {
    format!("{} to {}", points(interval.low), points(interval.high))
}

/// `0.004`, `< 0.001`.
pub(super) fn p(value: f64) -> String {
    if value < 0.001 { "< 0.001".to_owned() } else { format!("{value:.3}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_in_one_way() {
        assert_eq!(percent(2114.0 / 4550.0), "46.5 %");
        assert_eq!(interval(Interval { low: 0.4419, high: 1.0 }), "44.2–100.0 %");
        assert_eq!(points_interval(Interval { low: -0.0069, high: 0.0363 }), "−0.7 to +3.6");
        assert_eq!([points(0.0), points(-0.0001), points(0.034)], ["0.0", "0.0", "+3.4"]);
        assert_eq!([p(1.0), p(0.003_98), p(0.001), p(0.000_999)], ["1.000", "0.004", "0.001", "< 0.001"]);
        assert_eq!([out_of_percent(40, 90), out_of_percent(0, 0)], ["40/90, 44.4 %", "0/0"]);
    }

    #[test]
    fn a_share_of_nothing_has_no_figures() {
        let mut share = Share::default();
        assert_eq!(
            (share.cells(), share.text()),
            ((["0/0", NOTHING, NOTHING].map(String::from)), "0/0".into())
        );
        for cell in ["a", "a", "b"] {
            share.add(cell, cell == "a");
        }
        assert_eq!(share.cells()[..2], ["2/3", "66.7 %"]);
        assert!(share.text().starts_with("2/3, 66.7 % ("));
    }
}
