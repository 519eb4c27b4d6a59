use std::fmt;
use std::path::PathBuf;

use anyhow::Result;
use model::backend::Backend;
use model::plan::Plan;
use qvm::workload::{self, Reading, now_secs};

use super::figures::Spread;
use super::machines::{Measure, Measured};

/// Tokens of the prompt.
const N_PROMPT: usize = 128;
/// Tokens that are decoded.
const N_DECODED: usize = 32;
/// Sides of the image, in pixels: 18 x 26 patches.
const IMAGE_PX: (u32, u32) = (364, 252);

/// A whole model: one image, a prompt, an answer.
#[derive(Clone, Debug)]
pub struct Whole {
    /// The folder of the pair.
    pub folder: PathBuf,
    /// Runs that count.
    pub n_runs: u32,
}

/// Seconds of each stage, and what one of them must cost.
#[derive(Debug)]
pub struct WholeSpeed {
    model: String,
    stages: Vec<StageSpeed>,
}

#[derive(Debug)]
struct StageSpeed {
    what: String,
    n_tokens: usize,
    secs: Vec<f64>,
    plan: Plan,
}

impl StageSpeed {
    fn new(what: String, n_tokens: usize) -> Self {
        Self { what, n_tokens, secs: Vec::new(), plan: Plan::default() }
    }
}

impl Measure for Whole {
    type Found = WholeSpeed;

    async fn on<B: Backend>(&self, mut b: B) -> Result<WholeSpeed> {
        let b = &mut b;
        let model = workload::load(b, &self.folder).await?;
        let image = workload::image(IMAGE_PX.0, IMAGE_PX.1, &model.vision.config)?;
        let n_visual = image.grid.n_visual_tokens();
        let mut looking = StageSpeed::new(format!("image, {} patches", image.grid.n_patches()), n_visual);
        let mut prefill = StageSpeed::new(format!("prefill, {N_PROMPT} tokens"), N_PROMPT);
        let mut decoding = StageSpeed::new(format!("decoding, {N_DECODED} tokens"), N_DECODED);
        for run in 0..=self.n_runs {
            let started_secs = now_secs();
            workload::look(b, &model.vision, &image).await?;
            let looked_secs = now_secs();
            let mut reading = Reading::prefill(b, &model.text, N_PROMPT).await?;
            let read_secs = now_secs();
            reading.decode(b, N_DECODED).await?;
            // The first run does not count: it compiles and fills caches.
            if run > 0 {
                looking.secs.push(looked_secs - started_secs);
                prefill.secs.push(read_secs - looked_secs);
                decoding.secs.push(now_secs() - read_secs);
            }
        }
        let planned = workload::plan(&self.folder).await?;
        workload::look(&mut looking.plan, &planned.vision, &image).await?;
        let mut reading = Reading::prefill(&mut prefill.plan, &planned.text, N_PROMPT).await?;
        reading.decode(&mut decoding.plan, N_DECODED).await?;
        let model = format!("{}, {}", model.info.name, model.info.quantisation);
        Ok(WholeSpeed { model, stages: vec![looking, prefill, decoding] })
    }
}

/// One line for each machine and stage.
#[derive(Debug)]
pub struct WholeTable(pub Vec<Measured<WholeSpeed>>);

impl fmt::Display for WholeTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(reference) = self.0.first() else { return Ok(()) };
        for Measured { machine, bandwidth, found } in &self.0 {
            writeln!(f, "{} on {machine}, bandwidth {:.1} GB/s", found.model, bandwidth / 1e9)?;
            writeln!(
                f,
                "{:<24} {:>4} {:>24} {:>8} {:>8} {:>12} {:>10}",
                "", "runs", "tokens/s", "ratio", "GB/s", "of bandwidth", "GFLOP/s"
            )?;
            for (stage, reference) in found.stages.iter().zip(&reference.found.stages) {
                let rate = |stage: &StageSpeed| {
                    Spread::of(stage.secs.iter().map(|secs| stage.n_tokens as f64 / secs))
                };
                let secs = Spread::of(stage.secs.iter().copied()).median;
                let (bytes, flops) = (stage.plan.n_bytes() as f64 / secs, stage.plan.n_flops() as f64 / secs);
                writeln!(
                    f,
                    "{:<24} {:>4} {:>24} {:>8.2} {:>8.2} {:>12} {:>10.1}",
                    stage.what,
                    stage.secs.len(),
                    rate(stage),
                    rate(stage).median / rate(reference).median,
                    bytes / 1e9,
                    format!("{:.0} %", 100.0 * bytes / bandwidth),
                    flops / 1e9
                )?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
