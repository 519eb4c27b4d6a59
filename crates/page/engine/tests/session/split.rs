//! Models whose files came in parts.

use engine::MemorySource;
use protocol::Failure;

use crate::backend::exact;
use crate::container::Container;
use crate::counting::Counting;
use crate::files::{Pair, text, vision};
use crate::talk::{Talk, single};

const EVEN: &str = "tests/golden/images/even.png";
const WHAT: &str = "What is in the picture?";

fn parts(stem: &str, file: &[u8], n_parts: usize) -> Vec<MemorySource> {
    let name = |number: usize| format!("{stem}-{number:05}-of-{n_parts:05}.gguf");
    let numbered = (1..).zip(Container::read(file).split(n_parts));
    numbered.map(|(number, bytes)| MemorySource::new(name(number), bytes)).collect()
}

fn failure(sources: Vec<MemorySource>) -> Failure {
    Talk::new(exact()).load(sources).unwrap_err().0
}

#[track_caller]
fn assert_says(failure: &Failure, message: &str) {
    assert!(failure.message.contains(message), "no `{message}` in: {}", failure.message);
    assert!(failure.remedy.contains("all parts of one model together"), "{}", failure.remedy);
}

#[test]
fn a_file_put_together_again_is_the_same_model() {
    let pair = Pair::tied();
    let again = Container::read(&pair.text).bytes();
    let (one, _) = Talk::new(exact()).load(vec![text(again), vision(pair.vision.clone())]).unwrap();
    let (other, _) = Talk::new(exact()).load(pair.sources()).unwrap();
    assert_eq!((one.name, one.n_parameters), (other.name, other.n_parameters));
}

#[test]
fn parts_of_either_file_in_any_order_answer_like_the_whole() {
    let mut whole = Talk::with(exact(), Pair::tied());
    whole.open(1, EVEN);
    let expected = whole.ask(WHAT, &[1], &single());
    let pair = Pair::tied();
    let (texts, visions) = (parts("model", &pair.text, 3), parts("mmproj", &pair.vision, 2));
    let [a, b, c] = <[MemorySource; 3]>::try_from(texts.clone()).unwrap();
    let [v, w] = <[MemorySource; 2]>::try_from(visions.clone()).unwrap();
    let (one_text, one_vision) = (text(pair.text), vision(pair.vision));
    let orders = [
        vec![a.clone(), b.clone(), c.clone(), one_vision],
        vec![w.clone(), c.clone(), a.clone(), v.clone(), b.clone()],
        vec![w, one_text, v],
    ];
    for sources in orders {
        let n_bytes = sources.iter().map(engine::ByteSource::n_bytes).sum::<u64>();
        let files: Vec<_> = sources.into_iter().map(Counting::new).collect();
        let mut talk = Talk::new(exact());
        let (info, _) = talk.load(files.clone()).unwrap();
        assert_eq!((info.n_bytes, info.n_parameters), (n_bytes, whole.session.model().unwrap().n_parameters));
        talk.open(1, EVEN);
        assert_eq!(talk.ask(WHAT, &[1], &single()).said(), expected.said());
        for file in &files {
            // Headers, and the small gap before the first weight, are read twice.
            let most = engine::ByteSource::n_bytes(file) + (64 << 10) + (16 << 10);
            assert!(file.n_read() <= most, "{} bytes of {most}", file.n_read());
        }
    }
}

#[test]
fn parts_that_were_renamed_are_known_by_their_contents() {
    let pair = Pair::tied();
    let renamed = Container::read(&pair.text).split(3).into_iter().zip(["z.gguf", "y.gguf", "x.gguf"]);
    let mut sources: Vec<_> = renamed.map(|(bytes, name)| MemorySource::new(name, bytes)).collect();
    sources.insert(1, vision(pair.vision));
    Talk::new(exact()).load(sources).unwrap();
}

#[test]
fn a_missing_part_is_told_by_those_that_are_there() {
    let pair = Pair::tied();
    let mut sources = parts("model", &pair.text, 3);
    sources.remove(1);
    sources.push(vision(pair.vision.clone()));
    let failed = failure(sources);
    assert_says(&failed, "of model-00001-of-00003.gguf, found parts 1 and 3 of 3.");
    assert!(std::panic::catch_unwind(|| assert_says(&failed, "found parts 1 and 2 of 3")).is_err());
    let mut sources = parts("model", &pair.text, 2);
    sources.remove(0);
    assert_says(&failure(sources), "found part 2 of 2.");
    // All of the text, half of the tower.
    let mut sources = parts("mmproj", &pair.vision, 2);
    sources.truncate(1);
    sources.push(text(pair.text));
    assert_says(&failure(sources), "of mmproj-00001-of-00002.gguf, found part 1 of 2.");
}

#[test]
fn a_part_that_comes_twice_is_refused() {
    let pair = Pair::tied();
    let mut sources = parts("model", &pair.text, 2);
    let again = Container::read(&pair.text).split(2).swap_remove(1);
    sources.push(MemorySource::new("model-00002-of-00002 (1).gguf", again));
    sources.push(vision(pair.vision));
    assert_says(&failure(sources), "are both part 2 of 2");
}

#[test]
fn parts_of_two_models_do_not_go_together() {
    let (one, other) = (Pair::tied(), Pair::untied());
    let mut sources = parts("model", &one.text, 2);
    sources[1] = parts("model", &other.text, 2).swap_remove(1);
    sources.push(vision(one.vision));
    assert_says(&failure(sources), "they are parts of different models");
}

#[test]
fn a_weight_that_is_cut_off_is_told_with_the_part_it_is_in() {
    let pair = Pair::tied();
    let mut sources = parts("model", &pair.text, 3);
    let mut last = Container::read(&pair.text).split(3).swap_remove(2);
    last.truncate(last.len() - 1);
    sources[2] = MemorySource::new("model-00003-of-00003.gguf", last);
    sources.push(vision(pair.vision));
    let failed = failure(sources);
    assert!(failed.message.contains("model-00003-of-00003.gguf: the file is truncated"), "{failed:?}");
}
