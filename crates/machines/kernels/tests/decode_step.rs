//! Counts the launches of one decode step of the real models: in a browser each dispatch costs tens of microseconds, however
//! little it does.
#![expect(clippy::unwrap_used, reason = "the helpers of tests panic as tests do")]

use kernels::attend::{HeadLayout, Source, attend_split};
use kernels::linear::{HeadRun, Matrix, Product, matvec_qkv, matvec_swiglu};
use kernels::rows::{TablePart, embed};
use kernels::sample::{Drawing, sample};
use kernels::{Features, Launch, layout};
use tensor::Dtype;

const GREEDY: Drawing = Drawing { temperature: 0.0, top_p: 1.0, top_k: 0, repetition_penalty: 1.0, seed: 0 };

struct Model {
    n_layers: u32,
    n_embd: u32,
    n_ff: u32,
    n_vocab: u32,
    heads: HeadLayout,
    /// Format of the values in this layer. Everything else is Q4_K, except the head.
    values: fn(u32) -> Dtype,
}

/// Every launch of the token that follows `n_past` others.
fn decode(model: &Model, n_past: u32) -> Vec<Launch> {
    let features = Features::default();
    let Model { n_embd, n_ff, heads, .. } = *model;
    let eps = Some(1e-6);
    let matrix = |rows, cols| Matrix { dtype: Dtype::Q4K, rows, cols, first_row: 0 };
    let parts =
        layout::row_parts(Dtype::Q6K, model.n_vocab as usize, n_embd as usize, layout::DEFAULT_BINDING_BYTES)
            .unwrap();

    let mut launches = Vec::new();
    for part in &parts {
        let part = TablePart {
            dtype: Dtype::Q6K,
            cols: n_embd,
            first_row: part.start as u32,
            n_rows: part.len() as u32,
        };
        launches.push(embed(&part, 0, 1).unwrap());
    }
    for layer in 0..model.n_layers {
        let all = heads.n_query + 2 * heads.n_kv;
        let values = (model.values)(layer);
        let first_value = heads.n_query + heads.n_kv;
        let runs = match values {
            Dtype::Q4K => vec![(Dtype::Q4K, 0, all)],
            other => vec![(Dtype::Q4K, 0, first_value), (other, first_value, heads.n_kv)],
        };
        for (dtype, first_head, n_heads) in runs {
            let run = HeadRun { dtype, cols: n_embd, n_heads, first_head, heads, has_bias: true };
            launches.push(matvec_qkv(&run, 1, n_past, eps, features).unwrap());
        }
        let attention = attend_split(heads, Source::Cached, 1, n_past + 1).unwrap();
        launches.extend([attention.split, attention.merge]);
        let output = Product { has_residual: true, ..Product::whole(matrix(n_embd, n_embd), 1) };
        launches.push(output.launch(features).unwrap());
        launches.push(matvec_swiglu(matrix(2 * n_ff, n_embd), 1, eps, features).unwrap());
        let down = Product { has_residual: true, ..Product::whole(matrix(n_embd, n_ff), 1) };
        launches.push(down.launch(features).unwrap());
    }
    for part in parts {
        let head = Product {
            out_col: part.start as u32,
            out_cols: model.n_vocab,
            normalise: eps,
            ..Product::whole(
                Matrix { dtype: Dtype::Q6K, rows: part.len() as u32, cols: n_embd, first_row: 0 },
                1,
            )
        };
        launches.push(head.launch(features).unwrap());
    }
    launches.push(sample(&GREEDY, model.n_vocab, 0, 1, features).unwrap());
    launches
}

const MODEL_2B: Model = Model {
    n_layers: 28,
    n_embd: 1536,
    n_ff: 8960,
    n_vocab: 151_936,
    heads: HeadLayout { n_query: 12, n_kv: 2, dim: 128 },
    values: |layer| if layer % 2 == 0 { Dtype::Q6K } else { Dtype::Q4K },
};

#[test]
fn a_decode_step_of_the_2b_takes_at_most_200_dispatches() {
    let n = decode(&MODEL_2B, 700).len();
    assert_eq!(n, 28 * 6 + 14 + 5);
    assert!(n <= 200);
}

#[test]
fn a_token_needs_few_pipelines() {
    // A person waits for their compilation after loading.
    let launches = decode(&MODEL_2B, 700);
    let pipelines: std::collections::HashSet<_> = launches.iter().map(Launch::pipeline).collect();
    assert_eq!(pipelines.len(), 9);
}

#[test]
fn what_a_longer_conversation_changes_is_numbers() {
    let (short, long) = (decode(&MODEL_2B, 40), decode(&MODEL_2B, 3000));
    assert_eq!(short.len(), long.len());
    for (a, b) in short.iter().zip(&long) {
        assert_eq!(a.pipeline(), b.pipeline());
        assert_eq!(a.params.len(), a.kernel.params.len());
    }
}
