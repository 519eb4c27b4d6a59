//! The CPU and a GPU on one model: verb by verb, token by token in every quantisation, and on the bundled sample.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test's helpers fail by panicking, as it does"
)]

use std::path::{Path, PathBuf};

use cpu::{Cpu, Precision, requantise};
use engine::{LoadedModel, MemorySource, Trace, load_pair};
use gpu::Features;
use imaging::{PixelBounds, RgbImage};
use model::backend::Backend;
use model::checked::Checked;
use protocol::JobId;
use tensor::Dtype;
use tests::golden::{QuietHost, golden_dir, load, trace};
use tests::gpu::{software_gpu, software_gpu_with};

fn web() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../web")
}

fn file(path: &str) -> Vec<u8> {
    std::fs::read(web().join(path)).expect("a bundled file")
}

/// Sums of some hundred products in another order, through a whole turn.
const F32_NMSE: f64 = 1e-8;

/// Matrices rounded to halves before they are multiplied (2^-11 of a weight, its square a twelfth of 2.4e-7), carried through
/// the four layers of the tower and the model.
const F16_NMSE: f64 = 1e-5;

#[test]
fn every_verb_of_a_turn_agrees() {
    let features = Features { f16: false, subgroups: true, packed_dot: false };
    for (features, allowed_nmse) in [
        (Features::default(), F32_NMSE),
        (features, F32_NMSE),
        (Features { f16: true, ..features }, F16_NMSE),
    ] {
        let Some(gpu) = software_gpu_with(features) else { return };
        let dir = golden_dir().join("llama");
        let bounds = PixelBounds { min_pixels: 3136, max_pixels: 100_352 };
        let mut b = Checked::new(Cpu::new(Precision::Exact), gpu, allowed_nmse);
        let model = load(&mut b, &dir.join("tiny-Q4_K_M.gguf"), &dir.join("mmproj-tiny-q8_0.gguf")).unwrap();
        trace(&mut b, &model, &[dir.join("exact.png")], bounds, "What is in the picture?").unwrap();
        assert!(b.n_compared() > 150, "only {} results were compared", b.n_compared());
    }
}

/// The bundled model on a machine, with its matrices in another format.
fn bundled<B: Backend>(b: &mut B, dtype: Dtype) -> LoadedModel<B> {
    let source = |name: &str| {
        let bytes = requantise(&file(&format!("models/phantom/{name}.gguf")), dtype).unwrap();
        MemorySource::new(name, bytes)
    };
    pollster::block_on(load_pair(b, &QuietHost, JobId(0), vec![source("text"), source("mmproj")])).unwrap()
}

/// An example with a question, answered.
struct Turn {
    image: RgbImage,
    text: &'static str,
    answer: Vec<u32>,
}

const BOUNDS: PixelBounds = PixelBounds { min_pixels: 3136, max_pixels: 200_704 };

const TURNS: [(&str, &str); 9] = [
    ("abdomen", "Describe the image."),
    ("blood", "Describe the image."),
    ("blood", "How many lymphocytes are there?"),
    ("chest", "Describe the image."),
    ("fundus", "Describe the image."),
    ("fundus", "How many lesions are there?"),
    ("laparoscopy", "Describe the image."),
    ("limb", "Describe the image."),
    ("limb", "Which fracture does this radiograph show?"),
];

/// The turns with the reference's answers.
fn turns(b: &mut Cpu, model: &LoadedModel<Cpu>) -> Vec<Turn> {
    let turn = |(name, text)| {
        let image = imaging::decode(&file(&format!("examples/{name}.png"))).unwrap().pixels;
        let images = std::slice::from_ref(&image);
        let answer = pollster::block_on(Trace::new(b, model, images, BOUNDS, text, 24)).unwrap().greedy;
        Turn { image, text, answer }
    };
    TURNS.map(turn).into()
}

/// The most likely token after every token of every turn.
fn forced<B: Backend>(b: &mut B, model: &LoadedModel<B>, turns: &[Turn]) -> Vec<u32> {
    let likeliest = |turn: &Turn| {
        let images = std::slice::from_ref(&turn.image);
        let trace =
            pollster::block_on(Trace::forced(b, model, images, BOUNDS, turn.text, &turn.answer)).unwrap();
        let n_judged = turn.answer.len() + 1;
        trace.likeliest().split_off(trace.input_ids.len() - n_judged)
    };
    turns.iter().flat_map(likeliest).collect()
}

fn share(a: &[u32], b: &[u32]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).filter(|(a, b)| a == b).count() as f64 / a.len() as f64
}

/// What WebGPU must reach in every quantisation.
const LEAST_AGREEMENT: f64 = 0.98;

#[test]
fn forced_decoding_agrees_in_every_quantisation() {
    let mut worst = 1.0_f64;
    for dtype in Dtype::ALL {
        let Some(mut gpu) = software_gpu() else { return };
        let mut cpu = Cpu::new(Precision::Exact);
        let on_cpu = bundled(&mut cpu, dtype);
        let turns = turns(&mut cpu, &on_cpu);
        let expected = forced(&mut cpu, &on_cpu, &turns);
        let on_gpu = bundled(&mut gpu, dtype);
        let found = forced(&mut gpu, &on_gpu, &turns);
        let agreement = share(&found, &expected);
        println!("{dtype}: {agreement:.4} of {} tokens", expected.len());
        assert!(expected.len() >= 200, "only {} tokens were compared", expected.len());
        worst = worst.min(agreement);
    }
    assert!(worst >= LEAST_AGREEMENT, "{worst}");
}

#[test]
fn the_share_of_agreement_sees_a_wrong_token() {
    assert!((share(&[1, 2, 3, 4], &[1, 2, 9, 4]) - 0.75).abs() < 1e-12);
}
