//! Headers of whole pairs, and a shallow pair that is loaded and asked.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;
use cpu::{Cpu, Precision};
use engine::{ByteSource as _, Session};
use model::config::TextConfig;
use model::load::{TextTensors, VisionTensors};
use model::plan::Plan;
use protocol::{Detail, ImageId, JobId, Question, Settings};
use weights::{Gguf, HeaderReader};

use super::*;
use crate::file::FileSource;
use crate::host::Terminal;
use crate::pair::container::{Entry, Writer};

fn args(size: Size, text: Storage, vision: Storage) -> SynthArgs {
    SynthArgs { size, text, vision, out: PathBuf::new(), seed: 0, layers: None, vision_layers: None }
}

/// A file's header as a reader sees it, and the bytes of the whole file.
fn header(file: &File) -> Result<(Gguf, u64)> {
    let entry =
        |(t, dtype): &(Planned, Dtype)| Entry { name: t.gguf_name.clone(), shape: t.shape(), dtype: *dtype };
    let entries: Vec<Entry> = file.tensors.iter().map(entry).collect();
    let mut head = Vec::new();
    drop(Writer::start(&mut head, &file.keys, &entries)?);
    let sizes =
        entries.iter().map(|e| Ok(e.dtype.n_bytes(e.shape.iter().product())?.next_multiple_of(32) as u64));
    let n_bytes = head.len() as u64 + sizes.sum::<Result<u64>>()?;
    let mut reader = HeaderReader::new(n_bytes);
    loop {
        let range = reader.want();
        let mut bytes = vec![0; (range.end - range.start) as usize];
        let there = &head[range.start as usize..head.len().min(range.end as usize)];
        bytes[..there.len()].copy_from_slice(there);
        if let Some(gguf) = reader.feed(&bytes)? {
            return Ok((gguf, n_bytes));
        }
    }
}

fn dtypes(gguf: &Gguf, part: &str) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for tensor in gguf.tensors().iter().filter(|t| t.name.ends_with(part)) {
        *found.entry(tensor.dtype.name().to_owned()).or_default() += 1;
    }
    found
}

#[track_caller]
fn assert_near(found: u64, published: u64) {
    // Tensors are alike to the byte; names, keys and the lengths of tokens are not.
    let apart = found.abs_diff(published);
    assert!(apart < 4 << 20, "{found} bytes; the published file has {published}");
}

#[test]
fn a_2b_pair_is_what_llama_quantize_makes() -> Result<()> {
    let [text, vision] = files(&args(Size::TwoB, Storage::Q4KM, Storage::Plain(Dtype::Q8_0)))?;
    let (text, text_bytes) = header(&text)?;
    assert_eq!((text.tensors().len(), text.n_parameters()), (338, 1_543_714_304));
    assert_near(text_bytes, 986_045_344);
    let counts = |pairs: &[(&str, usize)]| pairs.iter().map(|(n, i)| ((*n).to_owned(), *i)).collect();
    assert_eq!(dtypes(&text, "attn_v.weight"), counts(&[("Q4_K", 14), ("Q6_K", 14)]));
    assert_eq!(dtypes(&text, "ffn_down.weight"), counts(&[("Q4_K", 14), ("Q6_K", 14)]));
    assert_eq!(dtypes(&text, "ffn_up.weight"), counts(&[("Q4_K", 28)]));
    assert_eq!(dtypes(&text, "token_embd.weight"), counts(&[("Q6_K", 1)]));
    assert_eq!(dtypes(&text, ".bias"), counts(&[("F32", 84)]));

    let (vision, vision_bytes) = header(&vision)?;
    assert_eq!((vision.tensors().len(), vision.n_parameters()), (520, 665_271_296));
    assert_near(vision_bytes, 709_882_720);
    assert_eq!(dtypes(&vision, "ffn_up.weight"), counts(&[("Q8_0", 32)]));

    TextTensors::<Plan>::planned(&text)?;
    VisionTensors::<Plan>::planned(&vision, &TextConfig::new(&text)?)?;
    Ok(())
}

#[test]
fn a_7b_pair_has_a_head_of_its_own() -> Result<()> {
    let [text, vision] = files(&args(Size::SevenB, Storage::Plain(Dtype::Q4_0), Storage::Plain(Dtype::F16)))?;
    let (text, _) = header(&text)?;
    // 7.6 billion, of which 0.5 are the embedding and as many the head.
    assert_eq!((text.tensors().len(), text.n_parameters()), (339, 7_615_616_512));
    assert_eq!(text.tensor("output.weight").map(|t| t.dtype), Some(Dtype::Q6K));
    assert_eq!(text.tensor("token_embd.weight").map(|t| t.dtype), Some(Dtype::Q4_0));
    let config = TextConfig::new(&text)?;
    assert_eq!((config.n_vocab, config.n_embd, config.heads.n_kv), (152_064, 3584, 4));
    TextTensors::<Plan>::planned(&text)?;
    VisionTensors::<Plan>::planned(&header(&vision)?.0, &config)?;
    Ok(())
}

#[test]
fn a_depth_that_is_no_depth_is_refused() {
    let asked = |layers, vision_layers| {
        let args = SynthArgs {
            layers,
            vision_layers,
            ..args(Size::TwoB, Storage::Q4KM, Storage::Plain(Dtype::F16))
        };
        files(&args).map(drop).map_err(|e| e.to_string())
    };
    assert_eq!(asked(Some(1), Some(32)), Ok(()));
    assert_eq!(asked(Some(0), None), Err("--layers is 0; expected 1 to 28".into()));
    assert_eq!(asked(None, Some(33)), Err("--vision-layers is 33; expected 1 to 32".into()));
}

/// Removes a folder with what is in it.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn open(folder: &Path) -> Result<Vec<FileSource>> {
    Ok(vec![FileSource::open(&folder.join("text.gguf"))?, FileSource::open(&folder.join("mmproj.gguf"))?])
}

#[test]
fn a_shallow_pair_is_loaded_and_answers() -> Result<()> {
    let scratch = Scratch(std::env::temp_dir().join(format!("qvm-synth-{}", std::process::id())));
    let whole = args(Size::TwoB, Storage::Q4KM, Storage::Plain(Dtype::Q8_0));
    run(&SynthArgs { out: scratch.0.clone(), layers: Some(1), vision_layers: Some(1), ..whole })?;
    assert!(open(&scratch.0)?.iter().all(|file| file.n_bytes() > 50_000_000));

    let job = JobId(0);
    let mut session = Session::new(Cpu::new(Precision::Quantised), Terminal::new());
    pollster::block_on(async {
        assert_eq!(session.load(job, open(&scratch.0)?).await?.name, "Synthetic 2B");
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
