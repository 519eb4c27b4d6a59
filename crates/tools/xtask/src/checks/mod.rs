//! `cargo xtask test`: every check, cheapest first.

mod steps;

use std::time::SystemTime;

use anyhow::{Context, Result};

use crate::dist::Turn;
use crate::setup::Tools;
use crate::{Layout, setup};

/// What the checks stand on.
struct Ground<'a> {
    layout: &'a Layout,
    tools: Tools,
    turn: Turn,
}

/// One check: what it is called, and how it is made.
struct Step {
    name: &'static str,
    run: fn(&Ground<'_>) -> Result<()>,
}

/// Runs the checks in order; the first that fails ends the run.
///
/// # Errors
/// Names the check that failed; what it printed says why.
pub fn run(layout: &Layout) -> Result<()> {
    let started = SystemTime::now();
    let ground = Ground { layout, tools: setup::for_testing(layout)?, turn: Turn::wait(layout)? };
    println!("setup: everything is there ({:.0} s)", seconds_since(started));
    let n_steps = steps::ALL.len();
    for (number, step) in (1..).zip(steps::ALL) {
        println!("\n[{number}/{n_steps}] {}", step.name);
        let started = SystemTime::now();
        (step.run)(&ground).with_context(|| format!("step {number}, {}, failed", step.name))?;
        println!("[{number}/{n_steps}] {}: passed in {:.0} s", step.name, seconds_since(started));
    }
    println!("\nall {n_steps} steps passed in {:.0} s", seconds_since(started));
    Ok(())
}

fn seconds_since(started: SystemTime) -> f64 {
    started.elapsed().unwrap_or_default().as_secs_f64()
}
