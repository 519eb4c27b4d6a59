use std::path::PathBuf;

use bench::Rule;
use clap::Args;

use super::log::read;
use super::output::OutputArgs;

#[derive(Args, Debug)]
pub(crate) struct ReportArgs {
    /// Log of a run, as `run --log` or the page writes it
    log: PathBuf,
    /// How its answers are read (default: as the run says)
    #[arg(long)]
    rule: Option<Rule>,
    #[command(flatten)]
    output: OutputArgs,
}

pub(crate) fn run(args: &ReportArgs) -> anyhow::Result<()> {
    let kept = read(&args.log, args.rule)?;
    args.output.check()?;
    args.output.write(&kept.run)
}
