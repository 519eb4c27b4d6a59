//! The order of asking, on the benchmark's own questions: any beginning must look like the whole. They are not part of the
//! project; the test needs them beside the checkout.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking, as it does")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::Path;

use bench::data::plan;
use bench::{DEFAULT_SEED, Extent, Question, Selection, tsv};
use flate2::read::GzDecoder;

fn questions() -> Option<Vec<Question>> {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/data/gmai-val/questions.tsv.gz");
    if !path.is_file() {
        println!("skipped: GMAI-MMBench's questions are not beside this checkout");
        return None;
    }
    let reader = tsv::Reader::new(GzDecoder::new(File::open(path).unwrap())).unwrap();
    Some(reader.map(|record| record.unwrap().question).collect())
}

/// Questions of each kind.
fn counts<'a>(
    questions: impl Iterator<Item = &'a Question>,
    kind: impl Fn(&'a Question) -> &'a str,
) -> BTreeMap<&'a str, f64> {
    let mut counts = BTreeMap::new();
    for question in questions {
        *counts.entry(kind(question)).or_default() += 1.0;
    }
    counts
}

/// The largest difference between a sample's count of a kind and its share of the whole, in standard deviations of a random sample.
fn worst<'a>(all: &'a [Question], sample: &[u32], kind: impl Fn(&'a Question) -> &'a str + Copy) -> f64 {
    let found = counts(sample.iter().map(|&place| &all[place as usize]), kind);
    let n = sample.len() as f64;
    let deviations = counts(all.iter(), kind).into_iter().map(|(name, count)| {
        let share = count / all.len() as f64;
        (found.get(name).copied().unwrap_or_default() - n * share) / (n * share * (1.0 - share)).sqrt()
    });
    deviations.map(f64::abs).fold(0.0, f64::max)
}

#[test]
fn any_beginning_is_like_the_whole() {
    let Some(questions) = questions() else { return };
    let in_file_order: Vec<u32> = (0..180).collect();
    for seed in [DEFAULT_SEED, 0, 1, 2, 3, 4, 5] {
        let plan = plan(&questions, Selection { seed, extent: Extent::All });
        for n in [180, 400, 948] {
            let sample = &plan[..n];
            let granularities: BTreeSet<&str> =
                sample.iter().map(|&place| questions[place as usize].granularity.as_str()).collect();
            assert_eq!(granularities.len(), 4, "seed {seed}, the first {n}");
            for worst in [
                worst(&questions, sample, |q| &q.granularity),
                worst(&questions, sample, |q| &q.clinical_task),
                worst(&questions, sample, |q| &q.department),
            ] {
                assert!(worst < 4.5, "seed {seed}, the first {n}: off by {worst} standard deviations");
            }
        }
    }
    let worst = worst(&questions, &in_file_order, |q| &q.granularity);
    assert!(worst > 40.0, "the file's own order is told from a sample: {worst}");
}

#[test]
fn one_of_each_label_cell_is_948_of_val() {
    let Some(questions) = questions() else { return };
    let selection = Selection::default();
    let plan = plan(&questions, selection);
    assert_eq!(plan.len(), 948);
    let bytes = bench::data::Index { questions, ..Default::default() }.to_bytes();
    println!("the questions alone take {} bytes of an index", bytes.len());
    assert!(bytes.len() < 3_000_000);
}
