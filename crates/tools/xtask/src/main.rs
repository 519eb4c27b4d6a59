//! `cargo xtask`: see [`xtask`].

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use xtask::{Layout, bench, checks, dist, setup, site, soak};

/// The project's own commands. Each sets up what it needs and is missing.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build the page and serve it on 127.0.0.1.
    Serve {
        /// 0 takes any free port.
        #[arg(long, default_value_t = 8080)]
        port: u16,
    },
    /// Run every check, cheapest first: formatting, clippy, native tests, wasm tests, build, budgets, browser specs.
    Test,
    /// Build the page into `dist/`, ready for any static host, and check it.
    Dist {
        /// Check pairs of weights too, against the manifests beside them: a folder that will be hosted with the page.
        #[arg(long)]
        weights: Option<PathBuf>,
    },
    /// Set up every tool that `serve` and `test` need.
    Setup,
    /// Download, damage, mend and open a pair of gigabytes in Chromium; 11 GB of disk while it runs.
    Soak,
    /// Measure the bundled model, whole models of the true size, and single products.
    Bench {
        /// Passed on to the benchmark.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // One line of causes: a person reads this, and a backtrace of the runner would bury what the tool said.
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<()> {
    let layout = Layout::find()?;
    match task {
        Task::Serve { port } => {
            build(&layout)?;
            site::serve(&layout, port)
        }
        Task::Test => checks::run(&layout),
        Task::Dist { weights } => {
            build(&layout)?;
            weights.as_deref().map_or(Ok(()), dist::check_weights)
        }
        Task::Setup => setup::for_testing(&layout).map(drop),
        Task::Soak => soak::soak(&layout),
        Task::Bench { arguments } => bench::run(&layout, &arguments),
    }
}

fn build(layout: &Layout) -> Result<()> {
    dist::build(layout, &setup::for_building(layout)?, &dist::Turn::wait(layout)?)
}
