//! `qvm profile`: where the time for a question goes.

mod report;

use std::io::Write as _;

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use imaging::Patches;
use model::backend::{Backend, BackendError};
use model::forward::text::TextModel;
use model::forward::vision::VisionModel;
use model::plan::Plan;

use crate::bandwidth;
use crate::clock::now_secs;
use crate::file::ModelFiles;
use crate::machine::{BackendArg, MachineArgs, open_gpu};
use crate::workload::{self, Reading};
use report::StageReport;

#[derive(Args, Debug)]
pub(crate) struct ProfileArgs {
    #[command(flatten)]
    files: ModelFiles,
    /// Tokens of the prompt
    #[arg(long, default_value_t = 128, value_parser = clap::value_parser!(u32).range(1..))]
    prompt: u32,
    /// Tokens that are decoded
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..))]
    decode: u32,
    /// Also time the vision tower with an image of this size in pixels, such as 364x252; both sides multiples of 28
    #[arg(long, value_parser = size)]
    image: Option<(u32, u32)>,
    #[command(flatten)]
    machine: MachineArgs,
}

fn size(text: &str) -> Result<(u32, u32), String> {
    let sides = text.split_once('x').map(|(width, height)| (width.parse(), height.parse()));
    let Some((Ok(width), Ok(height))) = sides else { return Err("expected WIDTHxHEIGHT".into()) };
    Ok((width, height))
}

pub(crate) fn run(args: &ProfileArgs) -> Result<()> {
    pollster::block_on(async {
        match args.machine.backend {
            BackendArg::Cpu => {
                let bandwidth = bandwidth::host_copy_bytes_per_sec();
                profile(args.machine.cpu().with_clock(now_secs), "copying main memory", bandwidth, args).await
            }
            BackendArg::Gpu => {
                let mut gpu = open_gpu().await?;
                let bandwidth = bandwidth::add_bytes_per_sec(&mut gpu).await?;
                profile(gpu, "adding two large arrays", bandwidth, args).await
            }
        }
    })
}

async fn profile<B: Backend>(mut b: B, what: &str, bandwidth: f64, args: &ProfileArgs) -> Result<()> {
    let planned = workload::plan_files(&args.files).await?;
    let model = workload::load_files(&mut b, &args.files).await?;
    let mut out = std::io::stdout();
    writeln!(out, "{}, {}, on {}", model.info.name, model.info.quantisation, b.description())?;
    writeln!(out, "bandwidth, {what}: {:.1} GB/s", bandwidth / 1e9)?;

    if let Some((width, height)) = args.image {
        let image = workload::image(width, height, &model.vision.config)?;
        let stage = look(&mut b, &model.vision, &planned.vision, &image, bandwidth).await?;
        write!(out, "\n{stage}")?;
    }
    for stage in read_and_answer(&mut b, &model.text, &planned.text, args, bandwidth).await? {
        write!(out, "\n{stage}")?;
    }
    Ok(())
}

async fn look<B: Backend>(
    b: &mut B,
    vision: &VisionModel<B>,
    planned: &VisionModel<Plan>,
    image: &Patches,
    bandwidth: f64,
) -> Result<StageReport> {
    let started_secs = now_secs();
    workload::look(b, vision, image).await?;
    let secs = now_secs() - started_secs;
    b.set_profiling(true);
    let started_secs = now_secs();
    workload::look(b, vision, image).await?;
    let timed_secs = now_secs() - started_secs;
    let steps = b.take_profile().await?;
    b.set_profiling(false);
    let mut plan = Plan::default();
    workload::look(&mut plan, planned, image).await?;
    let n_tokens = image.grid.n_visual_tokens();
    let what = format!("image encoding, {} patches", image.grid.n_patches());
    Ok(StageReport { what, secs, timed_secs, n_tokens, steps, plan, bandwidth })
}

async fn read_and_answer<B: Backend>(
    b: &mut B,
    text: &TextModel<B>,
    planned: &TextModel<Plan>,
    args: &ProfileArgs,
    bandwidth: f64,
) -> Result<[StageReport; 2]> {
    let (n_prompt, n_decoded) = (args.prompt as usize, args.decode as usize);
    let n_context = text.config.n_context;
    ensure!(
        n_prompt + n_decoded <= n_context,
        "{n_prompt} and {n_decoded} tokens are asked for; the model's context has room for {n_context}"
    );
    // What a machine does only once, such as compiling kernels, happens here.
    Reading::prefill(b, text, n_prompt).await?.decode(b, 1).await?;

    let started_secs = now_secs();
    let mut reading = Reading::prefill(b, text, n_prompt).await?;
    let prefilled_secs = now_secs();
    reading.decode(b, n_decoded).await?;
    let (prefill_secs, decoding_secs) = (prefilled_secs - started_secs, now_secs() - prefilled_secs);

    b.set_profiling(true);
    let started_secs = now_secs();
    let mut reading = Reading::prefill(b, text, n_prompt).await?;
    let timed_prefill_secs = now_secs() - started_secs;
    let prefill_steps = b.take_profile().await?;
    let started_secs = now_secs();
    reading.decode(b, n_decoded).await?;
    let timed_decoding_secs = now_secs() - started_secs;
    let decoding_steps = b.take_profile().await?;
    b.set_profiling(false);

    let (prefill_plan, decoding_plan) = count(planned, n_prompt, n_decoded).await.context("counting")?;
    Ok([
        StageReport {
            what: format!("prefill of {n_prompt} tokens"),
            secs: prefill_secs,
            timed_secs: timed_prefill_secs,
            n_tokens: n_prompt,
            steps: prefill_steps,
            plan: prefill_plan,
            bandwidth,
        },
        StageReport {
            what: format!("decoding of {n_decoded} tokens after {n_prompt}"),
            secs: decoding_secs,
            timed_secs: timed_decoding_secs,
            n_tokens: n_decoded,
            steps: decoding_steps,
            plan: decoding_plan,
            bandwidth,
        },
    ])
}

async fn count(
    planned: &TextModel<Plan>,
    n_prompt: usize,
    n_decoded: usize,
) -> Result<(Plan, Plan), BackendError> {
    let mut prefill = Plan::default();
    let mut reading = Reading::prefill(&mut prefill, planned, n_prompt).await?;
    let mut decoding = Plan::default();
    reading.decode(&mut decoding, n_decoded).await?;
    Ok((prefill, decoding))
}
