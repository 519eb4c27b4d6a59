//! Pairs that `qvm pack` writes give the reference's results: packed as they are, and with an adapter merged.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking, as it does")]

use std::path::{Path, PathBuf};

use cpu::{Cpu, Precision};
use engine::Trace;
use imaging::PixelBounds;
use pack::{PackOptions, PackType, pack_folder};
use tempfile::TempDir;
use tests::golden::{
    Case, Tolerance, assert_close, assert_same, cases_in, golden_dir, greatest_difference, load, trace,
};

const BOUNDS: PixelBounds = PixelBounds { min_pixels: 3136, max_pixels: 31_360 };
const LOGITS: Tolerance = Tolerance {
    max_abs: 1e-3,
    reason: "f32 sums in another order through every layer; another f32 implementation differs by 3e-4",
};

/// The questions of the cases of `golden/model`: name, images, text.
const ASKED: [(&str, &[&str], &str); 4] = [
    ("image", &["even"], "What is in the picture?"),
    ("odd", &["large"], "Describe this image."),
    ("text", &[], "Hello there, how are you?"),
    ("two", &["tall", "flat"], "Compare them."),
];

/// A folder with the pair.
fn pack(model: &str, pack_type: PackType, lora: Option<PathBuf>) -> TempDir {
    let out = tempfile::tempdir().unwrap();
    let from = golden_dir().join("model").join(model).join("hf");
    let options = PackOptions { from, out: out.path().to_path_buf(), pack_type, lora, name: None };
    pack_folder(&options, &mut |_| {}).unwrap();
    out
}

fn answer(packed: &Path, name: &str) -> Trace {
    let mut b = Cpu::new(Precision::Exact);
    let model = load(&mut b, &packed.join("text.gguf"), &packed.join("mmproj.gguf")).unwrap();
    let (_, images, text) = ASKED.iter().find(|(asked, ..)| *asked == name).unwrap();
    let path = |image: &&str| golden_dir().join("images").join(format!("{image}.png"));
    trace(&mut b, &model, &images.iter().map(path).collect::<Vec<PathBuf>>(), BOUNDS, text).unwrap()
}

#[test]
fn pairs_packed_as_f32_and_f16_give_the_reference_logits_and_answers() {
    for model in ["tied", "untied"] {
        for pack_type in [PackType::F32, PackType::F16] {
            let packed = pack(model, pack_type, None);
            let cases = cases_in(&golden_dir().join("model").join(model)).unwrap();
            assert_eq!(cases.len(), ASKED.len());
            for case in &cases {
                let found = answer(packed.path(), &case.name);
                let stage = format!("{model} {pack_type:?} {}", case.name);
                assert_close(&stage, &found.logits, case.floats("logits").unwrap(), LOGITS);
                assert_same(&stage, &found.greedy, case.integers("greedy").unwrap());
            }
        }
    }
}

/// The case `image`, asked of the tied model with an adapter: the logits after the prompt, and the answer.
fn merged(adapter: &str) -> (Vec<f32>, Vec<u32>) {
    let folder = golden_dir().join("lora").join(adapter);
    let packed = pack("tied", PackType::F32, Some(folder));
    let found = answer(packed.path(), "image");
    (found.logits[found.logits.len() - found.n_vocab..].to_vec(), found.greedy)
}

fn said_by_peft(adapter: &str) -> Case {
    Case::read(&golden_dir().join("lora").join(format!("{adapter}_answer.safetensors"))).unwrap()
}

#[test]
fn a_pair_packed_with_an_adapter_answers_as_the_model_that_peft_merged() {
    for adapter in ["plain", "rslora"] {
        let (logits, greedy) = merged(adapter);
        let expected = said_by_peft(adapter);
        assert_close(adapter, &logits, expected.floats("logits").unwrap(), LOGITS);
        assert_same(adapter, &greedy, expected.integers("greedy").unwrap());
    }
}

#[test]
fn another_adapter_gives_another_answer() {
    let (logits, greedy) = merged("plain");
    let other = said_by_peft("rslora");
    assert!(greatest_difference(&logits, other.floats("logits").unwrap()).0 > 1.0);
    assert_ne!(greedy, other.integers("greedy").unwrap());
}
