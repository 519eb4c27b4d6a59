//! Configurations that leave out what equals the defaults of transformers' classes, as 4.45 to 4.49 save `vision_config`.

use serde_json::{Map, Value, json};

use super::*;
use crate::hub::{Prepared, prepare};

/// Changes the configuration of a folder.
fn edit(folder: &Path, change: impl FnOnce(&mut Map<String, Value>)) -> Result<()> {
    let path = folder.join("config.json");
    let mut config: Value = serde_json::from_slice(&fs::read(&path)?)?;
    change(config.as_object_mut().unwrap());
    Ok(fs::write(&path, config.to_string())?)
}

/// Takes away a field, of `vision_config` if the name begins so.
fn leave_out(config: &mut Map<String, Value>, name: &str) {
    let removed = match name.strip_prefix("vision_config.") {
        Some(field) => config["vision_config"].as_object_mut().unwrap().remove(field),
        None => config.remove(name),
    };
    assert!(removed.is_some(), "the folder's configuration has no {name}");
}

fn prepared(from: &Path) -> Result<Prepared> {
    let (from, out) = (from.to_path_buf(), from.join("out"));
    let options = PackOptions { from, out, pack_type: PackType::Q8_0, lora: None, name: None };
    Ok(prepare(&options, &mut |_| {})?)
}

/// The error that a copy of the tied folder gives after its configuration was changed.
fn refusal(test: &str, change: impl FnOnce(&mut Map<String, Value>)) -> Result<String> {
    let folder = copy_of(&golden("tied").join("hf"), test, &[])?;
    edit(&folder, change)?;
    let error = prepared(&folder).err().map(|error| format!("{error:#}"));
    fs::remove_dir_all(&folder)?;
    Ok(error.expect("the configuration contradicts the tensors"))
}

/// Name and shape of every tensor of a 7B with one layer of text and few tokens, as the hub has them.
fn shapes_of_a_7b() -> Vec<(String, Vec<usize>)> {
    let (hidden, mlp, width) = (3584, 256, 1280);
    let mut shapes = Vec::new();
    let mut add = |name: &str, shape: &[usize]| shapes.push((name.to_owned(), shape.to_vec()));
    add("model.embed_tokens.weight", &[1024, hidden]);
    add("model.norm.weight", &[hidden]);
    add("lm_head.weight", &[1024, hidden]);
    let mut layer = |name: &str, shape: &[usize]| add(&format!("model.layers.0.{name}"), shape);
    layer("input_layernorm.weight", &[hidden]);
    layer("post_attention_layernorm.weight", &[hidden]);
    for (name, rows) in [("q", hidden), ("k", 512), ("v", 512)] {
        layer(&format!("self_attn.{name}_proj.weight"), &[rows, hidden]);
        layer(&format!("self_attn.{name}_proj.bias"), &[rows]);
    }
    layer("self_attn.o_proj.weight", &[hidden, hidden]);
    layer("mlp.gate_proj.weight", &[mlp, hidden]);
    layer("mlp.up_proj.weight", &[mlp, hidden]);
    layer("mlp.down_proj.weight", &[hidden, mlp]);
    add("visual.patch_embed.proj.weight", &[width, 3, 2, 14, 14]);
    let mut with_bias = |name: &str, shape: &[usize]| {
        add(&format!("visual.{name}.weight"), shape);
        add(&format!("visual.{name}.bias"), &shape[..1]);
    };
    for i in 0..32 {
        let mut block = |name: &str, shape: &[usize]| with_bias(&format!("blocks.{i}.{name}"), shape);
        block("norm1", &[width]);
        block("norm2", &[width]);
        block("attn.qkv", &[3 * width, width]);
        block("attn.proj", &[width, width]);
        block("mlp.fc1", &[4 * width, width]);
        block("mlp.fc2", &[width, 4 * width]);
    }
    with_bias("merger.ln_q", &[width]);
    with_bias("merger.mlp.0", &[4 * width, 4 * width]);
    with_bias("merger.mlp.2", &[hidden, 4 * width]);
    shapes
}

/// Writes the header of a safetensors file and makes the file as long as it says, without a block on the disk for it.
fn write_sparse(path: &Path, shapes: &[(String, Vec<usize>)]) -> Result<()> {
    let mut header = Map::new();
    let mut end = 0;
    for (name, shape) in shapes {
        let start = end;
        end += 2 * shape.iter().product::<usize>();
        let entry = json!({ "dtype": "BF16", "shape": shape, "data_offsets": [start, end] });
        header.insert(name.clone(), entry);
    }
    let header = Value::Object(header).to_string();
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    fs::write(path, &bytes)?;
    Ok(File::options().write(true).open(path)?.set_len((bytes.len() + end) as u64)?)
}

#[test]
fn a_7b_whose_vision_config_leaves_out_the_defaults_is_a_7b() -> Result<()> {
    let folder = copy_of(&golden("tied").join("hf"), "7b", &["model.safetensors"])?;
    write_sparse(&folder.join("model.safetensors"), &shapes_of_a_7b())?;
    edit(&folder, |config| {
        let in_file = json!({
            "hidden_size": 3584, "intermediate_size": 256, "num_attention_heads": 28, "num_key_value_heads": 4,
            "num_hidden_layers": 1, "tie_word_embeddings": false,
            "rope_scaling": { "mrope_section": [16, 24, 24], "rope_type": "default", "type": "default" },
            // All that 4.45.2, 4.48.3 and 4.49.0 save: of the published file what is not the class's.
            "vision_config": { "in_chans": 3, "model_type": "qwen2_vl", "spatial_patch_size": 14 },
        });
        config.extend(in_file.as_object().unwrap().clone());
    })?;
    let prepared = prepared(&folder)?;
    let vision = &prepared.files[1];
    let keys: BTreeMap<_, _> = vision.keys.iter().map(|(key, value)| (key.as_str(), value)).collect();
    for (key, expected) in [
        ("block_count", 32),
        ("embedding_length", 1280),
        ("attention.head_count", 16),
        ("projection_dim", 3584),
        ("patch_size", 14),
    ] {
        let found = keys[format!("clip.vision.{key}").as_str()];
        assert_eq!(*found, crate::pair::container::Value::U32(expected), "{key}");
    }
    assert_eq!(vision.tensors.len(), 520);
    let up = vision.tensors.iter().find(|stored| stored.tensor.gguf_name == "v.blk.31.ffn_up.weight");
    assert_eq!(up.map(|stored| stored.tensor.shape()), Some(vec![5120, 1280]));
    Ok(fs::remove_dir_all(&folder)?)
}

#[test]
fn a_field_that_equals_the_default_may_be_left_out() -> Result<()> {
    let folder = copy_of(&golden("tied").join("hf"), "left-out", &[])?;
    edit(&folder, |config| {
        for name in ["patch_size", "spatial_merge_size", "temporal_patch_size", "in_chans"] {
            leave_out(config, &format!("vision_config.{name}"));
        }
        leave_out(config, "max_position_embeddings");
        leave_out(config, "rope_theta");
    })?;
    pack(&folder, PackType::F16, "Golden Tied", &folder)?;
    for (file_name, extra) in [("text.gguf", 0), ("mmproj.gguf", 2)] {
        let (found, expected) = (read(&folder.join(file_name))?, read(&golden("tied").join(file_name))?);
        assert_eq!(differences(&found.tensors, &expected.tensors), [""; 0], "{file_name}");
        // The image bounds, which the golden file does not have.
        assert_eq!(differences(&found.keys, &expected.keys).len(), extra, "{file_name}");
    }
    Ok(fs::remove_dir_all(&folder)?)
}

#[test]
fn a_default_that_no_shape_shows_is_transformers_own() -> Result<()> {
    let folder = copy_of(&golden("tied").join("hf"), "epsilon", &[])?;
    edit(&folder, |config| {
        leave_out(config, "rms_norm_eps");
        config.insert("num_key_value_heads".into(), Value::Null);
        config.insert("num_attention_heads".into(), json!(4));
    })?;
    let error = format!("{:#}", prepared(&folder).err().expect("as many key heads as heads"));
    assert!(error.contains("num_key_value_heads is 2 by the tensors"), "{error}");
    edit(&folder, |config| {
        config.insert("num_key_value_heads".into(), json!(2));
    })?;
    let keys = prepared(&folder)?.files.swap_remove(0).keys;
    let epsilon = keys.into_iter().find(|(key, _)| key == "qwen2vl.attention.layer_norm_rms_epsilon");
    assert_eq!(epsilon.map(|(_, value)| value), Some(crate::pair::container::Value::F32(1e-5)));
    Ok(fs::remove_dir_all(&folder)?)
}

#[test]
fn a_default_that_the_tensors_contradict_is_named_with_both_numbers_and_the_remedy() -> Result<()> {
    for (name, shown, default) in [
        ("vocab_size", 1024, 152_064),
        ("hidden_size", 128, 8192),
        ("intermediate_size", 224, 29_568),
        ("num_hidden_layers", 2, 80),
        ("num_attention_heads", 4, 64),
        ("num_key_value_heads", 2, 8),
        ("vision_config.depth", 2, 32),
        ("vision_config.embed_dim", 96, 1280),
        ("vision_config.mlp_ratio", 2, 4),
        ("vision_config.hidden_size", 128, 3584),
    ] {
        let error = refusal(&format!("without-{name}"), |config| leave_out(config, name))?;
        let (object, field) =
            name.split_once('.').map_or(("it", name), |(_, field)| ("its vision_config", field));
        for words in [
            format!("{name} is {shown} by the tensors ("),
            format!("the default, {default}, was used: add \"{field}\": {shown} to {object}"),
        ] {
            assert!(error.contains(&words), "{name}: {words:?} is not in {error:?}");
        }
        // One wrong number is not blamed on others.
        assert_eq!(error.matches("by the tensors (").count(), 1, "{name}: {error}");
    }
    Ok(())
}

#[test]
fn numbers_that_contradict_the_tensors_are_all_named_at_once() -> Result<()> {
    let error = refusal("no-vision-config", |config| {
        config.remove("vision_config");
    })?;
    for name in ["depth", "embed_dim", "mlp_ratio", "hidden_size"] {
        assert!(error.contains(&format!("vision_config.{name} is ")), "{name} is not in {error:?}");
    }
    let error = refusal("said", |config| config["vision_config"]["hidden_size"] = json!(256))?;
    let words = [
        "vision_config.hidden_size is 128 by the tensors (visual.merger.mlp.2.weight",
        "config.json says 256",
    ];
    assert!(words.iter().all(|words| error.contains(words)), "{error}");
    let error = refusal("nested", |config| {
        let mut text = config.clone();
        text.remove("vision_config");
        leave_out(&mut text, "vocab_size");
        leave_out(config, "vocab_size");
        config.insert("text_config".into(), text.into());
    })?;
    assert!(error.contains("add \"vocab_size\": 1024 to its text_config"), "{error}");
    Ok(())
}

#[test]
fn numbers_that_do_not_go_together_are_marked_where_they_are_defaults() -> Result<()> {
    let error = refusal("without-heads", |config| leave_out(config, "vision_config.num_heads"))?;
    assert!(
        error.contains("embed_dim is 96 and num_heads 16 (the default, since config.json leaves it out)"),
        "{error}"
    );
    let error = refusal("gelu", |config| config["vision_config"]["hidden_act"] = json!("gelu"))?;
    assert!(error.contains("\"gelu\"") && error.contains("quick_gelu"), "{error}");
    let error = refusal("no-heads", |config| config["vision_config"]["num_heads"] = json!(0))?;
    assert!(error.contains("vision_config.num_heads is 0"), "{error}");
    Ok(())
}
