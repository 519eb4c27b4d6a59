//! M-RoPE positions against the rule as the reference states it.

use imaging::Grid;
use model::positions::{ImageSpan, Positions};
use proptest::prelude::*;

/// Texts and images alternate: (tokens of text before it, rows and columns of visual tokens), and a last text.
type Layout = (Vec<(usize, usize, usize)>, usize);

fn layouts() -> impl Strategy<Value = Layout> {
    let image = (0usize..5, 1usize..6, 1usize..6);
    (proptest::collection::vec(image, 0..4), 0usize..5)
}

fn spans(layout: &Layout) -> (usize, Vec<ImageSpan>) {
    let mut n = 0;
    let mut spans = Vec::new();
    for &(text, rows, cols) in &layout.0 {
        n += text;
        spans.push(ImageSpan { at: n, grid: Grid { height: 2 * rows, width: 2 * cols } });
        n += rows * cols;
    }
    (n + layout.1, spans)
}

/// `get_rope_index`: every piece begins one after the greatest position so far.
fn by_the_rule(layout: &Layout) -> Vec<[u32; 3]> {
    let mut all: Vec<[u32; 3]> = Vec::new();
    let next = |all: &[[u32; 3]]| all.iter().flatten().max().map_or(0, |p| p + 1);
    for &(text, rows, cols) in layout.0.iter().chain([&(layout.1, 0, 0)]) {
        for _ in 0..text {
            all.push([next(&all); 3]);
        }
        let p = next(&all);
        for row in 0..rows as u32 {
            for col in 0..cols as u32 {
                all.push([p, p + row, p + col]);
            }
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn positions_follow_the_rule_of_the_reference(layout in layouts()) {
        let (n, spans) = spans(&layout);
        let positions = Positions::new(n, &spans);
        prop_assert_eq!(&positions.rows, &by_the_rule(&layout));
        let greatest = positions.rows.iter().flatten().max().copied();
        prop_assert_eq!(positions.next, greatest.map_or(0, |p| p + 1));
    }

    /// What comes later moves nothing that came before: a prefix of a conversation keeps its keys.
    #[test]
    fn a_longer_sequence_begins_as_the_shorter_one(layout in layouts(), more in layouts()) {
        let (n, shorter) = spans(&layout);
        let joined: Layout = match more.0.split_first() {
            Some((first, rest)) => {
                let joint = (first.0 + layout.1, first.1, first.2);
                (layout.0.iter().chain([&joint]).chain(rest).copied().collect(), more.1)
            }
            None => (layout.0.clone(), layout.1 + more.1),
        };
        let (n_joined, longer) = spans(&joined);
        let longer = Positions::new(n_joined, &longer);
        prop_assert_eq!(&longer.rows[..n], &Positions::new(n, &shorter).rows[..]);
    }
}
