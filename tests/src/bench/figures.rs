use std::fmt;

use protocol::Timings;

/// What one question cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Run {
    image_encoding_secs: f64,
    prefill_secs: f64,
    decoded_tokens_per_sec: f64,
}

impl Run {
    /// `None` if a stage did not run: such a question measures nothing.
    pub fn new(timings: &Timings) -> Option<Self> {
        let all_ran = timings.n_images_encoded == 1 && timings.n_prefill_tokens > 0;
        let decoded_tokens_per_sec = timings.decoded_tokens_per_sec()?;
        let Timings { image_encoding_secs, prefill_secs, .. } = *timings;
        all_ran.then_some(Self { image_encoding_secs, prefill_secs, decoded_tokens_per_sec })
    }
}

/// Rows of medians, each with its least and greatest run.
#[derive(Debug, Default)]
pub struct Table {
    rows: Vec<(String, Vec<Run>)>,
}

impl Table {
    /// Adds what was measured in one place.
    pub fn add(&mut self, place: impl Into<String>, runs: Vec<Run>) {
        self.rows.push((place.into(), runs));
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<24} {:>4} {:>24} {:>24} {:>28}",
            "", "runs", "image encoding, ms", "prefill, ms", "decoding, tokens/s"
        )?;
        for (place, runs) in &self.rows {
            let ms = |secs: fn(&Run) -> f64| Spread::of(runs.iter().map(|r| secs(r) * 1e3));
            let encoding = ms(|r| r.image_encoding_secs);
            let prefill = ms(|r| r.prefill_secs);
            let decoding = Spread::of(runs.iter().map(|r| r.decoded_tokens_per_sec));
            writeln!(f, "{place:<24} {:>4} {encoding:>24} {prefill:>24} {decoding:>28}", runs.len())?;
        }
        Ok(())
    }
}

/// Median with least and greatest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spread {
    least: f64,
    pub(super) median: f64,
    greatest: f64,
}

impl Spread {
    pub(super) fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = values.collect();
        sorted.sort_by(f64::total_cmp);
        let at = |i: usize| sorted.get(i).copied().unwrap_or(f64::NAN);
        let n = sorted.len();
        let median = if n % 2 == 1 { at(n / 2) } else { (at(n / 2) + at((n / 2).wrapping_sub(1))) / 2.0 };
        Self { least: at(0), median, greatest: at(n.wrapping_sub(1)) }
    }

    /// As a multiple of `unit`.
    pub(super) fn in_units_of(self, unit: f64) -> Self {
        Self { least: self.least / unit, median: self.median / unit, greatest: self.greatest / unit }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:.1} ({:.1} to {:.1})", self.median, self.least, self.greatest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_lies_in_the_middle() {
        let spread = |values: &[f64]| Spread::of(values.iter().copied());
        assert_eq!(spread(&[3.0, 1.0, 2.0]), Spread { least: 1.0, median: 2.0, greatest: 3.0 });
        assert_eq!(spread(&[4.0, 1.0, 2.0, 3.0]).median, 2.5);
        assert!(spread(&[]).median.is_nan());
    }

    #[test]
    fn a_run_that_skipped_a_stage_is_no_run() {
        let whole = Timings {
            n_images_encoded: 1,
            n_prefill_tokens: 9,
            n_answer_tokens: 5,
            decoding_secs: 2.0,
            ..Timings::default()
        };
        assert_eq!(Run::new(&whole).map(|r| r.decoded_tokens_per_sec), Some(2.0));
        assert_eq!(Run::new(&Timings { n_images_encoded: 0, ..whole }), None);
        assert_eq!(Run::new(&Timings { n_answer_tokens: 1, ..whole }), None);
    }
}
