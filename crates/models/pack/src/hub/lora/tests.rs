//! Against PEFT's own merge (`tests/golden/lora`), and what is refused.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};

use crate::hub::PackType;
use crate::hub::tests::{copy_of, golden, golden_data, pack_with, read, scratch};
use crate::pair::config::HubConfig;
use crate::pair::plan::{self, Piece, PlannedTensor};

fn adapter(name: &str) -> PathBuf {
    golden_data().join("lora").join(name)
}

/// Name, shape and values.
type Decoded = (String, Vec<usize>, Vec<f32>);

/// All tensors of a file, as f32.
fn tensors_of(path: &Path) -> Result<Vec<Decoded>> {
    let bytes = fs::read(path)?;
    let file = SafeTensors::deserialize(&bytes)?;
    let decoded = file.tensors().into_iter().map(|(name, view)| {
        (name, view.shape().to_vec(), crate::hub::elements::decode(view.dtype(), view.data()))
    });
    Ok(decoded.collect())
}

fn write(path: &Path, tensors: &[Decoded]) -> Result<()> {
    let bytes: Vec<Vec<u8>> =
        tensors.iter().map(|(_, _, values)| values.iter().flat_map(|v| v.to_le_bytes()).collect()).collect();
    let views = tensors.iter().zip(&bytes).map(|((name, shape, _), bytes)| {
        anyhow::Ok((name, TensorView::new(Dtype::F32, shape.clone(), bytes)?))
    });
    let views = views.collect::<Result<Vec<_>>>()?;
    Ok(fs::write(path, safetensors::serialize(views, None)?)?)
}

/// The tied model after PEFT's merge: names in GGUF and values in f32, tensor by tensor.
fn expected(merged: &Path) -> Result<Vec<(String, Vec<f32>)>> {
    let hf = golden("tied").join("hf");
    let config = HubConfig::parse(&serde_json::from_slice(&fs::read(hf.join("config.json"))?)?)?;
    let mut tensors = tensors_of(&hf.join("model.safetensors"))?;
    for changed in tensors_of(merged)? {
        let place = tensors.iter_mut().find(|(name, ..)| *name == changed.0).unwrap();
        *place = changed;
    }
    let of = |planned: &PlannedTensor| {
        let (_, _, values) = tensors.iter().find(|(name, ..)| *name == planned.hub_name).unwrap();
        let n = planned.n_elements();
        let values = match planned.piece {
            Piece::Whole => values.clone(),
            Piece::Third(third) => values[third * n..(third + 1) * n].to_vec(),
            // (out, channel, frame, row, column)
            Piece::Frame(frame) => values.chunks(14 * 14).skip(frame).step_by(2).flatten().copied().collect(),
        };
        (planned.gguf_name.clone(), values)
    };
    let planned =
        plan::text_tensors(&config.text, true).into_iter().chain(plan::vision_tensors(&config.vision));
    Ok(planned.map(|p| of(&p)).collect())
}

/// Packs the tied model with an adapter. Returns the names of tensors that are not bit for bit as expected.
fn wrong_tensors(adapter: &Path, merged: &Path, test: &str) -> Result<Vec<String>> {
    let out = scratch(test);
    pack_with(&golden("tied").join("hf"), Some(adapter), PackType::F32, "Merged", &out)?;
    let mut found = read(&out.join("text.gguf"))?.tensors;
    found.append(&mut read(&out.join("mmproj.gguf"))?.tensors);
    let expected = expected(merged)?;
    assert_eq!(found.len(), expected.len());
    let bits = |values: &[f32]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    let wrong = expected.iter().filter(|(name, values)| bits(&found[name].2) != bits(values));
    let wrong = wrong.map(|(name, _)| name.clone()).collect();
    fs::remove_dir_all(&out)?;
    Ok(wrong)
}

#[test]
fn a_merge_is_pefts_bit_for_bit() -> Result<()> {
    for name in ["plain", "rslora"] {
        let merged = golden_data().join(format!("lora/{name}_merged.safetensors"));
        assert_eq!(wrong_tensors(&adapter(name), &merged, name)?, [""; 0], "{name}");
    }
    Ok(())
}

#[test]
fn the_comparison_sees_another_scale_and_a_changed_factor() -> Result<()> {
    let merged = golden_data().join("lora/rslora_merged.safetensors");
    let other = copy_of(&adapter("rslora"), "other-scale", &[])?;
    replace(&other.join("adapter_config.json"), "\"use_rslora\": true", "\"use_rslora\": false")?;
    let adapted = ["blk.1.attn_output.weight", "v.blk.1.ffn_down.weight"];
    assert_eq!(wrong_tensors(&other, &merged, "other-scale-out")?, adapted);
    replace(&other.join("adapter_config.json"), "\"use_rslora\": false", "\"use_rslora\": true")?;
    let file = other.join("adapter_model.safetensors");
    let mut tensors = tensors_of(&file)?;
    let factor = tensors.iter_mut().find(|(name, ..)| name.contains("o_proj.lora_A")).unwrap();
    factor.2[0] += 1.0 / 64.0;
    write(&file, &tensors)?;
    assert_eq!(wrong_tensors(&other, &merged, "other-factor-out")?, adapted[..1]);
    Ok(fs::remove_dir_all(&other)?)
}

#[test]
fn names_of_older_transformers_are_merged_too() -> Result<()> {
    let older = copy_of(&adapter("plain"), "older-names", &[])?;
    let file = older.join("adapter_model.safetensors");
    let mut tensors = tensors_of(&file)?;
    for (name, ..) in &mut tensors {
        *name =
            name.replace("model.language_model.", "model.").replace("model.model.visual.", "model.visual.");
    }
    assert!(tensors.iter().any(|(name, ..)| name.starts_with("base_model.model.visual.blocks.0")));
    write(&file, &tensors)?;
    let merged = golden_data().join("lora/plain_merged.safetensors");
    assert_eq!(wrong_tensors(&older, &merged, "older-names-out")?, [""; 0]);
    Ok(fs::remove_dir_all(&older)?)
}

fn replace(file: &Path, from: &str, to: &str) -> Result<()> {
    let text = fs::read_to_string(file)?;
    assert!(text.contains(from), "{from} is not in {}", file.display());
    Ok(fs::write(file, text.replacen(from, to, 1))?)
}

/// Adds a tensor to an adapter's file.
fn add(folder: &Path, name: &str, shape: &[usize]) -> Result<()> {
    let file = folder.join("adapter_model.safetensors");
    let mut tensors = tensors_of(&file)?;
    tensors.push((name.to_owned(), shape.to_vec(), vec![0.0; shape.iter().product()]));
    write(&file, &tensors)
}

#[test]
fn what_cannot_be_merged_or_used_is_refused_by_name() -> Result<()> {
    type Change = fn(&Path) -> Result<()>;
    const Q: &str = "base_model.model.model.language_model.layers.0.self_attn.q_proj";
    let cases: [(&str, Change, &[&str]); 12] = [
        ("no-config", |f| Ok(fs::remove_file(f.join("adapter_config.json"))?), &["adapter_config.json"]),
        (
            "no-weights",
            |f| Ok(fs::remove_file(f.join("adapter_model.safetensors"))?),
            &["adapter_model.safetensors", "only safetensors"],
        ),
        (
            "dora",
            |f| replace(&f.join("adapter_config.json"), "\"use_dora\": false", "\"use_dora\": true"),
            &["use_dora", "PEFT"],
        ),
        (
            "magnitude",
            |f| add(f, &format!("{Q}.lora_magnitude_vector"), &[128]),
            &["lora_magnitude_vector", "DoRA"],
        ),
        (
            "embedding",
            |f| add(f, "base_model.model.model.embed_tokens.lora_embedding_A", &[4, 1024]),
            &["lora_embedding_A", "embedding"],
        ),
        (
            "prefix",
            |f| add(f, "model.layers.0.self_attn.k_proj.lora_A.weight", &[4, 128]),
            &["base_model.model."],
        ),
        (
            "half",
            |f| add(f, &format!("{}k_proj.lora_A.weight", Q.trim_end_matches("q_proj")), &[4, 128]),
            &["k_proj.lora_A", "other factor"],
        ),
        (
            "unused",
            |f| {
                add(f, "base_model.model.model.layers.7.mlp.up_proj.lora_A.weight", &[4, 128])?;
                add(f, "base_model.model.model.layers.7.mlp.up_proj.lora_B.weight", &[224, 4])
            },
            &["layers.7.mlp.up_proj", "would not be used"],
        ),
        (
            "head",
            |f| add(f, "base_model.model.lm_head.weight", &[1024, 128]),
            &["lm_head", "tie_word_embeddings"],
        ),
        (
            "tied-embedding",
            |f| add(f, "base_model.model.model.embed_tokens.weight", &[1024, 128]),
            &["embed_tokens", "the head too"],
        ),
        (
            "other-shape",
            |f| add(f, "base_model.model.model.visual.merger.ln_q.weight", &[64]),
            &["ln_q.weight", "[64]", "[96]"],
        ),
        (
            "rank",
            |f| replace(&f.join("adapter_config.json"), "\"r\": 4", "\"r\": 5"),
            &["lora_A.weight", "[4, ", "[5, "],
        ),
    ];
    for (test, change, words) in cases {
        let folder = copy_of(&adapter("plain"), &format!("lora-{test}"), &[])?;
        change(&folder)?;
        let out = folder.join("out");
        let packed = pack_with(&golden("tied").join("hf"), Some(&folder), PackType::F32, "x", &out);
        let error = format!("{:#}", packed.expect_err("the adapter is broken"));
        for word in words {
            assert!(error.contains(word), "{test}: {word:?} is not in {error:?}");
        }
        assert!(!out.exists(), "{test}: something was written");
        fs::remove_dir_all(&folder)?;
    }
    Ok(())
}
