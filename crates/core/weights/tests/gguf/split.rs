//! Parts of a split model, and what they are together.

use weights::{GgufError, LoadPlan, SplitPart};

use crate::file::{File, Value, str_value};

/// As `gguf-split` writes them: 16 bits, 16 bits, and 32 with a sign.
fn part(number: u16, n_parts: u16, n_tensors: i32) -> File {
    let short = |v: u16| Value { type_id: 2, bytes: v.to_le_bytes().to_vec() };
    let file = if number == 0 {
        File::default().key("general.architecture", str_value("qwen2vl"))
    } else {
        File::default()
    };
    file.key("split.no", short(number))
        .key("split.count", short(n_parts))
        .key("split.tensors.count", Value { type_id: 5, bytes: n_tensors.to_le_bytes().to_vec() })
}

#[test]
fn a_part_says_which_it_is_and_a_whole_file_says_nothing() {
    let found = part(1, 3, 7).open().unwrap().split_part().unwrap();
    assert_eq!(found, Some(SplitPart { number: 1, n_parts: 3, n_tensors: 7 }));
    assert_eq!(File::small().open().unwrap().split_part().unwrap(), None);
    assert_eq!(part(0, 1, 7).open().unwrap().split_part().unwrap(), None);
}

#[test]
fn a_number_beyond_the_last_part_and_a_negative_count_are_refused() {
    for (file, key) in [(part(3, 3, 7), "split.no"), (part(0, 3, -1), "split.tensors.count")] {
        let error = file.open().unwrap().split_part().unwrap_err();
        assert!(matches!(error, GgufError::KeyType { .. }) && error.to_string().contains(key), "{error}");
    }
    let alone = File::default().key("split.count", crate::file::u32_value(2));
    assert!(matches!(alone.open().unwrap().split_part().unwrap_err(), GgufError::MissingKey { .. }));
}

#[test]
fn joined_parts_are_one_file_whose_bytes_follow_each_other() {
    let first = part(0, 2, 3).tensor("a", &[32, 2], 8);
    let second = part(1, 2, 3).tensor("b", &[5], 0).tensor("c", &[8], 0);
    let lengths = [&first, &second].map(|file| file.bytes().len() as u64);
    let [a, b] = [&first, &second].map(|file| file.open().unwrap());
    let alone: Vec<_> = [&a, &b].iter().flat_map(|gguf| gguf.tensors().to_vec()).collect();
    let whole = weights::Gguf::joined(vec![(a, lengths[0]), (b, lengths[1])]).unwrap();
    assert_eq!(whole.architecture().unwrap(), "qwen2vl");
    assert_eq!(whole.tensors().len(), 3);
    for (tensor, alone) in whole.tensors().iter().zip(&alone) {
        let moved = if tensor.name == "a" { 0 } else { lengths[0] };
        assert_eq!(tensor.range, alone.range.start + moved..alone.range.end + moved, "{}", tensor.name);
        assert_eq!(whole.tensor(&tensor.name), Some(tensor));
    }
    let read: u64 = LoadPlan::new(&whole, 16, |_| true).n_bytes();
    assert_eq!(read, 68 + 20 + 32);
}

#[test]
fn a_tensor_that_stands_in_two_parts_is_named() {
    let parts = [part(0, 2, 2), part(1, 2, 2)].map(|file| {
        let file = file.tensor("a", &[32], 0);
        (file.open().unwrap(), file.bytes().len() as u64)
    });
    let error = weights::Gguf::joined(parts.into()).unwrap_err();
    assert!(matches!(&error, GgufError::DuplicateTensor { name } if name.contains('a')), "{error}");
    assert_eq!(weights::Gguf::joined(Vec::new()).unwrap_err(), GgufError::Empty);
}
