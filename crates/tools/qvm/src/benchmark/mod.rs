//! `qvm bench`: benchmark questions, answered by the same session that answers the page's.

mod choice;
mod compare;
mod data;
mod date;
mod gathered;
mod log;
mod merge;
mod output;
mod pair;
mod report;
mod rescore;
mod run;
mod shard;
mod sheet;
mod table;
mod tsv;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum BenchCommand {
    /// Answer the questions of a data set and count what is right
    Run(run::RunArgs),
    /// Join the logs of all shards of a run to the log of the run
    Merge(merge::MergeArgs),
    /// Write down a run that was logged, under any rule
    Report(report::ReportArgs),
    /// Compare two runs that were logged, question by question
    Compare(compare::CompareArgs),
    /// Read a file of predictions under a rule and count what is right
    Rescore(rescore::RescoreArgs),
    /// Write the sample as a file in the benchmark's columns, images included
    Tsv(tsv::TsvArgs),
}

pub(crate) fn run(command: &BenchCommand) -> anyhow::Result<()> {
    match command {
        BenchCommand::Run(args) => run::run(args),
        BenchCommand::Merge(args) => merge::run(args),
        BenchCommand::Report(args) => report::run(args),
        BenchCommand::Compare(args) => compare::run(args),
        BenchCommand::Rescore(args) => rescore::run(args),
        BenchCommand::Tsv(args) => tsv::run(args),
    }
}
