//! Packs the golden hub folders and holds the result against files that others wrote: `tests/golden/make/make_gguf.py`
//! always, llama.cpp's converter and quantiser where their files are beside the checkout.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::Result;
use candle_core::Device;
use candle_core::quantized::gguf_file::Content;

use super::{PackArgs, PackType, run};

/// Vectors, the patch embedding, and rows of 200, which no block of 32 divides.
const UNQUANTISED_ROWS: usize = 200;

fn golden(model: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/model").join(model)
}

/// A folder of its own for each test, emptied first.
fn scratch(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("qvm-pack-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    folder
}

fn pack(from: &Path, pack_type: PackType, name: &str, out: &Path) -> Result<()> {
    run(&PackArgs {
        from: from.to_path_buf(),
        out: out.to_path_buf(),
        pack_type,
        name: Some(name.to_owned()),
    })
}

/// One file: keys as text, tensors as (type, shape, values).
struct Contents {
    keys: BTreeMap<String, String>,
    tensors: BTreeMap<String, (String, Vec<usize>, Vec<f32>)>,
}

fn read(path: &Path) -> Result<Contents> {
    let mut file = File::open(path)?;
    let content = Content::read(&mut file)?;
    let keys = content.metadata.iter().map(|(key, value)| (key.clone(), format!("{value:?}"))).collect();
    let mut tensors = BTreeMap::new();
    for name in content.tensor_infos.keys() {
        let tensor = content.tensor(&mut file, name, &Device::Cpu)?;
        let values = tensor.dequantize(&Device::Cpu)?.flatten_all()?.to_vec1()?;
        tensors
            .insert(name.clone(), (format!("{:?}", tensor.dtype()), tensor.shape().dims().to_vec(), values));
    }
    Ok(Contents { keys, tensors })
}

/// Names of what differs between two maps.
fn differences<V: PartialEq>(found: &BTreeMap<String, V>, expected: &BTreeMap<String, V>) -> Vec<String> {
    let names = found.keys().chain(expected.keys()).collect::<std::collections::BTreeSet<_>>();
    names.into_iter().filter(|name| found.get(*name) != expected.get(*name)).cloned().collect()
}

const BOUNDS: [&str; 2] = ["clip.vision.image_max_pixels", "clip.vision.image_min_pixels"];

#[test]
fn the_comparison_sees_a_wrong_key_value_and_a_missing_one() {
    let map =
        |pairs: &[(&str, i32)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), *v)).collect::<BTreeMap<_, _>>();
    let found = differences(&map(&[("a", 1), ("b", 2), ("c", 3)]), &map(&[("a", 1), ("b", 9), ("d", 4)]));
    assert_eq!(found, ["b", "c", "d"]);
}

#[test]
fn f16_is_what_the_python_writer_made() -> Result<()> {
    for (model, name) in [("tied", "Golden Tied"), ("untied", "Golden Untied")] {
        let out = scratch(&format!("f16-{model}"));
        pack(&golden(model).join("hf"), PackType::F16, name, &out)?;
        for (file_name, extra) in [("text.gguf", &[][..]), ("mmproj.gguf", &BOUNDS[..])] {
            let (found, expected) = (read(&out.join(file_name))?, read(&golden(model).join(file_name))?);
            assert_eq!(differences(&found.tensors, &expected.tensors), [""; 0], "{model} {file_name}");
            assert_eq!(differences(&found.keys, &expected.keys), extra, "{model} {file_name}");
        }
        fs::remove_dir_all(&out)?;
    }
    Ok(())
}

#[test]
fn f32_and_bf16_hold_the_same_values() -> Result<()> {
    for (pack_type, matrix, patch) in [(PackType::F32, "F32", "F32"), (PackType::Bf16, "BF16", "F32")] {
        let out = scratch(matrix);
        pack(&golden("untied").join("hf"), pack_type, "Golden Untied", &out)?;
        for file_name in ["text.gguf", "mmproj.gguf"] {
            let (found, expected) = (read(&out.join(file_name))?, read(&golden("untied").join(file_name))?);
            assert_eq!(found.tensors.len(), expected.tensors.len());
            for (name, (dtype, shape, values)) in &found.tensors {
                let (_, expected_shape, expected_values) = &expected.tensors[name];
                // The golden weights are exact in bf16 and in f16 at once.
                assert_eq!((shape, values), (expected_shape, expected_values), "{name}");
                let wanted = match name {
                    name if shape.len() == 1 || name.starts_with("v.patch_embd") => patch,
                    _ => matrix,
                };
                assert_eq!(dtype, wanted, "{name}");
            }
        }
        fs::remove_dir_all(&out)?;
    }
    Ok(())
}

#[test]
fn quantised_types_leave_vectors_patches_and_ragged_rows_alone() -> Result<()> {
    for (pack_type, text, vision) in [(PackType::Q8_0, "Q8_0", "Q8_0"), (PackType::Q4_0, "Q4_0", "Q8_0")] {
        let out = scratch(&format!("types-{text}"));
        pack(&golden("untied").join("hf"), pack_type, "x", &out)?;
        for (file_name, matrix) in [("text.gguf", text), ("mmproj.gguf", vision)] {
            for (name, (dtype, shape, _)) in read(&out.join(file_name))?.tensors {
                let wanted = match (name.as_str(), shape.as_slice()) {
                    (_, [_]) => "F32",
                    (name, _) if name.starts_with("v.patch_embd") => "F16",
                    (_, [_, UNQUANTISED_ROWS]) => "F16",
                    // Rows of 96 do not fill a Q6_K block of 256: the next wider type.
                    ("output.weight", _) => "Q8_0",
                    _ => matrix,
                };
                assert_eq!(dtype, wanted, "{name} {shape:?}");
            }
        }
        fs::remove_dir_all(&out)?;
    }
    Ok(())
}

#[test]
fn quantised_blocks_are_llama_cpps() -> Result<()> {
    let theirs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/golden/tiny");
    if !theirs.is_dir() {
        eprintln!("SKIPPED: {} is not there (files quantised by llama.cpp)", theirs.display());
        return Ok(());
    }
    for (pack_type, name) in [(PackType::Q8_0, "Q8_0"), (PackType::Q4_0, "Q4_0")] {
        let out = scratch(&format!("llama-{name}"));
        pack(&theirs.join("hf"), pack_type, "Tiny", &out)?;
        let (mut found, mut expected) =
            (read(&out.join("text.gguf"))?, read(&theirs.join(format!("tiny-{name}.gguf")))?);
        if pack_type == PackType::Q4_0 {
            // candle searches other Q6_K scales than llama.cpp; the type is the same, and so must be the shape.
            let (ours, llama) =
                (found.tensors.remove("token_embd.weight"), expected.tensors.remove("token_embd.weight"));
            assert_eq!(ours.map(|t| (t.0, t.1)), llama.map(|t| (t.0, t.1)));
        }
        assert_eq!(differences(&found.tensors, &expected.tensors), [""; 0], "{name}");
        assert_eq!(differences(&found.keys, &expected.keys), [""; 0], "{name}");
        fs::remove_dir_all(&out)?;
    }
    Ok(())
}

/// A copy of the tied folder with one file changed, and the error that packing it gives.
fn error_after(test: &str, change: impl FnOnce(&Path) -> Result<()>) -> Result<String> {
    let folder = scratch(test);
    fs::create_dir_all(&folder)?;
    for entry in fs::read_dir(golden("tied").join("hf"))? {
        let entry = entry?;
        fs::copy(entry.path(), folder.join(entry.file_name()))?;
    }
    change(&folder)?;
    let out = folder.join("out");
    let error = pack(&folder, PackType::Q8_0, "x", &out).expect_err("the folder is broken");
    let left = out.is_dir().then(|| fs::read_dir(&out).map(Iterator::count)).transpose()?;
    assert!(left.unwrap_or(0) < 2, "a broken folder gave a complete pair");
    fs::remove_dir_all(&folder)?;
    Ok(format!("{error:#}"))
}

fn replace(file: &Path, from: &str, to: &str) -> Result<()> {
    let text = fs::read_to_string(file)?;
    assert!(text.contains(from), "{from} is not in {}", file.display());
    Ok(fs::write(file, text.replacen(from, to, 1))?)
}

#[test]
fn errors_say_what_was_found_and_expected() -> Result<()> {
    type Change = fn(&Path) -> Result<()>;
    let cases: [(&str, Change, &[&str]); 8] = [
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
    ];
    for (test, change, expected) in cases {
        let message = error_after(test, change)?;
        for part in expected {
            assert!(message.contains(part), "{test}: {part:?} is not in {message:?}");
        }
    }
    Ok(())
}

#[test]
fn a_folder_without_tokenizer_json_gives_the_same_text_file() -> Result<()> {
    let folder = scratch("vocab-and-merges");
    fs::create_dir_all(&folder)?;
    for entry in fs::read_dir(golden("tied").join("hf"))? {
        let entry = entry?;
        if entry.file_name() != "tokenizer.json" {
            fs::copy(entry.path(), folder.join(entry.file_name()))?;
        }
    }
    pack(&folder, PackType::F16, "Golden Tied", &folder)?;
    let (found, expected) = (read(&folder.join("text.gguf"))?, read(&golden("tied").join("text.gguf"))?);
    assert_eq!(differences(&found.keys, &expected.keys), [""; 0]);
    Ok(fs::remove_dir_all(&folder)?)
}

/// The tied folder's safetensors cut in two files with an index, as the hub has larger models.
#[test]
fn shards_give_the_same_pair() -> Result<()> {
    let folder = scratch("shards");
    fs::create_dir_all(&folder)?;
    let bytes = fs::read(golden("tied").join("hf/model.safetensors"))?;
    let whole = safetensors::SafeTensors::deserialize(&bytes)?;
    let mut weight_map = serde_json::Map::new();
    for (shard, file_name) in
        ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"].iter().enumerate()
    {
        let part: Vec<_> = whole.tensors().into_iter().filter(|(name, _)| name.len() % 2 == shard).collect();
        weight_map.extend(part.iter().map(|(name, _)| (name.clone(), (*file_name).into())));
        fs::write(folder.join(file_name), safetensors::serialize(part, None)?)?;
    }
    let index = serde_json::json!({ "weight_map": weight_map });
    fs::write(folder.join("model.safetensors.index.json"), index.to_string())?;
    for file_name in ["config.json", "tokenizer.json", "tokenizer_config.json", "preprocessor_config.json"] {
        fs::copy(golden("tied").join("hf").join(file_name), folder.join(file_name))?;
    }
    pack(&folder, PackType::F16, "Golden Tied", &folder)?;
    for file_name in ["text.gguf", "mmproj.gguf"] {
        let (found, expected) = (read(&folder.join(file_name))?, read(&golden("tied").join(file_name))?);
        assert_eq!(differences(&found.tensors, &expected.tensors), [""; 0], "{file_name}");
    }
    Ok(fs::remove_dir_all(&folder)?)
}
