//! `qvm ask`: one question, its answer streamed.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use engine::Session;
use model::backend::Backend;
use protocol::{Detail, ImageId, Question, Sampling, Settings, Timings, Turns};

use crate::file::ModelFiles;
use crate::host::{JOB, Terminal, failed};
use crate::machine::{BackendArg, MachineArgs, open_gpu};

#[derive(Args, Debug)]
pub(crate) struct AskArgs {
    #[command(flatten)]
    files: ModelFiles,
    /// Image the question is about; repeat for several
    #[arg(long)]
    image: Vec<PathBuf>,
    /// Fewest visual tokens an image becomes (default: the model's)
    #[arg(long, requires = "max_visual_tokens")]
    min_visual_tokens: Option<u32>,
    /// Most visual tokens an image becomes (default: the model's)
    #[arg(long, requires = "min_visual_tokens")]
    max_visual_tokens: Option<u32>,
    /// Longest answer, in tokens
    #[arg(long, default_value_t = 256)]
    max_tokens: u32,
    /// 0 always picks the likeliest token
    #[arg(long, default_value_t = 0.0)]
    temperature: f64,
    /// Smallest set of tokens with this much probability
    #[arg(long, default_value_t = 1.0)]
    top_p: f64,
    /// The k likeliest tokens; 0 keeps all
    #[arg(long, default_value_t = 0)]
    top_k: u32,
    /// The same seed gives the same answer
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// 1 means none
    #[arg(long, default_value_t = 1.0)]
    repetition_penalty: f32,
    #[command(flatten)]
    machine: MachineArgs,
    /// The question
    question: String,
}

pub(crate) fn run(args: &AskArgs) -> anyhow::Result<()> {
    pollster::block_on(async {
        match args.machine.backend {
            BackendArg::Cpu => answer(args.machine.cpu(), args).await,
            BackendArg::Gpu => answer(open_gpu().await?, args).await,
        }
    })
}

async fn answer<B: Backend>(backend: B, args: &AskArgs) -> anyhow::Result<()> {
    let mut session = Session::new(backend, Terminal::new());
    let files: Vec<_> = args.files.open()?.into();
    let model = session.load(JOB, files).await.map_err(|error| failed(&error))?;
    eprintln!(
        "{}, {}, {}, loaded in {:.2} s",
        model.name, model.quantisation, model.backend, model.load_secs
    );
    let mut images = Vec::new();
    for (path, id) in args.image.iter().zip(0..) {
        let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let name = path.display().to_string();
        session.open_image(ImageId(id), &name, &bytes).map_err(|error| failed(&error))?;
        images.push(ImageId(id));
    }
    let question = Question { text: args.question.clone(), images };
    let (_, timings) = session.ask(JOB, question, settings(args)).await.map_err(|error| failed(&error))?;
    writeln!(std::io::stdout())?;
    eprintln!("{}", in_words(&timings));
    Ok(())
}

fn settings(args: &AskArgs) -> Settings {
    Settings {
        detail: match (args.min_visual_tokens, args.max_visual_tokens) {
            (Some(min), Some(max)) => Detail::Tokens { min, max },
            _ => Detail::Model,
        },
        sampling: Sampling {
            temperature: args.temperature,
            top_p: args.top_p,
            top_k: args.top_k,
            seed: args.seed,
            repetition_penalty: args.repetition_penalty,
        },
        max_answer_tokens: args.max_tokens,
        turns: Turns::Single,
    }
}

fn in_words(t: &Timings) -> String {
    let decoding = t.decoded_tokens_per_sec().map_or(String::new(), |rate| format!(", {rate:.1} tokens/s"));
    format!(
        "image encoding {:.2} s ({} visual tokens), prefill {:.2} s ({} tokens), decoding {:.2} s ({} tokens{decoding})",
        t.image_encoding_secs,
        t.n_visual_tokens,
        t.prefill_secs,
        t.n_prefill_tokens,
        t.decoding_secs,
        t.n_answer_tokens,
    )
}
