//! Folders with something wrong in them.

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use super::*;

/// The error of packing a copy of the tied folder with one file changed.
fn error_after(test: &str, change: impl FnOnce(&Path) -> Result<()>) -> Result<String> {
    let folder = copy_of(&golden("tied").join("hf"), test, &[])?;
    change(&folder)?;
    let out = folder.join("out");
    let error = pack(&folder, PackType::Q8_0, "x", &out).expect_err("the folder is broken");
    let left = out.is_dir().then(|| fs::read_dir(&out).map(Iterator::count)).transpose()?;
    assert_eq!(left.unwrap_or(0), 0, "a broken folder left files");
    fs::remove_dir_all(&folder)?;
    Ok(format!("{error:#}"))
}

fn replace(file: &Path, from: &str, to: &str) -> Result<()> {
    let text = fs::read_to_string(file)?;
    assert!(text.contains(from), "{from} is not in {}", file.display());
    Ok(fs::write(file, text.replacen(from, to, 1))?)
}

/// Adds a tensor of eight elements to the folder's safetensors.
fn add(folder: &Path, name: &str, dtype: Dtype) -> Result<()> {
    let file = folder.join("model.safetensors");
    let bytes = fs::read(&file)?;
    let model = SafeTensors::deserialize(&bytes)?;
    let zeros = vec![0; dtype.bitsize()];
    let mut tensors = model.tensors();
    tensors.push((name.to_owned(), TensorView::new(dtype, vec![8], &zeros)?));
    Ok(fs::write(&file, safetensors::serialize(tensors, None)?)?)
}

#[test]
fn errors_say_what_was_found_and_expected() -> Result<()> {
    type Change = fn(&Path) -> Result<()>;
    let cases: [(&str, Change, &[&str]); 11] = [
        ("type", |f| replace(&f.join("config.json"), "qwen2_vl", "llava"), &["llava", "qwen2_vl"]),
        (
            "shape",
            |f| replace(&f.join("config.json"), "\"intermediate_size\": 224", "\"intermediate_size\": 256"),
            &["mlp.gate_proj.weight", "[224, 128]", "[256, 128]"],
        ),
        (
            "head",
            |f| {
                replace(
                    &f.join("config.json"),
                    "\"tie_word_embeddings\": true",
                    "\"tie_word_embeddings\": false",
                )
            },
            &["lm_head.weight", "tie_word_embeddings"],
        ),
        (
            "cut",
            |f| {
                let file = f.join("model.safetensors");
                let bytes = fs::read(&file)?;
                Ok(fs::write(&file, &bytes[..bytes.len() - 7])?)
            },
            &["model.safetensors", "download it again"],
        ),
        (
            "garbage",
            |f| Ok(fs::write(f.join("model.safetensors"), b"not at all a safetensors file")?),
            &["not a safetensors file"],
        ),
        ("weights", |f| Ok(fs::remove_file(f.join("model.safetensors"))?), &["model.safetensors.index.json"]),
        (
            "tokenizer",
            |f| {
                fs::remove_file(f.join("tokenizer.json"))?;
                Ok(fs::remove_file(f.join("vocab.json"))?)
            },
            &["tokenizer.json", "vocab.json"],
        ),
        (
            "images",
            |f| Ok(fs::remove_file(f.join("preprocessor_config.json"))?),
            &["preprocessor_config.json"],
        ),
        ("f8", |f| add(f, "model.extra.weight", Dtype::F8_E4M3), &["model.extra.weight", "F8_E4M3", "BF16"]),
        ("strange", |f| add(f, "visual.extra", Dtype::BF16), &["1 tensors", "visual.extra"]),
        (
            "leftover",
            |f| add(f, "model.layers.0.self_attn.q_proj.lora_A.default.weight", Dtype::F32),
            &["q_proj.lora_A.default.weight", "--lora"],
        ),
    ];
    for (test, change, expected) in cases {
        let message = error_after(test, change)?;
        for part in expected {
            assert!(message.contains(part), "{test}: {part:?} is not in {message:?}");
        }
    }
    Ok(())
}
