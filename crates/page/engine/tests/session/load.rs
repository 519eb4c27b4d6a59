//! From files to a model, and what becomes of files that are none.

use std::ops::Range;

use engine::{ByteSource, MemorySource, SourceError};
use protocol::{Event, Failure, ModelPart};

use crate::backend::exact;
use crate::files::{Pair, read, rename, set_rows, set_u32, text, vision};
use crate::remote::Remote;
use crate::talk::{Talk, single};

const PAIR: &str = "Open the two GGUF files of one Qwen2-VL model together";

#[test]
fn either_order_gives_the_same_model_with_its_figures() {
    let mut talk = Talk::new(exact());
    let pair = Pair::tied();
    let n_bytes = (pair.text.len() + pair.vision.len()) as u64;
    let (one_way, events) = talk.load(pair.clone().sources()).unwrap();
    let answer = talk.ask("Hello there.", &[], &single());
    let swapped = vec![vision(pair.vision), text(pair.text)];
    let (other_way, _) = talk.load(swapped).unwrap();
    assert_eq!(talk.ask("Hello there.", &[], &single()).said(), answer.said());
    assert!(one_way.load_secs > 0.0);
    let timeless = |info| protocol::ModelInfo { load_secs: 0.0, ..info };
    assert_eq!(timeless(one_way.clone()), timeless(other_way));
    assert_eq!((one_way.quantisation.as_str(), one_way.n_bytes), ("F16", n_bytes));
    assert_eq!(one_way.backend, "CPU (candle)");

    let mut parts = Vec::new();
    let mut last_done = 0;
    // Both totals first, then the bytes.
    let begins = |event: &Event| matches!(event, Event::Loading { bytes_done: 0, .. });
    assert!(events[..2].iter().all(begins) && !events[2..].iter().any(begins), "{events:?}");
    for event in &events[2..] {
        let Event::Loading { part, bytes_done, bytes_total, .. } = event else { panic!("{event:?}") };
        if parts.last() != Some(part) {
            parts.push(*part);
            last_done = 0;
        }
        assert!(last_done < *bytes_done && bytes_done <= bytes_total, "{event:?}");
        last_done = *bytes_done;
    }
    assert_eq!(parts, [ModelPart::Text, ModelPart::Vision]);
}

/// Loads files that are no model into a session that has one: the old one goes on, the images and turns with it. No
/// weight is read before the files are judged.
#[track_caller]
fn refuse(sources: Vec<MemorySource>, message: &[&str], remedy: &str) {
    let mut talk = Talk::with(exact(), Pair::tied());
    talk.open(1, "tests/golden/images/even.png");
    let before = talk.ask("What is in the picture?", &[1], &single());
    let (failure, events) = talk.load(sources).unwrap_err();
    assert_says(&failure, message, remedy);
    assert_eq!(events, []);
    let after = talk.ask("What is in the picture?", &[1], &single());
    assert_eq!(after.said(), before.said());
    assert_eq!((after.timings.n_images_encoded, after.timings.n_prefill_tokens), (0, 1));
}

#[track_caller]
fn assert_says(failure: &Failure, message: &[&str], remedy: &str) {
    for part in message {
        assert!(failure.message.contains(part), "no `{part}` in: {}", failure.message);
    }
    assert!(failure.remedy.contains(remedy), "no `{remedy}` in: {}", failure.remedy);
}

#[test]
fn a_pair_is_one_of_each() {
    let Pair { text: t, vision: v } = Pair::tied();
    refuse(vec![], &["found 0 text and 0 vision files"], PAIR);
    let lone = &["found 1 text and 0 vision files: the vision file is missing"];
    refuse(vec![text(t.clone())], lone, "mmproj-….gguf, lies beside the text model in the same repository");
    let lone = &["found 0 text and 1 vision files: the text model is missing"];
    refuse(
        vec![vision(v.clone())],
        lone,
        "lies beside the vision file, mmproj-….gguf, in the same repository",
    );
    refuse(vec![text(t.clone()), text(t.clone())], &["found 2 text and 0 vision files"], PAIR);
    refuse(vec![vision(v.clone()), vision(v.clone())], &["found 0 text and 2 vision files"], PAIR);
    refuse(vec![text(t.clone()), vision(v), text(t)], &["found 2 text and 1 vision files"], PAIR);
}

#[test]
fn a_file_that_is_no_gguf_file_or_not_whole_is_named() {
    let Pair { text: t, vision: v } = Pair::tied();
    let half = t[..t.len() / 2].to_vec();
    refuse(vec![text(half), vision(v.clone())], &["text.gguf", "truncated"], "Fetch the file again");
    let header = t[..3000].to_vec();
    refuse(vec![text(header), vision(v.clone())], &["text.gguf", "truncated"], "Fetch the file again");
    let picture = read("tests/golden/images/even.png");
    refuse(vec![text(t.clone()), vision(picture)], &["mmproj.gguf", "not a GGUF file", "PNG"], PAIR);
    refuse(vec![text(Vec::new()), vision(v)], &["text.gguf", "empty"], PAIR);
}

#[test]
fn a_model_of_another_kind_is_told_by_its_architecture() {
    let Pair { text: mut t, vision: mut v } = Pair::tied();
    let good = t.clone();
    rename(&mut t, "qwen2vl", "qwen3vl");
    refuse(vec![text(t), vision(v.clone())], &["text.gguf", "`qwen3vl`", "expected", "`qwen2vl`"], PAIR);
    rename(&mut v, "qwen2vl_merger", "qwen3vl_merger");
    refuse(vec![text(good), vision(v)], &["mmproj.gguf", "`qwen3vl_merger`", "`qwen2vl_merger`"], PAIR);
}

#[test]
fn two_halves_of_different_models_do_not_go_together() {
    let sources = vec![text(Pair::tied().text), vision(Pair::untied().vision)];
    refuse(sources, &["mmproj.gguf", "96 numbers", "reads 128", "different models"], PAIR);
}

#[test]
fn numbers_that_cannot_be_are_named_with_their_keys() {
    let cases: [(&str, u32, &[&str]); 7] = [
        ("qwen2vl.block_count", 0, &["is 0", "between 1"]),
        ("qwen2vl.embedding_length", 127, &["`qwen2vl.attention.head_count` is 4", "divisor"]),
        ("qwen2vl.attention.head_count_kv", 3, &["head_count", "multiple of head_count_kv"]),
        ("qwen2vl.rope.freq_base", 0, &["is 0", "above 0"]),
        ("qwen2vl.attention.layer_norm_rms_epsilon", f32::NAN.to_bits(), &["is NaN", "above 0"]),
        ("qwen2vl.feed_forward_length", 225, &["blk.0.ffn_gate.weight", "[224, 128]", "[225, 128]"]),
        ("qwen2vl.block_count", 16_777_216, &["no tensor `blk.2.attn_q.weight`"]),
    ];
    for (key, value, message) in cases {
        let Pair { text: mut t, vision: v } = Pair::tied();
        set_u32(&mut t, key, value);
        refuse(vec![text(t), vision(v)], message, PAIR);
    }
    let cases: [(&str, u32, &[&str]); 4] = [
        ("clip.vision.patch_size", 16, &["is 16", "expected 14"]),
        ("clip.vision.attention.head_count", 5, &["is 5", "four columns"]),
        ("clip.vision.embedding_length", 16_777_212, &["v.patch_embd.weight", "[16777212, 3, 14, 14]"]),
        ("clip.vision.attention.layer_norm_epsilon", (-1f32).to_bits(), &["is -1", "above 0"]),
    ];
    for (key, value, message) in cases {
        let Pair { text: t, vision: mut v } = Pair::tied();
        set_u32(&mut v, key, value);
        refuse(vec![text(t), vision(v)], message, PAIR);
    }
}

#[test]
fn a_missing_tensor_is_noticed_before_a_weight_is_read() {
    let Pair { text: mut t, vision: mut v } = Pair::tied();
    let (good_text, good_vision) = (t.clone(), v.clone());
    rename(&mut t, "blk.1.ffn_down.weight", "blk.1.ffn_dawn.weight");
    refuse(vec![text(t), vision(good_vision)], &["text.gguf", "no tensor `blk.1.ffn_down.weight`"], PAIR);
    rename(&mut v, "v.patch_embd.weight.1", "v.patch_embd.weight.2");
    refuse(vec![text(good_text), vision(v)], &["mmproj.gguf", "no tensor `v.patch_embd.weight.1`"], PAIR);
}

#[test]
fn a_vocabulary_that_cannot_be_used_is_said_to_be_one() {
    let Pair { text: mut t, vision: v } = Pair::tied();
    let good = t.clone();
    rename(&mut t, "<|image_pad|>", "<|imagined|>x");
    refuse(vec![text(t), vision(v.clone())], &["vocabulary", "<|image_pad|>"], "Fetch the text file again");
    let mut t = good;
    set_rows(&mut t, "token_embd.weight", 1000);
    let message = "The vocabulary has 1024 tokens, but the model's embedding table has 1000 rows";
    refuse(vec![text(t), vision(v)], &[message], "Fetch the text file again");
}

/// A file that breaks off, or gives too little, after some bytes.
#[derive(Clone)]
struct Unreliable {
    file: MemorySource,
    n_good_bytes: u64,
    says_so: bool,
}

impl ByteSource for Unreliable {
    fn name(&self) -> &str {
        self.file.name()
    }

    fn n_bytes(&self) -> u64 {
        self.file.n_bytes()
    }

    async fn read(&mut self, range: Range<u64>) -> Result<Vec<u8>, SourceError> {
        if range.end <= self.n_good_bytes {
            return self.file.read(range).await;
        }
        if self.says_so {
            return Err(SourceError { name: self.name().into(), message: "the connection was lost".into() });
        }
        self.file.read(range.start..range.end - 1).await
    }
}

impl Unreliable {
    /// A pair that can be relied on.
    fn good(pair: Pair) -> Vec<Self> {
        let good = |file| Self { file, n_good_bytes: u64::MAX, says_so: true };
        pair.sources().into_iter().map(good).collect()
    }
}

const NONE_LOADED: &str = "No model is loaded now";

#[test]
fn a_source_that_fails_in_its_header_leaves_the_old_model_and_one_that_fails_later_takes_its_place() {
    for (says_so, message) in [(true, "the connection was lost"), (false, "bytes came for")] {
        // In the header, and in the middle of the weights of either file.
        for (n_text, n_vision) in [(1000, u64::MAX), (400_000, u64::MAX), (u64::MAX, 300_000)] {
            let mut talk = Talk::new(exact());
            talk.load(Unreliable::good(Pair::untied())).unwrap();
            let before = talk.ask("Hello there.", &[], &single());
            let [t, v] = <[MemorySource; 2]>::try_from(Pair::tied().sources()).unwrap();
            let sources = vec![
                Unreliable { file: t, n_good_bytes: n_text, says_so },
                Unreliable { file: v, n_good_bytes: n_vision, says_so },
            ];
            let (failure, events) = talk.load(sources).unwrap_err();
            if n_vision != u64::MAX {
                let vision = "The vision part of the model could not be loaded: Could not read mmproj.gguf";
                assert_says(&failure, &[vision, message], "Questions without an image are answered");
                // Text is answered by the new model.
                let mut other = Talk::with(exact(), Pair::tied());
                let expected = other.ask("Hello there.", &[], &single());
                assert_eq!(talk.ask("Hello there.", &[], &single()).said(), expected.said());
                continue;
            }
            assert_says(&failure, &["Could not read text.gguf", message], "Check that the file still exists");
            // The page goes by this: once a byte is told, the old model is gone.
            if n_text == 1000 {
                assert_eq!(events, []);
                assert_eq!(talk.ask("Hello there.", &[], &single()).said(), before.said());
            } else {
                assert!(!events.is_empty());
                talk.load(Unreliable::good(Pair::untied())).unwrap();
                assert_eq!(talk.ask("Hello there.", &[], &single()).said(), before.said());
            }
        }
    }
}

#[test]
fn a_machine_that_does_not_take_a_weight_says_so_and_takes_the_next_model() {
    let remote = Remote::new(0.0);
    let panel = remote.panel();
    let mut talk = Talk::with(remote, Pair::untied());
    panel.fuse.set(Some(9));
    let (failure, _) = talk.load(Pair::tied().sources()).unwrap_err();
    assert_says(&failure, &["text.gguf", "weight failed on remote", "a fault was planted"], NONE_LOADED);
    talk.load(Pair::tied().sources()).unwrap();
    talk.ask("Hello there.", &[], &single());
}
