//! A model is never whole in the heap, nor is a large matrix of it.

use std::cell::Cell;
use std::ops::Range;
use std::rc::Rc;

use engine::{ByteSource, MemorySource, SourceError};
use protocol::Event;

use crate::files::{Pair, lengthen};
use crate::remote::Remote;
use crate::talk::{Talk, single};

/// What the engine may have in the heap of a file's weights.
const MAX_RANGE_BYTES: u64 = 4 << 20;

/// A file that notes the longest range that it was asked for.
#[derive(Clone)]
struct Noting {
    file: MemorySource,
    longest: Rc<Cell<u64>>,
}

impl ByteSource for Noting {
    fn name(&self) -> &str {
        self.file.name()
    }

    fn n_bytes(&self) -> u64 {
        self.file.n_bytes()
    }

    async fn read(&mut self, range: Range<u64>) -> Result<Vec<u8>, SourceError> {
        self.longest.set(self.longest.get().max(range.end - range.start));
        self.file.read(range).await
    }
}

#[test]
fn a_matrix_larger_than_a_range_comes_in_pieces_of_whole_rows() {
    let mut plain = Talk::with(Remote::new(0.0), Pair::tied());
    let expected = plain.ask("Hello there.", &[], &single());

    let mut pair = Pair::tied();
    // 256 bytes a row: 11 MB, and no multiple of a range.
    lengthen(&mut pair.text, "token_embd.weight", 43_003);
    let n_bytes = pair.text.len() as u64;
    let longest = Rc::new(Cell::new(0));
    let noting = |file| Noting { file, longest: Rc::clone(&longest) };
    let remote = Remote::new(0.0);
    let panel = remote.panel();
    let mut talk = Talk::new(remote);
    let (_, events) = talk.load(pair.sources().into_iter().map(noting).collect::<Vec<_>>()).unwrap();

    assert!(longest.get() <= MAX_RANGE_BYTES, "{} bytes were read at once", longest.get());
    assert!(longest.get() > MAX_RANGE_BYTES / 2, "only {} bytes were read at once", longest.get());
    assert!(panel.largest_fill.get() as u64 <= MAX_RANGE_BYTES, "{}", panel.largest_fill.get());
    // Each piece moves the bar, and lets the machine catch up.
    let text_steps = |event: &&Event| {
        matches!(event, Event::Loading { part: protocol::ModelPart::Text, bytes_done: 1.., .. })
    };
    let n_steps = events.iter().filter(text_steps).count() as u64;
    assert!(n_steps >= n_bytes.div_ceil(MAX_RANGE_BYTES), "{n_steps} steps");
    assert!(u64::from(panel.n_settled.get()) >= n_steps);
    // The rows behind the vocabulary are padding: nothing else has changed.
    assert_eq!(talk.ask("Hello there.", &[], &single()).said(), expected.said());
}
