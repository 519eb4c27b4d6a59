//! `qvm synth`: a GGUF pair of the true shapes with random weights.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use pack::{Size, Storage, SynthOptions, synthesise};
use tensor::Dtype;

use crate::named::named;
use crate::progress::Making;

const SIZES: [(Size, &str, &str); 2] = [
    (Size::TwoB, "2b", "Qwen2-VL-2B: 28 blocks of 1536 columns, the head tied to the embedding"),
    (Size::SevenB, "7b", "Qwen2-VL-7B: 28 blocks of 3584 columns, a head of its own"),
];

/// A pair of the true shapes with random weights, written tensor by tensor.
#[derive(Args, Debug)]
pub(crate) struct SynthArgs {
    /// Whose shapes
    #[arg(long = "model", value_parser = named(SIZES))]
    size: Size,
    /// How the text model's matrices are stored: q4_k_m (llama.cpp's mix of Q4_K and Q6_K), f32, f16, bf16, q4_0, q4_1,
    /// q5_0, q5_1, q8_0, q2_k, q3_k, q4_k, q5_k, q6_k
    #[arg(long, value_parser = text_storage, default_value = "q4_k_m")]
    text: Storage,
    /// How the vision tower's matrices are stored: the same names without the mix
    #[arg(long, value_parser = vision_storage, default_value = "q8_0")]
    vision: Storage,
    /// Folder that receives text.gguf and mmproj.gguf; made if it is missing
    #[arg(long)]
    out: PathBuf,
    /// The same seed gives the same bytes
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Blocks of the text model, if fewer than the true 28
    #[arg(long)]
    layers: Option<usize>,
    /// Blocks of the vision tower, if fewer than the true 32
    #[arg(long)]
    vision_layers: Option<usize>,
}

pub(crate) fn run(args: SynthArgs) -> Result<()> {
    let SynthArgs { size, text, vision, out, seed, layers, vision_layers } = args;
    let options = SynthOptions { size, text, vision, out, seed, layers, vision_layers };
    let mut making = Making::new();
    Ok(synthesise(&options, &mut |step| making.step(step))?)
}

/// Reads the name of a text file's storage.
fn text_storage(name: &str) -> Result<Storage, String> {
    if name.eq_ignore_ascii_case("q4_k_m") { Ok(Storage::Q4KM) } else { plain(name, "q4_k_m, ") }
}

/// Reads the name of a vision file's storage. llama.cpp has no mixes there.
fn vision_storage(name: &str) -> Result<Storage, String> {
    plain(name, "")
}

fn plain(name: &str, more: &str) -> Result<Storage, String> {
    let found = Dtype::ALL.into_iter().find(|dtype| dtype.name().eq_ignore_ascii_case(name));
    let names = || Dtype::ALL.map(|dtype| dtype.name().to_lowercase()).join(", ");
    found.map(Storage::Plain).ok_or_else(|| format!("expected one of {more}{}", names()))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use cpu::{Cpu, Precision};
    use engine::{ByteSource as _, Session};
    use protocol::{Detail, ImageId, JobId, Question, Settings};

    use super::*;
    use crate::file::ModelFiles;
    use crate::host::Terminal;

    #[test]
    fn names_are_ggufs() {
        assert_eq!(text_storage("q4_k_m"), Ok(Storage::Q4KM));
        assert_eq!(text_storage("Q5_1"), Ok(Storage::Plain(Dtype::Q5_1)));
        assert_eq!(vision_storage("bf16"), Ok(Storage::Plain(Dtype::BF16)));
        assert!(text_storage("q9").is_err_and(|said| said.contains("q4_k_m, f32")));
        assert!(vision_storage("q4_k_m").is_err_and(|said| said.contains("one of f32")));
    }

    /// Removes a folder with what is in it.
    struct Scratch(PathBuf);

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_shallow_pair_is_loaded_and_answers() -> Result<()> {
        let scratch = Scratch(std::env::temp_dir().join(format!("qvm-synth-{}", std::process::id())));
        run(SynthArgs {
            size: Size::TwoB,
            text: Storage::Q4KM,
            vision: Storage::Plain(Dtype::Q8_0),
            out: scratch.0.clone(),
            seed: 0,
            layers: Some(1),
            vision_layers: Some(1),
        })?;
        let files = ModelFiles::of_folder(&scratch.0).open()?.to_vec();
        assert!(files.iter().all(|file| file.n_bytes() > 50_000_000));

        let job = JobId(0);
        let mut session = Session::new(Cpu::new(Precision::Quantised), Terminal::new());
        pollster::block_on(async {
            assert_eq!(session.load(job, files).await?.name, "Synthetic 2B");
            let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../web/examples/fundus.png");
            session.open_image(ImageId(0), "fundus.png", &std::fs::read(example)?)?;
            let question = Question { text: "What is this?".into(), images: vec![ImageId(0)] };
            let detail = Detail::Tokens { min: 4, max: 16 };
            let settings = Settings { max_answer_tokens: 3, detail, ..Settings::default() };
            let (_, timings) = session.ask(job, question, settings).await?;
            assert!(timings.n_answer_tokens > 0 && timings.n_visual_tokens > 3);
            Ok(())
        })
    }
}
