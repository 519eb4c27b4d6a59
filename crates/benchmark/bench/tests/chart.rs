//! Charts of runs on GMAI-MMBench VAL with a published run's answers; they need the questions beside the checkout. The pictures are
//! written to the target folder's `tmp` for viewing.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking, as it does")]

use std::fs::{self, File};
use std::path::Path;

use bench::{
    Answered, Conditions, DataSet, Extent, Grouping, Preset, Question, Reply, Rule, Run, Selection, chart,
    data, tsv,
};
use flate2::read::GzDecoder;

/// A run of the published answers of the 2B on VAL; none without them.
fn run() -> Option<Run> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/data/gmai-val");
    if !folder.is_dir() {
        println!("skipped: GMAI-MMBench's questions and the published answers are not beside this checkout");
        return None;
    }
    let open = |name: &str| GzDecoder::new(File::open(folder.join(name)).unwrap());
    let questions =
        tsv::Reader::new(open("questions.tsv.gz")).unwrap().map(|record| record.unwrap().question);
    let mut said = csv::ReaderBuilder::new()
        .delimiter(b'\t')
        .from_reader(open("qwen2-vl-2b-instruct.predictions.tsv.gz"));
    let replies = said.records().map(|line| Reply { text: line.unwrap()[1].to_owned(), ..Reply::default() });
    let answers: Vec<_> = questions
        .zip(replies)
        .map(|(question, reply)| Answered::new(Rule::VlmEval2024, question, reply))
        .collect();
    let n_total = u32::try_from(answers.len()).unwrap();
    let conditions = Conditions {
        model: "Qwen2-VL-2B-Instruct".into(),
        quantisation: "Q8_0".into(),
        backend: "gpu (wasm)".into(),
        visual_tokens: Preset::Comparable.visual_tokens(),
        rule: Rule::VlmEval2024,
        max_answer_tokens: 64,
        blank_images: false,
        data_set: DataSet::File { name: "GMAI-MMBench_VAL.tsv".into(), n_questions: n_total, n_val: n_total },
        software: "0.1.0".into(),
        date: "2026-11-25".into(),
        selection: Some(Selection { extent: Extent::All, ..Selection::default() }),
        circular: false,
        questions: String::new(),
        shard: None,
    };
    Some(Run { conditions, n_total, answers })
}

/// A run's beginning in the order with one question of each label cell.
fn sampled(mut run: Run, n_asked: usize) -> Run {
    let selection = Selection::default();
    let questions: Vec<Question> = run.questions().cloned().collect();
    let plan = data::plan(&questions, selection);
    let answers = plan.iter().take(n_asked).map(|&at| run.answers[at as usize].clone()).collect();
    let n_total = u32::try_from(plan.len()).unwrap();
    run.conditions.selection = Some(selection);
    run.conditions.data_set =
        DataSet::File { name: "GMAI-MMBench_VAL.tsv".into(), n_questions: 4550, n_val: n_total };
    Run { n_total, answers, ..run }
}

/// Writes the picture as a file, and as part of a light and of a dark page.
fn keep(name: &str, run: &Run, grouping: Grouping) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = chart::file(run, grouping);
    fs::write(folder.join(format!("{name}.svg")), &file).unwrap();
    let style = "<!doctype html><meta charset=utf-8><style>:root{color-scheme:light dark}body{margin:8px;font:15px system-ui}</style>";
    fs::write(folder.join(format!("{name}.html")), format!("{style}{}", chart::svg(run, grouping))).unwrap();
    file
}

#[test]
fn the_whole_of_val_stands_beside_the_published_rows() {
    let Some(run) = run() else { return };
    for grouping in Grouping::ALL {
        let picture = keep(&format!("chart-val-{grouping:?}"), &run, grouping);
        // The answers are the 2B's, so its figures occur twice.
        assert_eq!(picture.matches(">1959/4550<").count(), 2, "{grouping:?}");
        assert_eq!(picture.matches(">2114/4550<").count(), 1);
        let groups = 1 + grouping.groups().len() + usize::from(grouping == Grouping::Department);
        assert_eq!(picture.matches("data-group=").count(), groups);
        assert!(!picture.contains("<g opacity=\"0.5\">"), "no group of VAL is small");
    }
}

#[test]
fn a_sample_is_greyed_where_it_is_small_and_phantoms_stand_alone() {
    let Some(run) = run() else { return };
    let partial = sampled(run, 180);
    let picture = keep("chart-sampled", &partial, Grouping::Department);
    assert!(picture.contains("180 of 948, shuffled order") && picture.contains("<g opacity=\"0.5\">"));
    assert!(picture.contains(">2114/4550<"));
    let mut phantoms = partial;
    phantoms.conditions.data_set = DataSet::Sample { version: "phantoms 1".into() };
    phantoms.conditions.visual_tokens = Preset::Fast.visual_tokens();
    let picture = keep("chart-phantoms", &phantoms, Grouping::ClinicalTask);
    assert!(!picture.contains(">2114/4550<") && picture.contains("synthetic phantoms"));
}
