//! `qvm bench run`: a data set, question by question, through one session.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use bench::{Conditions, Preset, Row, Rule, Run, RunModel, RunSettings, VisualTokens};
use clap::{Args, ValueEnum};
use engine::{Host as _, Session};
use model::backend::Backend;
use protocol::{BenchmarkImages, BenchmarkSettings, Detail, ModelInfo};
use runs::{Drive, MemoryStore, NoNext, RunStore, Runs};

use super::choice::{Choice, ChoiceArgs};
use super::date::today;
use super::log::{LogFile, begin_or_resume};
use super::output::{OutputArgs, check_writable};
use super::pair::PairArgs;
use crate::file::{FileSource, PrecisionArg};
use crate::host::{JOB, Terminal, failed};
use crate::machine::{BackendArg, MachineArgs, open_gpu};

#[derive(Args, Debug)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    choice: ChoiceArgs,
    #[command(flatten)]
    pair: PairArgs,
    /// Show the model grey instead of the images: what is still answered right is guessed from the words
    #[arg(long)]
    blank_images: bool,
    /// Ask every question again for each rotation of its options, which takes two to five times as long
    #[arg(long)]
    circular: bool,
    /// Bounds of visual tokens that have a name (default: the model's)
    #[arg(long, value_enum, conflicts_with_all = ["min_visual_tokens", "max_visual_tokens"])]
    preset: Option<PresetArg>,
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
    /// Write each answer to this file as it comes; if the file exists, continue after its last answer
    #[arg(long)]
    log: Option<PathBuf>,
    #[command(flatten)]
    machine: MachineArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// A [`Preset`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum PresetArg {
    /// Never enlarged, at most 256
    Fast,
    /// 256 to 1280, as the README of Qwen2-VL advises
    Advice,
    /// 1280 to 16384, as VLMEvalKit sets it and the published rows had it: slow
    Comparable,
}

impl PresetArg {
    const fn preset(self) -> Preset {
        match self {
            Self::Fast => Preset::Fast,
            Self::Advice => Preset::Advice,
            Self::Comparable => Preset::Comparable,
        }
    }
}

pub(crate) fn run(args: &RunArgs) -> anyhow::Result<()> {
    args.output.check()?;
    if let Some(path) = &args.log {
        check_writable(path)?;
    }
    let run = pollster::block_on(async {
        match args.machine.backend {
            BackendArg::Cpu => answer(args.machine.cpu(), args).await,
            BackendArg::Gpu => answer(open_gpu().await?, args).await,
        }
    })?;
    args.output.write(&run)
}

async fn answer<B: Backend>(backend: B, args: &RunArgs) -> anyhow::Result<Run> {
    let sources = args.pair.files()?.open()?;
    let mut session = Session::new(backend, Terminal::new());
    let choice = args.choice.open(&mut session).await?;
    let model = session.load(JOB, sources.into()).await.map_err(|error| failed(&error))?;
    // Every question has an image. The tower comes now, so that the first one does not take longer than the others.
    while session.advance().await {}
    let settings = settings(args);
    let conditions = conditions(args, &model, settings.detail, &choice);
    match &args.log {
        Some(path) => {
            let runs = Runs::new(LogFile::new(path));
            let begun = begin_or_resume(&runs, path, conditions, choice.questions).await?;
            drive(&runs, begun, &mut session, settings).await
        }
        None => {
            let runs = Runs::new(MemoryStore::default());
            let begun = begin_or_resume(&runs, Path::new("run"), conditions, choice.questions).await?;
            drive(&runs, begun, &mut session, settings).await
        }
    }
}

/// Has every question answered that has no answer yet.
async fn drive<S: RunStore>(
    runs: &Runs<S>,
    (mut drive, mut run): (Drive, Run),
    session: &mut Session<impl Backend, Terminal, Vec<FileSource>>,
    settings: BenchmarkSettings,
) -> anyhow::Result<Run> {
    let mut row = run.row();
    let (started_secs, n_before) = (session.host().now_secs(), run.n_asked());
    loop {
        let reply = async |place| session.answer_benchmark(JOB, place, settings).await;
        let answered = match drive.next(runs, reply).await {
            Ok(Some(answered)) => answered,
            Ok(None) => return Ok(run),
            Err(NoNext::NotAnswered(error)) => return Err(failed(&error)),
            Err(NoNext::NotKept(error)) => return Err(error.into()),
        };
        row.add(&answered);
        run.answers.push(answered);
        show_progress(&run, &row, run.n_asked() - n_before, session.host().now_secs() - started_secs);
    }
}

fn settings(args: &RunArgs) -> BenchmarkSettings {
    BenchmarkSettings {
        detail: match (args.preset, args.min_visual_tokens, args.max_visual_tokens) {
            (Some(preset), ..) => {
                let VisualTokens { min, max } = preset.preset().visual_tokens();
                Detail::Tokens { min, max }
            }
            (None, Some(min), Some(max)) => Detail::Tokens { min, max },
            _ => Detail::Model,
        },
        max_answer_tokens: args.max_tokens,
        images: if args.blank_images { BenchmarkImages::Blank } else { BenchmarkImages::Shown },
        circular: args.circular,
    }
}

fn conditions(args: &RunArgs, model: &ModelInfo, detail: Detail, choice: &Choice) -> Conditions {
    let (min, max) = detail.visual_tokens(model);
    let model = RunModel {
        name: model.name.clone(),
        quantisation: model.quantisation.clone(),
        backend: match (args.machine.backend, args.machine.precision) {
            (BackendArg::Cpu, PrecisionArg::Exact) => format!("{}, exact", model.backend),
            _ => model.backend.clone(),
        },
    };
    let settings = RunSettings {
        visual_tokens: VisualTokens { min, max },
        rule: args.rule,
        max_answer_tokens: args.max_tokens,
        blank_images: args.blank_images,
        circular: args.circular,
    };
    let software = concat!("qvm ", env!("CARGO_PKG_VERSION"));
    Conditions::new(model, choice.asked.clone(), settings, software, today())
}

/// Lines in a file that collects them, as far apart as is still of use.
const QUESTIONS_PER_LINE: u32 = 20;

/// One line that is written over in a terminal, and one line now and then elsewhere.
fn show_progress(run: &Run, row: &Row, n_now: u32, elapsed_secs: f64) {
    let (done, total) = (run.n_asked(), run.n_total);
    let is_terminal = std::io::stderr().is_terminal();
    if !is_terminal && !done.is_multiple_of(QUESTIONS_PER_LINE) && done != total {
        return;
    }
    let accuracy = row.overall().score().accuracy();
    let accuracy = accuracy.map_or_else(String::new, |accuracy| format!(", accuracy {accuracy:.3}"));
    let per_minute = f64::from(n_now) * 60.0 / elapsed_secs.max(f64::MIN_POSITIVE);
    let (start, end) = match (is_terminal, done == total) {
        // Spaces cover the end of a line that was longer.
        (true, false) => ("\r", "  "),
        (true, true) => ("\r", "  \n"),
        (false, _) => ("", "\n"),
    };
    eprint!("{start}{done}/{total} questions{accuracy}, {per_minute:.0} questions/min{end}");
}
