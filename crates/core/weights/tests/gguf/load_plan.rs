//! The plan reads each wanted tensor once, in file order, in ranges of a bounded size.

use std::ops::Range;

use crate::file::File;
use proptest::prelude::*;
use weights::{Gguf, LoadPlan, TensorInfo};

/// Tensors of these lengths in bytes (multiples of 4), named t0, t1, ...
fn gguf(n_bytes: &[u64]) -> Gguf {
    let tensors = n_bytes.iter().enumerate();
    tensors.fold(File::default(), |file, (i, &n)| file.tensor(&format!("t{i}"), &[n / 4], 0)).open().unwrap()
}

/// Ranges from the beginning of the tensor data, with the names in them.
fn steps(gguf: &Gguf, max_range_bytes: u64, wanted: impl Fn(&str) -> bool) -> Vec<(Range<u64>, String)> {
    let start = gguf.tensors()[0].range.start;
    LoadPlan::new(gguf, max_range_bytes, wanted)
        .into_iter()
        .map(|step| {
            let names: Vec<&str> = step.tensors.iter().map(|tensor| tensor.name.as_str()).collect();
            (step.range.start - start..step.range.end - start, names.join(" "))
        })
        .collect()
}

fn expect(steps: &[(Range<u64>, &str)]) -> Vec<(Range<u64>, String)> {
    steps.iter().map(|(range, names)| (range.clone(), (*names).to_owned())).collect()
}

#[test]
fn neighbours_share_a_range_up_to_its_size() {
    let gguf = gguf(&[64, 32, 100, 4, 64]); // at 0, 64, 96, 224 (padded), 256
    assert_eq!(steps(&gguf, 1000, |_| true), expect(&[(0..320, "t0 t1 t2 t3 t4")]));
    assert_eq!(steps(&gguf, 96, |_| true), expect(&[(0..96, "t0 t1"), (96..196, "t2"), (224..320, "t3 t4")]));
    assert_eq!(steps(&gguf, 95, |_| true).len(), 5);
    // Every tensor is larger than a range of nothing.
    assert_eq!(steps(&gguf, 0, |_| true).len(), 5);
    assert_eq!(steps(&gguf, 1000, |_| false), []);
}

#[test]
fn small_gaps_are_read_through_and_large_ones_are_not() {
    let gguf = gguf(&[32, 1 << 14, 32, (1 << 14) + 32, 32]);
    let wanted = |name: &str| matches!(name, "t0" | "t2" | "t4");
    let (second, third) = (32 + (1 << 14), 32 + (1 << 14) + 32 + (1 << 14) + 32);
    assert_eq!(
        steps(&gguf, u64::MAX, wanted),
        expect(&[(0..second + 32, "t0 t2"), (third..third + 32, "t4")])
    );
}

#[test]
fn the_order_is_that_of_the_data() {
    let mut file = File::default().tensor("a", &[8], 0).tensor("b", &[8], 0);
    file.tensors.swap(0, 1);
    let gguf = file.open().unwrap();
    assert_eq!(gguf.tensors()[0].name, "b", "the header's order");
    let plan = LoadPlan::new(&gguf, u64::MAX, |_| true);
    let names: Vec<&str> = plan.steps()[0].tensors.iter().map(|tensor| tensor.name.as_str()).collect();
    assert_eq!(names, ["a", "b"]);
    assert_eq!(plan.n_bytes(), 64);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_wanted_tensor_is_read_once(
        sizes in prop::collection::vec((1u64..20_000, any::<bool>()), 1..12),
        max_range_bytes in 0u64..100_000,
    ) {
        let n_bytes: Vec<u64> = sizes.iter().map(|(len, _)| 4 * len).collect();
        let gguf = gguf(&n_bytes);
        let wanted = |name: &str| sizes[name[1..].parse::<usize>().unwrap()].1;

        let plan = LoadPlan::new(&gguf, max_range_bytes, wanted);
        let mut end_before = 0;
        for step in &plan {
            prop_assert!(!step.tensors.is_empty());
            prop_assert!(step.range.start >= end_before);
            prop_assert!(step.range.end - step.range.start <= max_range_bytes || step.tensors.len() == 1);
            prop_assert_eq!(step.range.start, step.tensors[0].range.start);
            prop_assert_eq!(step.range.end, step.tensors.last().unwrap().range.end);
            end_before = step.range.end;
        }
        let read: Vec<TensorInfo> = plan.into_iter().flat_map(|step| step.tensors).collect();
        let expected: Vec<TensorInfo> = gguf.tensors().iter().filter(|t| wanted(&t.name)).cloned().collect();
        prop_assert_eq!(read, expected);
    }
}
