//! One stage of a question: the time it took, and what it must cost.

use std::fmt;
use std::iter;

use model::backend::StepTime;
use model::plan::Plan;

use crate::grid::{self, left, right};

/// A stage that was timed.
#[derive(Debug)]
pub(super) struct StageReport {
    /// `prefill of 128 tokens`.
    pub(super) what: String,
    /// Of the whole stage, while its steps are not timed.
    pub(super) secs: f64,
    /// Tokens or visual tokens that it made or read.
    pub(super) n_tokens: usize,
    /// Of the whole stage, while its steps are timed.
    pub(super) timed_secs: f64,
    /// Each kind of step on the machine's clock; empty if it has none.
    pub(super) steps: Vec<StepTime>,
    /// What the stage must read and compute.
    pub(super) plan: Plan,
    /// Of the machine, in bytes per second.
    pub(super) bandwidth: f64,
}

impl StageReport {
    /// The steps, most time first. The CPU does not count bytes and operations; the plan has them for the same verbs.
    fn rows(&self) -> Vec<StepTime> {
        let mut rows = self.steps.clone();
        for row in rows.iter_mut().filter(|row| row.n_bytes == 0 && row.n_flops == 0) {
            let planned = || self.plan.steps.iter().filter(|step| step.verb == row.label);
            (row.n_bytes, row.n_flops) =
                (planned().map(|s| s.n_bytes).sum(), planned().map(|s| s.n_flops).sum());
        }
        rows.sort_by(|a, b| b.secs.total_cmp(&a.secs));
        rows
    }
}

impl fmt::Display for StageReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, secs, n_tokens, plan, bandwidth, .. } = self;
        writeln!(f, "{what}: {secs:.3} s, {:.1} tokens/s", *n_tokens as f64 / secs)?;
        let (n_bytes, n_flops) = (plan.n_bytes() as f64, plan.n_flops() as f64);
        writeln!(
            f,
            "  must read {:.3} GB and compute {:.1} GFLOP: {:.1} GB/s ({:.0} % of the bandwidth), {:.1} GFLOP/s",
            n_bytes / 1e9,
            n_flops / 1e9,
            n_bytes / secs / 1e9,
            100.0 * n_bytes / secs / bandwidth,
            n_flops / secs / 1e9
        )?;
        let rows = self.rows();
        if rows.is_empty() {
            return Ok(());
        }
        let head = ["step", "n", "ms", "share", "us each", "GB/s", "of bandwidth", "GFLOP/s"];
        let steps_secs: f64 = rows.iter().map(|row| row.secs).sum();
        let cells = rows.iter().map(|row| {
            let rate = row.n_bytes as f64 / row.secs;
            let has_bytes = row.n_bytes > 0;
            vec![
                row.label.to_owned(),
                row.n.to_string(),
                format!("{:.2}", row.secs * 1e3),
                format!("{:.1} %", 100.0 * row.secs / steps_secs),
                format!("{:.1}", row.secs * 1e6 / f64::from(row.n)),
                if has_bytes { format!("{:.2}", rate / 1e9) } else { String::new() },
                if has_bytes { format!("{:.0} %", 100.0 * rate / bandwidth) } else { String::new() },
                if row.n_flops > 0 {
                    format!("{:.1}", row.n_flops as f64 / row.secs / 1e9)
                } else {
                    String::new()
                },
            ]
        });
        let mut columns = [right(13); 8];
        columns[0] = left(24);
        for line in grid::lines(&columns, iter::once(head.map(str::to_owned).to_vec()).chain(cells)) {
            writeln!(f, "  {line}")?;
        }
        writeln!(
            f,
            "  these {steps_secs:.3} s are of a run that took {:.3} s, timing included",
            self.timed_secs
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(label: &'static str, n_bytes: u64) -> StepTime {
        StepTime { label, n: 2, secs: 0.25, n_bytes, n_flops: 0 }
    }

    fn stage(steps: Vec<StepTime>) -> StageReport {
        let shape = model::backend::Shape::new(1, 1);
        let linear =
            || model::plan::Step { verb: "linear", shape, n_flops: 1_000_000_000, n_bytes: 500_000_000 };
        let plan = Plan { steps: vec![linear(), linear()] };
        StageReport {
            what: "decoding of 4 tokens".into(),
            secs: 0.5,
            n_tokens: 4,
            timed_secs: 0.75,
            steps,
            plan,
            bandwidth: 8e9,
        }
    }

    #[test]
    fn a_stage_is_shown_with_what_it_must_cost() {
        let shown = stage(Vec::new()).to_string();
        let expected = "decoding of 4 tokens: 0.500 s, 8.0 tokens/s\n  must read 1.000 GB and compute 2.0 GFLOP: \
                        2.0 GB/s (25 % of the bandwidth), 4.0 GFLOP/s\n";
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_machine_that_counts_no_bytes_gets_the_plans() {
        let rows = stage(vec![step("linear", 0), step("matvec_q4_k", 7)]).rows();
        let found: Vec<_> = rows.iter().map(|row| (row.label, row.n_bytes, row.n_flops)).collect();
        assert_eq!(found, [("linear", 1_000_000_000, 2_000_000_000), ("matvec_q4_k", 7, 0)]);
        let shown = stage(vec![step("linear", 0)]).to_string();
        assert!(
            shown.contains("4.00")
                && shown.contains("50 %")
                && shown.contains("0.250 s are of a run that took 0.750 s"),
            "{shown}"
        );
    }
}
