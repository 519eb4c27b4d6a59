//! The forms that a checkpoint may have.

use safetensors::tensor::TensorView;

use super::*;

#[test]
fn a_folder_without_tokenizer_json_gives_the_same_text_file() -> Result<()> {
    let folder = copy_of(&golden("tied").join("hf"), "vocab-and-merges", &["tokenizer.json"])?;
    pack(&folder, PackType::F16, "Golden Tied", &folder)?;
    let (found, expected) = (read(&folder.join("text.gguf"))?, read(&golden("tied").join("text.gguf"))?);
    assert_eq!(differences(&found.keys, &expected.keys), [""; 0]);
    Ok(fs::remove_dir_all(&folder)?)
}

/// The tied folder's safetensors cut into two files with an index, as larger models are on the hub.
#[test]
fn shards_give_the_same_pair() -> Result<()> {
    let folder = copy_of(&golden("tied").join("hf"), "shards", &["model.safetensors"])?;
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
    assert_same_as_golden(&folder)?;
    Ok(fs::remove_dir_all(&folder)?)
}

#[track_caller]
fn assert_same_as_golden(folder: &Path) -> Result<()> {
    pack(folder, PackType::F16, "Golden Tied", folder)?;
    for file_name in ["text.gguf", "mmproj.gguf"] {
        let (found, expected) = (read(&folder.join(file_name))?, read(&golden("tied").join(file_name))?);
        assert_eq!(differences(&found.tensors, &expected.tensors), [""; 0], "{file_name}");
    }
    Ok(())
}

/// The golden weights are exact in each type. The names here are those of newer transformers.
#[test]
fn f32_and_f16_checkpoints_and_newer_names_give_the_same_pair() -> Result<()> {
    let bytes = fs::read(golden("tied").join("hf/model.safetensors"))?;
    let model = safetensors::SafeTensors::deserialize(&bytes)?;
    for (test, dtype) in [("from-f32", safetensors::Dtype::F32), ("from-f16", safetensors::Dtype::F16)] {
        let folder = copy_of(&golden("tied").join("hf"), test, &["model.safetensors"])?;
        let converted: Vec<(String, Vec<usize>, Vec<u8>)> = model
            .tensors()
            .into_iter()
            .map(|(name, view)| {
                let values = crate::hub::elements::decode(view.dtype(), view.data());
                let bytes = match dtype {
                    safetensors::Dtype::F16 => {
                        values.iter().flat_map(|v| half::f16::from_f32(*v).to_le_bytes()).collect()
                    }
                    _ => values.iter().flat_map(|v| v.to_le_bytes()).collect(),
                };
                let newer = match name.strip_prefix("model.") {
                    Some(rest) => format!("model.language_model.{rest}"),
                    None => format!("model.{name}"),
                };
                (newer, view.shape().to_vec(), bytes)
            })
            .collect();
        let views = converted.iter().map(|(name, shape, bytes)| {
            anyhow::Ok((name.as_str(), TensorView::new(dtype, shape.clone(), bytes)?))
        });
        let views = views.collect::<Result<Vec<_>>>()?;
        fs::write(folder.join("model.safetensors"), safetensors::serialize(views, None)?)?;
        assert_same_as_golden(&folder)?;
        fs::remove_dir_all(&folder)?;
    }
    Ok(())
}
