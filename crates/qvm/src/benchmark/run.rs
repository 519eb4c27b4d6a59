//! `qvm bench run`: a data set, question by question, through one session.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use bench::{Answered, Conditions, DataSet, Row, Rule, Run, VisualTokens, report};
use clap::Args;
use engine::{Attachment, Host as _, Session};
use model::backend::Backend;
use protocol::{BenchmarkImages, BenchmarkSettings, Command, Detail, ModelInfo, ModelSource};

use super::data::{DataArg, JOB, chosen, open, tell};
use super::date::today;
use super::pair::PairArgs;
use super::table::table;
use crate::file::{FileSource, PrecisionArg};
use crate::host::Terminal;
use crate::machine::{BackendArg, MachineArgs, open_gpu};

#[derive(Args, Debug)]
pub(crate) struct RunArgs {
    /// Data set
    #[arg(long, value_enum, default_value = "sample")]
    data: DataArg,
    #[command(flatten)]
    pair: PairArgs,
    /// Show the model grey instead of the images: what is still answered right is guessed from the words
    #[arg(long)]
    blank_images: bool,
    /// Clinical tasks to ask about, separated by commas (default: all)
    #[arg(long, value_delimiter = ',')]
    tasks: Vec<String>,
    /// Ask only this many questions; every task has its turn before any has its second
    #[arg(long)]
    limit: Option<usize>,
    /// Instead of the sample: this many other questions of each clinical task, of images that no model learned from
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    fresh: Option<u32>,
    /// Least visual tokens an image becomes (default: the model's)
    #[arg(long, requires = "max_visual_tokens")]
    min_visual_tokens: Option<u32>,
    /// Most visual tokens an image becomes (default: the model's)
    #[arg(long, requires = "min_visual_tokens")]
    max_visual_tokens: Option<u32>,
    /// Longest answer, in tokens
    #[arg(long, default_value_t = 64)]
    max_tokens: u32,
    /// How answers are read: a version of VLMEvalKit's matching
    #[arg(long, default_value_t = Rule::default())]
    rule: Rule,
    #[command(flatten)]
    machine: MachineArgs,
    /// Print the run as JSON instead of a table
    #[arg(long)]
    json: bool,
    /// Also write the tables to this file, as Markdown
    #[arg(long)]
    markdown: Option<PathBuf>,
    /// Also write every question with its answer to this file, as CSV
    #[arg(long)]
    csv: Option<PathBuf>,
}

pub(crate) fn run(args: &RunArgs) -> anyhow::Result<()> {
    for path in [&args.markdown, &args.csv].into_iter().flatten() {
        check_writable(path)?;
    }
    let run = pollster::block_on(async {
        match args.machine.backend {
            BackendArg::Cpu => answer(args.machine.cpu(), args).await,
            BackendArg::Gpu => answer(open_gpu().await?, args).await,
        }
    })?;
    for (path, write) in [(&args.markdown, report::markdown as fn(&Run) -> String), (&args.csv, report::csv)]
    {
        if let Some(path) = path {
            std::fs::write(path, write(&run)).with_context(|| format!("cannot write {}", path.display()))?;
        }
    }
    let text = if args.json { report::json(&run) + "\n" } else { table(&run) };
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(())
}

/// A run takes minutes: better to hear before it than behind it that its report has no place.
fn check_writable(path: &Path) -> anyhow::Result<()> {
    let opened = std::fs::OpenOptions::new().create(true).append(true).open(path);
    opened.map(drop).with_context(|| format!("cannot write {}", path.display()))
}

async fn answer<B: Backend>(backend: B, args: &RunArgs) -> anyhow::Result<Run> {
    let sources = args.pair.files()?.open()?;
    let mut session = Session::new(backend, Terminal::new());
    let (data_set, questions) = open(&mut session, args.data.data(args.fresh)).await?;
    let questions = chosen(questions, &args.tasks, args.limit)?;
    let source = ModelSource::Files { names: Vec::new() };
    session.handle(Command::LoadModel { job: JOB, source }, Attachment::Files(sources.into())).await;
    let model = session.host().outcome()?.model.context("no model was loaded")?;
    // Every question has an image. The tower comes now, so that the first one does not take longer than the others.
    while session.advance().await {}
    session.host().outcome()?;
    let settings = settings(args);
    let conditions = conditions(args, &model, settings.detail, data_set);
    let mut run = Run { conditions, n_total: questions.len() as u32, answers: Vec::new() };
    let mut row = Row::default();
    let started_secs = session.host().now_secs();
    for (number, question) in questions {
        let reply = reply(&mut session, number, settings).await?;
        let answered = Answered::new(args.rule, question, reply);
        row.add(&answered);
        run.answers.push(answered);
        show_progress(&run, &row, session.host().now_secs() - started_secs);
    }
    Ok(run)
}

async fn reply(
    session: &mut Session<impl Backend, Terminal, Vec<FileSource>>,
    number: u32,
    settings: BenchmarkSettings,
) -> anyhow::Result<bench::Reply> {
    tell(session, Command::AnswerBenchmark { job: JOB, number, settings }).await;
    session.host().outcome()?.reply.with_context(|| format!("question {number} was not answered"))
}

fn settings(args: &RunArgs) -> BenchmarkSettings {
    BenchmarkSettings {
        detail: match (args.min_visual_tokens, args.max_visual_tokens) {
            (Some(min), Some(max)) => Detail::Tokens { min, max },
            _ => Detail::Model,
        },
        max_answer_tokens: args.max_tokens,
        images: if args.blank_images { BenchmarkImages::Blank } else { BenchmarkImages::Shown },
    }
}

fn conditions(args: &RunArgs, model: &ModelInfo, detail: Detail, data_set: DataSet) -> Conditions {
    let (min, max) = detail.visual_tokens(model);
    Conditions {
        model: model.name.clone(),
        quantisation: model.quantisation.clone(),
        backend: match (args.machine.backend, args.machine.precision) {
            (BackendArg::Cpu, PrecisionArg::Exact) => format!("{}, exact", model.backend),
            _ => model.backend.clone(),
        },
        visual_tokens: VisualTokens { min, max },
        rule: args.rule,
        max_answer_tokens: args.max_tokens,
        blank_images: args.blank_images,
        data_set,
        software: format!("qvm {}", env!("CARGO_PKG_VERSION")),
        date: today(),
    }
}

/// Lines in a file that collects them, as far apart as is still of use.
const QUESTIONS_PER_LINE: u32 = 20;

/// One line that is written over in a terminal, and one line now and then elsewhere.
fn show_progress(run: &Run, row: &Row, elapsed_secs: f64) {
    let (done, total) = (run.n_asked(), run.n_total);
    let is_terminal = std::io::stderr().is_terminal();
    if !is_terminal && !done.is_multiple_of(QUESTIONS_PER_LINE) && done != total {
        return;
    }
    let accuracy = row.overall().score().accuracy().unwrap_or_default();
    let per_minute = f64::from(done) * 60.0 / elapsed_secs.max(f64::MIN_POSITIVE);
    let (start, end) = match (is_terminal, done == total) {
        // Spaces cover the end of a line that was longer.
        (true, false) => ("\r", "  "),
        (true, true) => ("\r", "  \n"),
        (false, _) => ("", "\n"),
    };
    eprint!("{start}{done}/{total} questions, accuracy {accuracy:.3}, {per_minute:.0} questions/min{end}");
}
