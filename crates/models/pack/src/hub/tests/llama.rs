//! Compared with what llama.cpp's converter and quantiser wrote: types by the files in `tests/golden/llama`; values and keys
//! if its files of the same checkpoint are beside the checkout.

use super::*;
use crate::hub::convert::ggml_dtype;
use crate::hub::mix;
use crate::pair::TextRule;
use crate::pair::config::HubConfig;
use crate::pair::plan;

/// Squared error of our blocks, over that of llama.cpp's, which searches longer for the scales of k-quants.
const WORST_ERROR_RATIO: f64 = 1.25;

/// The model that llama.cpp quantised in `tests/golden/llama`.
fn tiny() -> Result<HubConfig> {
    Ok(HubConfig::parse(&serde_json::json!({
        "model_type": "qwen2_vl", "vocab_size": 1024, "hidden_size": 256, "intermediate_size": 512,
        "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2, "rms_norm_eps": 1e-6,
        "max_position_embeddings": 32768, "tie_word_embeddings": true,
        "rope_scaling": { "mrope_section": [8, 12, 12] },
        "vision_config": { "depth": 2, "embed_dim": 128, "num_heads": 4, "hidden_size": 256 },
    }))?)
}

type Types = BTreeMap<String, (String, Vec<usize>)>;

fn types_of(contents: Contents) -> Types {
    contents.tensors.into_iter().map(|(name, (dtype, shape, _))| (name, (dtype, shape))).collect()
}

#[test]
fn names_shapes_and_types_are_those_of_llama_cpps_files() -> Result<()> {
    let config = tiny()?;
    let rule = TextRule { tied: true, n_layers: 3 };
    let planned =
        |tensors: Vec<plan::PlannedTensor>, dtype: &dyn Fn(&plan::PlannedTensor) -> tensor::Dtype| -> Types {
            let entry = |t: &plan::PlannedTensor| {
                (t.gguf_name.clone(), (format!("{:?}", ggml_dtype(dtype(t))), t.shape()))
            };
            tensors.iter().map(entry).collect()
        };
    let text = planned(plan::text_tensors(&config.text, true), &|t| mix::text_dtype(PackType::Q4KM, t, rule));
    let vision = planned(plan::vision_tensors(&config.vision), &|t| mix::vision_dtype(PackType::Q8_0, t));
    let theirs =
        |name: &str| Ok::<_, anyhow::Error>(types_of(read(&golden_data().join("llama").join(name))?));
    assert_eq!(differences(&text, &theirs("tiny-Q4_K_M.gguf")?), [""; 0]);
    assert_eq!(differences(&vision, &theirs("mmproj-tiny-q8_0.gguf")?), [""; 0]);
    // A file of another type is another file.
    let wrong =
        planned(plan::text_tensors(&config.text, true), &|t| mix::text_dtype(PackType::Q5KM, t, rule));
    assert_eq!(differences(&wrong, &theirs("tiny-Q4_K_M.gguf")?).len(), 3 * 7 - 2);
    Ok(())
}

/// Sum of the squared errors of quantising.
fn squared_error(found: &[f32], exact: &[f32]) -> f64 {
    found.iter().zip(exact).map(|(f, e)| f64::from(f - e).powi(2)).sum()
}

#[test]
fn pairs_of_the_same_checkpoint_hold_the_same() -> Result<()> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/golden");
    if !beside.is_dir() {
        eprintln!("SKIPPED: {} is not there (files quantised by llama.cpp)", beside.display());
        return Ok(());
    }
    let mut worst = 0.0_f64;
    for (model, title, pack_type, suffix, mmproj) in [
        ("tiny", "Tiny", PackType::F16, "f16", Some("f16")),
        ("tiny", "Tiny", PackType::Q8_0, "Q8_0", Some("q8_0")),
        ("tiny", "Tiny", PackType::Q4_0, "Q4_0", Some("q8_0")),
        ("tiny", "Tiny", PackType::Q4KM, "Q4_K_M", Some("q8_0")),
        ("tiny-untied", "Tiny Untied", PackType::F16, "f16", Some("f16")),
        ("tiny-untied", "Tiny Untied", PackType::Q4KM, "Q4_K_M", None),
    ] {
        let folder = beside.join(model);
        let exact = read(&folder.join(format!("{model}-f16.gguf")))?.tensors;
        let out = scratch(&format!("llama-{model}-{suffix}"));
        pack(&folder.join("hf"), pack_type, title, &out)?;
        let ours = read(&out.join("text.gguf"))?;
        let theirs = read(&folder.join(format!("{model}-{suffix}.gguf")))?;
        assert_eq!(differences(&ours.keys, &theirs.keys), [""; 0], "{model} {suffix}");
        for (name, (dtype, _, values)) in &ours.tensors {
            let (_, _, expected) = &theirs.tensors[name];
            if dtype.ends_with('K') {
                let [found, least] = [values, expected].map(|v| squared_error(v, &exact[name].2));
                worst = worst.max(found / least);
                assert!(found <= WORST_ERROR_RATIO * least, "{suffix} {name}: {found} over {least}");
            } else {
                assert_eq!(values, expected, "{suffix} {name}");
            }
        }
        assert_eq!(differences(&types_of(ours), &types_of(theirs)), [""; 0], "{model} {suffix}");
        if let Some(tower) = mmproj {
            let ours = read(&out.join("mmproj.gguf"))?;
            let theirs = read(&folder.join(format!("mmproj-{model}-{tower}.gguf")))?;
            assert_eq!(differences(&ours.tensors, &theirs.tensors), [""; 0], "mmproj {model} {tower}");
            let more: &[&str] = &["clip.vision.image_max_pixels", "clip.vision.image_min_pixels"];
            let differing = differences(&ours.keys, &theirs.keys);
            assert!(differing.iter().all(|key| more.contains(&key.as_str())), "{differing:?}");
        }
        fs::remove_dir_all(&out)?;
    }
    eprintln!("largest squared error over llama.cpp's: {worst:.3}");
    Ok(())
}
