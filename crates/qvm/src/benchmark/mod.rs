//! `qvm bench`: benchmark questions, answered by the same session that answers the page's.

mod data;
mod date;
mod pair;
mod run;
mod table;
mod tsv;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum BenchCommand {
    /// Answer the questions of a data set and count what is right
    Run(run::RunArgs),
    /// Write the sample as a file in the benchmark's columns, images included
    Tsv(tsv::TsvArgs),
}

pub(crate) fn run(command: &BenchCommand) -> anyhow::Result<()> {
    match command {
        BenchCommand::Run(args) => run::run(args),
        BenchCommand::Tsv(args) => tsv::run(args),
    }
}
