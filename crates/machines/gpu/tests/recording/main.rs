//! What a forward pass records: the number of dispatches, and the reuse of buffers. In a browser each dispatch costs tens of
//! microseconds, however little it does.
#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests panic as tests do")]

mod counting;
mod header;

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use counting::Counting;
use gpu::Gpu;
use gpu::recording::Recording;
use header::Shape;
use model::backend::{Backend, BackendError, Ids, Sampling};
use model::forward::text::{Input, TextModel};
use model::load::{Tensors as _, TextTensors};
use tensor::Dtype;

/// The 2B with every width divided by six. It has as many layers, formats and parts of its table, so also as many dispatches.
const MODEL_2B: Shape = Shape {
    n_layers: 28,
    n_embd: 256,
    n_ff: 1536,
    n_vocab: 4096,
    n_query: 2,
    n_kv: 1,
    // llama.cpp's Q4_K_M gives more bits to the first and last eighth of the layers, and to every third layer between.
    more_bits: |layer| !(3..24).contains(&layer) || (layer - 3) % 3 == 2,
};

type Counted = Gpu<Counting>;

/// Cuts the table in two, as the real limit of 128 MiB cuts the real table of 191 MB.
const TABLE_IN_TWO: u64 = 128 << 20 >> 8;

fn load(shape: &Shape, max_binding_bytes: u64) -> (Counted, TextModel<Counted>, Rc<RefCell<Vec<Recording>>>) {
    let submitted = Rc::new(RefCell::new(Vec::new()));
    let mut gpu = Gpu::on(Counting { max_binding_bytes, submitted: Rc::clone(&submitted) });
    let gguf = shape.header();
    let mut tensors = TextTensors::new(&gguf).unwrap();
    for info in gguf.tensors() {
        tensors.insert(&mut gpu, info, &vec![0; info.n_bytes() as usize]).unwrap();
    }
    let text = tensors.finish(&mut gpu).unwrap();
    submitted.borrow_mut().clear();
    (gpu, text, submitted)
}

/// The submissions of a prompt of `n_prompt` tokens, and of each of `n_tokens` that follow.
fn decode(
    shape: &Shape,
    max_binding_bytes: u64,
    n_prompt: usize,
    n_tokens: u32,
) -> (Vec<Recording>, Vec<Recording>) {
    let (mut gpu, text, submitted) = load(shape, max_binding_bytes);
    let gpu = &mut gpu;
    let mut memory = text.memory(gpu).unwrap();
    let ids = vec![1; n_prompt];
    let positions: Vec<_> = (0..n_prompt as u32).map(|i| [i; 3]).collect();
    let mut pass =
        text.begin(gpu, Input { ids: Ids::Host(&ids), positions: &positions, images: &[] }).unwrap();
    while text.advance(gpu, &mut memory, &mut pass).unwrap() {}
    let mut sampler = gpu.sampler(&Sampling::greedy(shape.n_vocab), &ids).unwrap();
    let mut steps = vec![];
    for i in 0..=n_tokens {
        let logits = text.next_logits(gpu, &pass).unwrap();
        let token = gpu.sample(&logits, &mut sampler).unwrap();
        steps.push(submitted.take());
        let positions = [[n_prompt as u32 + i; 3]];
        pass =
            text.begin(gpu, Input { ids: Ids::Sampled(&token), positions: &positions, images: &[] }).unwrap();
        while text.advance(gpu, &mut memory, &mut pass).unwrap() {}
    }
    let prompt = steps.remove(0);
    (prompt, steps.into_iter().flatten().collect())
}

#[test]
fn a_decode_step_of_the_2b_takes_at_most_200_dispatches() {
    let (_, steps) = decode(&MODEL_2B, TABLE_IN_TWO, 20, 3);
    assert_eq!(steps.len(), 3, "one submission a token");
    for step in &steps {
        let n = step.dispatches().count();
        // Two parts of the table to embed from, two to multiply with, and a token to pick. A layer takes six, and one more if its
        // values have another format than its queries and keys.
        let n_mixed = (0..28).filter(|layer| (MODEL_2B.more_bits)(*layer)).count();
        assert_eq!(n, 28 * 6 + n_mixed + 5, "{step}");
        assert!(n <= 200);
    }
}

#[test]
fn steps_differ_only_in_numbers() {
    let (_, steps) = decode(&MODEL_2B, TABLE_IN_TWO, 20, 4);
    let kernels = |step: &Recording| -> Vec<_> { step.dispatches().map(|d| d.launch.pipeline()).collect() };
    assert_eq!(kernels(&steps[1]), kernels(&steps[3]));
    let pipelines: HashSet<_> = kernels(&steps[1]).into_iter().collect();
    // A person waits for their compilation after loading.
    assert!(pipelines.len() <= 11, "{}", pipelines.len());
    // Freed buffers are reused, so bind groups are too: two steps apart, all dispatches bind the same buffers.
    let groups = |step: &Recording| -> HashSet<_> {
        step.dispatches().map(|d| (d.launch.kernel.name, d.bindings.clone())).collect()
    };
    let (before, after) = (groups(&steps[1]), groups(&steps[3]));
    assert!(before == after, "bind groups differ:\n{}\n{}", steps[1], steps[3]);
}

#[test]
fn a_long_prompt_is_split_between_submissions() {
    let (short, _) = decode(&MODEL_2B, 128 << 20, 20, 0);
    assert_eq!(short.len(), 1);
    let (long, _) = decode(&MODEL_2B, 128 << 20, 3000, 0);
    assert!(long.len() > 5, "{} submissions", long.len());
    let most = long.iter().map(Recording::n_flops).max().unwrap();
    assert!(most < 60_000_000_000, "{most} operations at once");
}

#[test]
fn a_recording_reads_as_a_table() {
    let (_, steps) = decode(&Shape { n_layers: 1, ..MODEL_2B }, TABLE_IN_TWO, 20, 1);
    let text = steps[0].to_string();
    let kernels: Vec<_> = text.lines().filter_map(|line| line.split_whitespace().nth(1)).collect();
    assert_eq!(
        kernels,
        [
            "embed",
            "embed",
            "matvec_qkv",
            "matvec_qkv",
            "attend_split",
            "attend_merge",
            "matvec",
            "matvec_swiglu",
            "matvec",
            "matvec",
            "matvec",
            "sample"
        ]
        .map(|kernel| if kernel == "sample" { "argmax" } else { kernel }),
        "{text}"
    );
}

#[test]
fn what_does_not_fit_is_refused_with_its_numbers() {
    let mut gpu = Gpu::on(Counting { max_binding_bytes: 1 << 20, submitted: Rc::default() });
    let refused = gpu.upload(model::backend::Shape::new(1024, 1024), &vec![0.0; 1 << 20]).unwrap_err();
    let BackendError::Memory { needed_bytes, .. } = refused else { panic!("{refused}") };
    assert_eq!(needed_bytes, 4 << 20);
    assert_eq!(
        refused.to_string(),
        "upload asked WebGPU for 4 MiB: none takes at most 1 MiB at once; 0 MiB were in use"
    );
    // A matrix is cut between rows instead, if at least 64 of them fit.
    assert!(gpu.weight(Dtype::F32, model::backend::Shape::new(1024, 1024), &vec![0; 4 << 20]).is_ok());
    assert!(gpu.reserve(Dtype::F32, model::backend::Shape::new(2, 1 << 20)).is_err());
}
