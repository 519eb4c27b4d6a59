//! Headers of whole pairs, as a reader sees them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Result;
use model::config::TextConfig;
use model::load::{TextTensors, VisionTensors};
use model::plan::Plan;
use weights::{Gguf, HeaderReader};

use super::*;
use crate::pair::container::Writer;

fn options(size: Size, text: Storage, vision: Storage) -> SynthOptions {
    SynthOptions { size, text, vision, out: PathBuf::new(), seed: 0, layers: None, vision_layers: None }
}

/// A file's header as a reader sees it, and the bytes of the whole file.
fn header(file: &Outline) -> Result<(Gguf, u64)> {
    let entries = file.entries();
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
    // Tensors have the same bytes; names, keys and tokens differ in length.
    let apart = found.abs_diff(published);
    assert!(apart < 4 << 20, "{found} bytes; the published file has {published}");
}

#[test]
fn a_2b_pair_is_what_llama_quantize_makes() -> Result<()> {
    let [text, vision] = outlines(&options(Size::TwoB, Storage::Q4KM, Storage::Plain(Dtype::Q8_0)))?;
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
    let [text, vision] =
        outlines(&options(Size::SevenB, Storage::Plain(Dtype::Q4_0), Storage::Plain(Dtype::F16)))?;
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
        let options = SynthOptions {
            layers,
            vision_layers,
            ..options(Size::TwoB, Storage::Q4KM, Storage::Plain(Dtype::F16))
        };
        outlines(&options).map(drop).map_err(|e| e.to_string())
    };
    assert_eq!(asked(Some(1), Some(32)), Ok(()));
    assert_eq!(asked(Some(0), None), Err("--layers is 0; expected 1 to 28".into()));
    assert_eq!(asked(None, Some(33)), Err("--vision-layers is 33; expected 1 to 32".into()));
}
