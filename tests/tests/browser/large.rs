//! A model of the true shapes, of gigabytes. Runs only if `QVM_PAIR` names the folder of a pair (`qvm synth` writes one).
//!
//! `QVM_PAIR=DIR QVM_PATIENCE_SECS=1800 cargo test -p tests --test browser -- large`

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use cpu::{Cpu, Precision};
use imaging::PixelBounds;
use tests::browser::{AskPage, BrowserKind, spec_in};
use tests::golden::{load, trace};

const QUESTION: &str = "Hello";
const N_TOKENS: usize = 4;

/// The memory that a tab may take for a model of any size, once its weights are on the GPU.
const MOST_HEAP_BYTES: u64 = 256 << 20;

/// The CPU's answer, in f32.
fn expected(text: &std::path::Path, vision: &std::path::Path) -> Result<String> {
    let mut b = Cpu::new(Precision::Exact);
    let model = load(&mut b, text, vision)?;
    let bounds = PixelBounds { min_pixels: 3136, max_pixels: 12_544 };
    let greedy = trace(&mut b, &model, &[], bounds, QUESTION)?.greedy;
    Ok(model.tokenizer.decode(&greedy[..N_TOKENS]))
}

#[test]
fn a_large_model_answers_on_webgpu_as_on_the_cpu_within_the_heap() -> Result<()> {
    let Some(folder) = std::env::var_os("QVM_PAIR").map(PathBuf::from) else {
        println!("SKIPPED: QVM_PAIR names no folder with text.gguf and mmproj.gguf");
        return Ok(());
    };
    let (text, vision) = (folder.join("text.gguf"), folder.join("mmproj.gguf"));
    let expected = expected(&text, &vision).context("on the CPU")?;
    spec_in(BrowserKind::ChromiumOnSwiftShader, "large", async |ground| {
        let page = AskPage::open_on(ground, "webgpu").await?;
        page.pick_model_at(&[&text, &vision]).await?;
        page.wait_until_model("loading").await?;
        page.wait_until_model("ready").await?;
        let heap_bytes = page.heap_bytes().await?;
        println!("heap after loading: {} MiB", heap_bytes >> 20);
        ensure!(heap_bytes < MOST_HEAP_BYTES, "{heap_bytes} bytes");
        page.set("#max-answer-tokens", &N_TOKENS.to_string()).await?;
        page.type_question(QUESTION).await?;
        let turn = page.ask_and_wait().await?;
        println!("answered {:?}", turn.answer);
        ensure!(turn.answer == expected, "{:?}, on the CPU {expected:?}", turn.answer);
        Ok(())
    })
}
