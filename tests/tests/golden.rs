//! Parity with the reference implementation: every stage of a turn on the CPU and on a GPU, on models small enough to keep with the
//! code.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test's helpers fail by panicking, as it does"
)]

use std::path::{Path, PathBuf};

use cpu::{Cpu, Precision};
use engine::Trace;
use gpu::Features;
use imaging::PixelBounds;
use model::backend::Backend;
use model::checked::Checked;
use tests::golden::{
    Case, Described, Tolerance, assert_close, assert_same, cases_in, extra_golden_dir, golden_dir, load,
    trace,
};
use tests::gpu::{software_gpu, software_gpu_with};

const OURS: [Described; 4] = [
    Described { name: "image", images: &["even"], text: "What is in the picture?" },
    Described { name: "odd", images: &["large"], text: "Describe this image." },
    Described { name: "text", images: &[], text: "Hello there, how are you?" },
    Described { name: "two", images: &["tall", "flat"], text: "Compare them." },
];
const OUR_BOUNDS: PixelBounds = PixelBounds { min_pixels: 3136, max_pixels: 31_360 };

const EXTRA: [Described; 4] = [
    Described { name: "img_exact", images: &["exact"], text: "What is in the picture?" },
    Described { name: "img_odd", images: &["odd"], text: "Describe this image." },
    Described { name: "text", images: &[], text: "Hello there, how are you?" },
    Described { name: "two", images: &["exact", "tiny"], text: "Compare them." },
];
const EXTRA_BOUNDS: PixelBounds = PixelBounds { min_pixels: 3136, max_pixels: 100_352 };

const PIXELS: Tolerance = Tolerance {
    max_abs: 1e-6,
    reason: "the bytes are identical; normalising rounds an f32 two or three times",
};
const VISION: Tolerance =
    Tolerance { max_abs: 1e-4, reason: "f32 sums in another order; outputs have a standard deviation of 1" };
const LOGITS: Tolerance = Tolerance {
    max_abs: 1e-3,
    reason: "f32 sums in another order through every layer; another f32 implementation differs by 3e-4",
};

/// Compares each stage of `found` with the case, earliest first, so that the error names the first divergence.
#[track_caller]
fn compare(found: &Trace, case: &Case, logits: Tolerance) {
    let stage = |name: &str| format!("{}: {name}", case.name);
    let expect = |name: &str| case.integers(name).unwrap();
    assert_same(&stage("input_ids"), &found.input_ids, expect("input_ids"));
    let n = found.positions.len();
    // The reference writes no positions if there is only text: they are the plain sequence.
    let plain: Vec<u32> = (0..3).flat_map(|_| 0..n as u32).collect();
    let positions: Vec<u32> = (0..3).flat_map(|axis| found.positions.iter().map(move |p| p[axis])).collect();
    assert_same(&stage("position_ids"), &positions, case.opt_integers("position_ids").unwrap_or(&plain));
    if let Some(grids) = case.opt_integers("grid_thw") {
        let ours: Vec<u32> = found.grids.iter().flat_map(|g| [1, g.height as u32, g.width as u32]).collect();
        assert_same(&stage("grid_thw"), &ours, grids);
    }
    if let Some(pixels) = case.opt_floats("pixel_values") {
        assert_close(&stage("pixel_values"), &found.pixel_values, pixels, PIXELS);
    }
    if let Some(merged) = case.opt_floats("vision_merged") {
        assert_close(&stage("vision_merged"), &found.vision_merged, merged, VISION);
    }
    assert_close(&stage("logits"), &found.logits, case.floats("logits").unwrap(), logits);
    assert_same(&stage("greedy"), &found.greedy, expect("greedy"));
}

/// A model with its cases and their images.
struct Set<'a> {
    text: PathBuf,
    vision: PathBuf,
    cases: PathBuf,
    images: PathBuf,
    described: &'a [Described],
    bounds: PixelBounds,
}

/// Runs every case on a machine. The set's descriptions and its folder must name the same cases.
#[track_caller]
fn run_all(b: &mut impl Backend, set: &Set<'_>) {
    let model = load(b, &set.text, &set.vision).unwrap();
    let cases = cases_in(&set.cases).unwrap();
    for case in &cases {
        let d = set.described.iter().find(|d| d.name == case.name).expect("a case of an unknown name");
        let paths: Vec<_> = d.images.iter().map(|name| set.images.join(format!("{name}.png"))).collect();
        compare(&trace(b, &model, &paths, set.bounds, d.text).unwrap(), case, LOGITS);
    }
    assert!(cases.len() >= 3, "only {} cases found", cases.len());
}

fn ours(model: &str) -> Set<'static> {
    let cases = golden_dir().join("model").join(model);
    Set {
        text: cases.join("text.gguf"),
        vision: cases.join("mmproj.gguf"),
        cases,
        images: golden_dir().join("images"),
        described: &OURS,
        bounds: OUR_BOUNDS,
    }
}

#[test]
fn tied_head_matches_the_reference() {
    run_all(&mut Cpu::new(Precision::Exact), &ours("tied"));
}

#[test]
fn untied_head_matches_the_reference() {
    run_all(&mut Cpu::new(Precision::Exact), &ours("untied"));
}

#[test]
fn tied_head_matches_the_reference_on_a_gpu() {
    let Some(mut gpu) = software_gpu() else { return };
    run_all(&mut gpu, &ours("tied"));
}

#[test]
fn untied_head_matches_the_reference_on_a_gpu() {
    let Some(mut gpu) = software_gpu() else { return };
    run_all(&mut gpu, &ours("untied"));
}

fn extra(model: &str) -> Option<Set<'static>> {
    let Some(dir) = extra_golden_dir() else {
        println!("skipped: the larger golden set is not beside this checkout");
        return None;
    };
    let (images, cases) = (dir.join("images"), dir.join(model));
    Some(Set {
        text: cases.join(format!("{model}-f16.gguf")),
        vision: cases.join(format!("mmproj-{model}-f16.gguf")),
        cases,
        images,
        described: &EXTRA,
        bounds: EXTRA_BOUNDS,
    })
}

#[test]
fn larger_sets_match_the_reference() {
    for set in ["tiny", "tiny-untied"].into_iter().filter_map(extra) {
        run_all(&mut Cpu::new(Precision::Exact), &set);
    }
}

#[test]
fn larger_sets_match_the_reference_on_a_gpu() {
    for set in ["tiny", "tiny-untied"].into_iter().filter_map(extra) {
        let Some(mut gpu) = software_gpu() else { return };
        run_all(&mut gpu, &set);
    }
}

const DEQUANTISED: Tolerance =
    Tolerance { max_abs: 2e-3, reason: "f32 sums in another order over dequantised weights" };
const ROUNDED: Tolerance = Tolerance {
    max_abs: 1.7,
    reason: "activations are rounded to 8 bits; llama.cpp, which does the same, differs by up to 1.7 here",
};

/// Exact products must agree with the reference. Products of 8-bit activations may differ as much as llama.cpp's own logits do, on the
/// rows for which its logits were measured: those of text tokens.
#[track_caller]
fn run_quantised(text: &Path, vision: &Path, expected: &Case, images: &[PathBuf], prompt: &str) {
    let expected = expected.floats("logits").unwrap();
    for precision in [Precision::Exact, Precision::Quantised] {
        let mut b = Cpu::new(precision);
        let model = load(&mut b, text, vision).unwrap();
        let found = trace(&mut b, &model, images, EXTRA_BOUNDS, prompt).unwrap();
        let stage = format!("{} {precision:?}", text.display());
        if precision == Precision::Exact {
            assert_close(&stage, &found.logits, expected, DEQUANTISED);
            continue;
        }
        let image_pad = model.tokenizer.special().image_pad;
        let rows = |logits: &[f32]| -> Vec<f32> {
            let rows = logits.chunks_exact(found.n_vocab).zip(&found.input_ids);
            rows.filter(|(_, id)| **id != image_pad).flat_map(|(row, _)| row).copied().collect()
        };
        assert_close(&stage, &rows(&found.logits), &rows(expected), ROUNDED);
    }
}

#[test]
fn weights_quantised_by_llama_cpp_give_the_reference_logits() {
    let dir = golden_dir().join("llama");
    let expected = Case::read(&dir.join("quant_Q4_K_M_text.safetensors")).unwrap();
    let (text, vision) = (dir.join("tiny-Q4_K_M.gguf"), dir.join("mmproj-tiny-q8_0.gguf"));
    run_quantised(&text, &vision, &expected, &[], "Hello there, how are you?");
}

#[test]
fn a_vision_tower_quantised_by_llama_cpp_gives_the_reference_vectors() {
    let dir = golden_dir().join("llama");
    let expected = Case::read(&dir.join("quant_q8_0_vision.safetensors")).unwrap();
    let mut b = Cpu::new(Precision::Exact);
    let model = load(&mut b, &dir.join("tiny-Q4_K_M.gguf"), &dir.join("mmproj-tiny-q8_0.gguf")).unwrap();
    let found = trace(&mut b, &model, &[dir.join("exact.png")], EXTRA_BOUNDS, "x").unwrap();
    assert_close("vision_merged", &found.vision_merged, expected.floats("vision_merged").unwrap(), VISION);
}

/// Without halves, which round weights more than these tolerances allow.
#[test]
fn files_of_llama_cpp_give_the_reference_on_a_gpu() {
    let Some(mut b) = software_gpu_with(Features { subgroups: true, ..Features::default() }) else { return };
    let dir = golden_dir().join("llama");
    let model = load(&mut b, &dir.join("tiny-Q4_K_M.gguf"), &dir.join("mmproj-tiny-q8_0.gguf")).unwrap();
    let text = Case::read(&dir.join("quant_Q4_K_M_text.safetensors")).unwrap();
    let found = trace(&mut b, &model, &[], EXTRA_BOUNDS, "Hello there, how are you?").unwrap();
    assert_close("logits", &found.logits, text.floats("logits").unwrap(), DEQUANTISED);
    let vision = Case::read(&dir.join("quant_q8_0_vision.safetensors")).unwrap();
    let found = trace(&mut b, &model, &[dir.join("exact.png")], EXTRA_BOUNDS, "x").unwrap();
    assert_close("vision_merged", &found.vision_merged, vision.floats("vision_merged").unwrap(), VISION);
}

#[test]
fn every_quantisation_of_the_larger_set_gives_the_reference_logits() {
    let Some(dir) = extra_golden_dir() else {
        println!("skipped: the larger golden set is not beside this checkout");
        return;
    };
    let (images, dir) = (dir.join("images"), dir.join("tiny"));
    // The towers of these references: f16 for Q4_0 and Q4_K_M, q8_0 for Q8_0.
    for (quantisation, tower) in [("Q4_0", "f16"), ("Q4_K_M", "f16"), ("Q8_0", "q8_0")] {
        let text = dir.join(format!("tiny-{quantisation}.gguf"));
        let vision = dir.join(format!("mmproj-tiny-{tower}.gguf"));
        let case =
            |name: &str| Case::read(&dir.join(format!("quant_{quantisation}_{name}.safetensors"))).unwrap();
        run_quantised(&text, &vision, &case("text"), &[], "Hello there, how are you?");
        let exact = [images.join("exact.png")];
        run_quantised(&text, &vision, &case("img_exact"), &exact, "What is in the picture?");
    }
}

#[test]
fn the_comparison_refuses_another_models_logits() {
    let dir = golden_dir().join("model");
    let mut b = Cpu::new(Precision::Exact);
    let model = load(&mut b, &dir.join("untied/text.gguf"), &dir.join("untied/mmproj.gguf")).unwrap();
    let found = trace(&mut b, &model, &[], OUR_BOUNDS, "Hello there, how are you?").unwrap();
    let wrong = Case::read(&dir.join("tied/case_text.safetensors")).unwrap();
    let refused = std::panic::catch_unwind(|| compare(&found, &wrong, LOGITS));
    assert!(refused.is_err(), "logits of another model passed for right");
}

#[test]
fn checked_accepts_a_machine_that_agrees_and_names_the_first_verb_that_does_not() {
    let dir = golden_dir().join("llama");
    let (text, vision) = (dir.join("tiny-Q4_K_M.gguf"), dir.join("mmproj-tiny-q8_0.gguf"));
    let run = |device: Precision| {
        let mut b = Checked::new(Cpu::new(Precision::Exact), Cpu::new(device), 1e-6);
        let model = load(&mut b, &text, &vision).unwrap();
        let traced = trace(&mut b, &model, &[dir.join("exact.png")], EXTRA_BOUNDS, "What is it?");
        (traced.map(|_| ()).map_err(|e| format!("{e:#}")), b.n_compared())
    };
    let (same, n_compared) = run(Precision::Exact);
    same.unwrap();
    assert!(n_compared > 300, "only {n_compared} results were compared");
    let (rounded, _) = run(Precision::Quantised);
    let message = rounded.expect_err("8-bit activations passed for exact");
    // Embedding rows and the folded patch embedding are exact on both; the first quantised product is the tower's q.
    assert!(message.contains("qkv (q)"), "{message}");
}
