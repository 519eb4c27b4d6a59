use std::io::Write as _;
use std::path::PathBuf;

use bench::{Grouping, PERMANENT_LINE, Rule, analyse};
use clap::{Args, ValueEnum};

use super::log::read;
use super::sheet::text;

#[derive(Args, Debug)]
pub(crate) struct CompareArgs {
    /// Log of a run
    this: PathBuf,
    /// Log of the run that it is compared with
    other: PathBuf,
    /// What questions are grouped by
    #[arg(long, value_enum, default_value = "clinical-task")]
    grouping: GroupingArg,
    /// How the answers of both are read (default: as the first run says)
    #[arg(long)]
    rule: Option<Rule>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum GroupingArg {
    /// What is asked for
    ClinicalTask,
    /// Who would ask
    Department,
    /// How a place in the image is pointed at
    Granularity,
}

impl GroupingArg {
    const fn grouping(self) -> Grouping {
        match self {
            Self::ClinicalTask => Grouping::ClinicalTask,
            Self::Department => Grouping::Department,
            Self::Granularity => Grouping::Granularity,
        }
    }
}

pub(crate) fn run(args: &CompareArgs) -> anyhow::Result<()> {
    let this = read(&args.this, args.rule)?;
    let other = read(&args.other, Some(this.run.conditions.rule))?;
    let analysis = analyse(&this, Some(&other), args.grouping.grouping());
    let sheets: Vec<String> = analysis.sheets.iter().map(text).collect();
    let text = sheets.join("\n") + "\n" + PERMANENT_LINE + "\n";
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(())
}
