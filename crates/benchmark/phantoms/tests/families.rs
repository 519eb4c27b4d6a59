//! Rules for every family of images and every question about them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use phantoms::{
    Asked, ClinicalTask, Department, Family, Granularity, MAX_OPTIONS, Modality, QuestionKind, Sketch, Split,
    Topic,
};

/// Images of each family. The rarest answers come once in twenty images.
const N: u64 = 500;

/// Images whose questions are put into words.
const POSED: usize = 60;

/// Words that a page for research and education must not use.
const FORBIDDEN: [&str; 5] = ["diagnos", "detect", "triage", "second opinion", "patient"];

/// The largest relative deviation of an answer's share from an even one. The rarest answers are expected 25 times, of which three
/// standard deviations are 0.6.
const UNEVEN: f32 = 0.7;

/// What is known about the images, family by family.
static SKETCHES: LazyLock<Vec<(Family, Vec<Sketch>)>> = LazyLock::new(|| {
    let sketches = |family| (0..N).map(|image| Sketch::of(Split::HeldOut, family, image)).collect();
    Family::ALL.iter().map(|&family| (family, sketches(family))).collect()
});

/// Every image, with its number.
fn sketches() -> impl Iterator<Item = (Family, usize, &'static Sketch)> {
    SKETCHES.iter().flat_map(|(family, sketches)| {
        sketches.iter().enumerate().map(move |(image, sketch)| (*family, image, sketch))
    })
}

/// All questions about them.
fn all_asked() -> impl Iterator<Item = (Family, &'static Asked)> {
    sketches().flat_map(|(family, _, sketch)| sketch.asked.iter().map(move |asked| (family, asked)))
}

#[test]
fn every_image_answers_a_question() {
    for (family, image, sketch) in sketches() {
        assert!(!sketch.asked.is_empty(), "{} {image} has no question", family.name());
        let kinds: BTreeSet<&str> = sketch.asked.iter().map(|asked| asked.kind.id).collect();
        assert_eq!(
            kinds.len(),
            sketch.asked.len(),
            "{} {image} is asked the same twice: {kinds:?}",
            family.name()
        );
    }
}

#[test]
fn every_truth_is_an_answer_of_a_declared_kind() {
    for (family, asked) in all_asked() {
        assert!(asked.truth < asked.kind.answers.len(), "{} has no answer {}", asked.kind.id, asked.truth);
        let declared = family.kinds().iter().any(|kind| std::ptr::eq(*kind, asked.kind));
        assert!(declared, "{} asks {}, which is not among its kinds", family.name(), asked.kind.id);
    }
}

/// How often each answer of each kind is the truth, by the kind's id.
fn counts() -> BTreeMap<&'static str, Vec<u32>> {
    let zeros = |topic: Topic| (topic.kind.id, vec![0; topic.kind.answers.len()]);
    let mut counts: BTreeMap<&str, Vec<u32>> = Topic::all().map(zeros).collect();
    for (_, asked) in all_asked() {
        counts.entry(asked.kind.id).or_insert_with(|| vec![0; asked.kind.answers.len()])[asked.truth] += 1;
    }
    counts
}

/// The answers that come too rarely or too often.
fn uneven<'a>(counts: &'a BTreeMap<&'static str, Vec<u32>>) -> impl Iterator<Item = String> + 'a {
    counts.iter().filter_map(|(id, counts)| {
        let even = counts.iter().sum::<u32>() as f32 / counts.len() as f32;
        let off = |count: &u32| *count == 0 || (*count as f32 / even - 1.0).abs() > UNEVEN;
        counts.iter().any(off).then(|| format!("{id}: {counts:?}"))
    })
}

#[test]
fn every_answer_of_every_kind_comes_about_as_often() {
    let uneven: Vec<String> = uneven(&counts()).collect();
    assert!(uneven.is_empty(), "among {N} images of each family the answers come so often: {uneven:#?}");
}

#[test]
fn a_rare_answer_is_noticed() {
    let counts =
        BTreeMap::from([("good", vec![40, 52, 61]), ("never", vec![50, 0, 50]), ("rare", vec![90, 8, 90])]);
    assert_eq!(uneven(&counts).collect::<Vec<_>>(), ["never: [50, 0, 50]", "rare: [90, 8, 90]"]);
}

#[test]
fn posed_options_are_distinct_and_hold_the_truth() {
    for (_, _, sketch) in sketches().filter(|(_, image, _)| *image < POSED) {
        for (question, asked) in sketch.asked.iter().enumerate() {
            for turn in 0..3 {
                let posed = sketch.pose(question, turn).unwrap();
                let distinct: BTreeSet<&str> = posed.options.iter().copied().collect();
                assert_eq!(distinct.len(), posed.options.len(), "{}: {:?}", asked.kind.id, posed.options);
                assert!(
                    (2..=MAX_OPTIONS).contains(&distinct.len()),
                    "{}: {:?}",
                    asked.kind.id,
                    posed.options
                );
                assert_eq!(posed.options[posed.truth], asked.answer(), "{}", asked.kind.id);
                assert!(posed.text.ends_with('?') && !posed.text.contains(['{', '}']), "{}", posed.text);
            }
        }
        assert_eq!(sketch.pose(sketch.asked.len(), 0), None);
    }
}

#[test]
fn kinds_are_well_formed() {
    let mut ids = BTreeSet::new();
    for Topic { kind, family, .. } in Topic::all() {
        assert!(ids.insert(kind.id), "{} twice, the second time in {}", kind.id, family.name());
        let distinct: BTreeSet<&str> = kind.answers.iter().copied().collect();
        assert!(
            kind.answers.len() >= 2 && distinct.len() == kind.answers.len(),
            "{}: {:?}",
            kind.id,
            kind.answers
        );
        assert!(!kind.wordings.is_empty(), "{}", kind.id);
        assert_eq!(forbidden(kind), None, "{}", kind.id);
    }
}

/// A word of a kind that should not be there.
fn forbidden(kind: &QuestionKind) -> Option<&'static str> {
    let text = format!("{} {}", kind.wordings.join(" "), kind.answers.join(" ")).to_lowercase();
    FORBIDDEN.into_iter().find(|word| text.contains(word))
}

#[test]
fn a_forbidden_word_is_noticed() {
    let kind =
        |wordings| QuestionKind { id: "", task: ClinicalTask::Bone, wordings, answers: &["yes", "no"] };
    assert_eq!(forbidden(&kind(&["Is the bone broken?"])), None);
    assert_eq!(forbidden(&kind(&["Is the bone broken?", "Is the Patient's bone broken?"])), Some("patient"));
}

#[test]
fn every_label_occurs() {
    fn missing<T: Copy + Ord + std::fmt::Debug>(all: &[T], seen: impl Iterator<Item = T>) -> Vec<T> {
        let seen: BTreeSet<T> = seen.collect();
        all.iter().copied().filter(|label| !seen.contains(label)).collect()
    }
    assert_eq!(missing(ClinicalTask::ALL, all_asked().map(|(_, asked)| asked.kind.task)), []);
    assert_eq!(missing(Department::ALL, all_asked().map(|(_, asked)| asked.department)), []);
    assert_eq!(missing(Granularity::ALL, all_asked().map(|(_, asked)| asked.granularity)), []);
    assert_eq!(missing(Modality::ALL, all_asked().map(|(_, asked)| asked.modality)), []);
    // A label without a question is missing.
    let bones = all_asked().map(|(_, asked)| asked.kind.task).filter(|&task| task != ClinicalTask::Bone);
    assert_eq!(missing(ClinicalTask::ALL, bones), [ClinicalTask::Bone]);
}

#[test]
fn places_are_few_and_in_the_image() {
    for (family, image, sketch) in sketches() {
        let unmarked = sketch.places.iter().filter(|place| !place.marked).count();
        assert!(unmarked <= 8, "{} {image} has {unmarked} places", family.name());
        assert!(sketch.places.len() <= unmarked + 1, "{} {image} has two marks", family.name());
        for place in &sketch.places {
            assert!(place.x.abs().max(place.y.abs()) < 50.0, "{} {image}: {place:?}", family.name());
        }
    }
}
