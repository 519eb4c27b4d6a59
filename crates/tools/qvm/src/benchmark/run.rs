//! `qvm bench run`: a data set, question by question, through one session.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use anyhow::Context as _;
use bench::{
    Answered, Conditions, Preset, Row, Rule, Run, RunModel, RunQuestions, RunSettings, VisualTokens,
};
use clap::{Args, ValueEnum};
use engine::{Attachment, Host as _, Session};
use model::backend::Backend;
use protocol::{BenchmarkImages, BenchmarkSettings, Command, Detail, ModelInfo, ModelSource};

use super::choice::{Choice, ChoiceArgs};
use super::data::{JOB, tell};
use super::date::today;
use super::log::RunLog;
use super::output::{OutputArgs, check_writable};
use super::pair::PairArgs;
use crate::file::{FileSource, PrecisionArg};
use crate::host::Terminal;
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
    /// Write each answer to this file as it comes; where it is there already, go on behind its last answer
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
    let source = ModelSource::Files { names: Vec::new() };
    session.handle(Command::LoadModel { job: JOB, source }, Attachment::Files(sources.into())).await;
    let model = session.host().outcome()?.model.context("no model was loaded")?;
    // Every question has an image. The tower comes now, so that the first one does not take longer than the others.
    while session.advance().await {}
    session.host().outcome()?;
    let settings = settings(args);
    let n_total = choice.questions.len() as u32;
    let mut run =
        Run { conditions: conditions(args, &model, settings.detail, &choice), n_total, answers: Vec::new() };
    let mut log = match &args.log {
        Some(path) => Some(RunLog::open(path, &mut run, &choice.questions)?),
        None => None,
    };
    let mut row = run.row();
    let (started_secs, n_before) = (session.host().now_secs(), run.n_asked());
    for (place, question) in choice.questions.into_iter().skip(n_before as usize) {
        let reply = reply(&mut session, place, settings).await?;
        let answered = Answered::new(args.rule, question, reply);
        if let Some(log) = &mut log {
            log.append(run.n_asked(), &answered)?;
        }
        row.add(&answered);
        run.answers.push(answered);
        show_progress(&run, &row, run.n_asked() - n_before, session.host().now_secs() - started_secs);
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
