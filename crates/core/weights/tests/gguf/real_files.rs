//! Files that llama.cpp's converter wrote, where this machine has them beside the checkout.

use std::path::PathBuf;

use crate::file::open;
use weights::Gguf;

/// Opens a file of the shared folder, or says why the test does nothing.
fn shared(name: &str) -> Option<Gguf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../../shared").join(name);
    match std::fs::read(&path) {
        Ok(bytes) => Some(open(&bytes).unwrap()),
        Err(error) => {
            println!("SKIPPED: {}: {error}", path.display());
            None
        }
    }
}

#[test]
fn text_models_of_each_quantisation() {
    for quantisation in ["F16", "Q4_0", "Q4_K_M", "Q8_0"] {
        let name = if quantisation == "F16" { "f16" } else { quantisation };
        let Some(gguf) = shared(&format!("golden/tiny/tiny-{name}.gguf")) else { continue };
        assert_eq!(gguf.architecture(), Ok("qwen2vl"));
        assert_eq!(gguf.quantisation(), quantisation);
        let embedding = gguf.tensor("token_embd.weight").unwrap();
        let n_tokens = gguf.strings("tokenizer.ggml.tokens").unwrap().len();
        let hidden = gguf.u32("qwen2vl.embedding_length").unwrap() as usize;
        assert_eq!(embedding.shape, [n_tokens, hidden]);
        assert_eq!(gguf.i32s("qwen2vl.rope.dimension_sections").unwrap().len(), 4);
    }
}

#[test]
fn vision_towers() {
    for name in ["f16", "q8_0"] {
        let Some(gguf) = shared(&format!("golden/tiny/mmproj-tiny-{name}.gguf")) else { continue };
        assert_eq!(gguf.architecture(), Ok("clip"));
        assert_eq!(gguf.bool("clip.has_vision_encoder"), Ok(true));
        assert_eq!(gguf.f32s("clip.vision.image_mean").unwrap().len(), 3);
        let patches = gguf.tensor("v.patch_embd.weight").unwrap();
        assert_eq!(patches.shape[1..], [3, 14, 14]);
    }
}

#[test]
fn the_vocabulary_of_qwen2() {
    let Some(gguf) = shared("data/ggml-vocab-qwen2.gguf") else { return };
    assert_eq!(gguf.strings("tokenizer.ggml.tokens").unwrap().len(), 151_936);
    assert_eq!(gguf.strings("tokenizer.ggml.merges").unwrap().len(), 151_387);
    assert_eq!(gguf.str("tokenizer.ggml.pre"), Ok("qwen2"));
    assert!(gguf.tensors().is_empty());
}
