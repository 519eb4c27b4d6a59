use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use bench::{Form, Grouping, Run, report};
use clap::Args;

use super::table::table;

/// How a run is written.
#[derive(Args, Debug)]
pub(crate) struct OutputArgs {
    /// Print the run as JSON instead of a table
    #[arg(long)]
    json: bool,
    /// Also write the tables to this file, as Markdown
    #[arg(long)]
    markdown: Option<PathBuf>,
    /// Also write every question with its answer to this file, as CSV
    #[arg(long)]
    csv: Option<PathBuf>,
    /// Also write the workbook that VLMEvalKit writes to this file
    #[arg(long)]
    xlsx: Option<PathBuf>,
    /// Also write the accuracy files that VLMEvalKit writes, one for each grouping, into this folder
    #[arg(long)]
    acc: Option<PathBuf>,
}

impl OutputArgs {
    /// A run takes minutes or days: a report that cannot be written should fail before it, not after it.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        for (path, _) in self.files() {
            check_writable(path)?;
        }
        self.acc.as_ref().map_or(Ok(()), |folder| {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("cannot make the folder {}", folder.display()))
        })
    }

    /// Prints the run and writes the files that were asked for.
    pub(crate) fn write(&self, run: &Run) -> anyhow::Result<()> {
        for (path, form) in self.files() {
            write(path, run, form)?;
        }
        if let Some(folder) = &self.acc {
            for form in Grouping::ALL.map(Form::Acc) {
                write(&folder.join(report::file_name(run, form)), run, form)?;
            }
        }
        let text = if self.json { report::json(run) + "\n" } else { table(run) };
        std::io::stdout().write_all(text.as_bytes())?;
        Ok(())
    }

    fn files(&self) -> impl Iterator<Item = (&PathBuf, Form)> {
        let files = [(&self.markdown, Form::Markdown), (&self.csv, Form::Csv), (&self.xlsx, Form::Xlsx)];
        files.into_iter().filter_map(|(path, form)| Some((path.as_ref()?, form)))
    }
}

fn write(path: &Path, run: &Run, form: Form) -> anyhow::Result<()> {
    let bytes = workbook::write(run, form)?;
    std::fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

/// Whether a file can be written to; what is in it stays.
pub(crate) fn check_writable(path: &Path) -> anyhow::Result<()> {
    let opened = std::fs::OpenOptions::new().create(true).append(true).open(path);
    opened.map(drop).with_context(|| format!("cannot write {}", path.display()))
}
