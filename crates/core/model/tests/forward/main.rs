//! The parts of the model that need no machine: what a pass costs, what it refuses, where tokens stand, how turns are
//! written.
#![expect(clippy::unwrap_used, reason = "the helpers of tests panic as tests do")]

mod checks;
mod plan;
mod positions;
mod prompt;

use std::path::Path;

use model::forward::text::TextModel;
use model::forward::vision::VisionModel;
use model::load::{TextTensors, VisionTensors};
use model::plan::Plan;
use model::tokenizer::{Tokenizer, Vocabulary};
use weights::{Gguf, HeaderReader};

/// The header of a file of the small golden model with a tied head.
fn header(file: &str) -> Gguf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/golden/model/tied").join(file);
    let bytes = std::fs::read(path).unwrap();
    let mut reader = HeaderReader::new(bytes.len() as u64);
    loop {
        let want = reader.want();
        if let Some(gguf) = reader.feed(&bytes[want.start as usize..want.end as usize]).unwrap() {
            return gguf;
        }
    }
}

/// Both halves of the golden model, without weights.
fn planned() -> (TextModel<Plan>, VisionModel<Plan>) {
    let text = TextTensors::planned(&header("text.gguf")).unwrap();
    let vision = VisionTensors::planned(&header("mmproj.gguf"), &text.config).unwrap();
    (text, vision)
}

fn tokenizer() -> Tokenizer {
    let gguf = header("text.gguf");
    let vocabulary = Vocabulary {
        tokens: gguf.strings("tokenizer.ggml.tokens").unwrap(),
        token_types: gguf.i32s("tokenizer.ggml.token_type").unwrap(),
        merges: gguf.strings("tokenizer.ggml.merges").unwrap(),
        eos: gguf.opt_u32("tokenizer.ggml.eos_token_id").unwrap(),
        pre: "qwen2".into(),
    };
    Tokenizer::new(vocabulary).unwrap()
}
