use std::io::Cursor;

use bench::{
    Answered, Conditions, DataSet, Extent, Grouping, Letter, PERMANENT_LINE, Preset, Question, Reply, Rule,
    Selection,
};
use calamine::{Data, Range, Reader as _, Xlsx};

use super::*;

/// Four questions: a hit, a miss, an answer without an option, and a question whose right answer is not known.
fn run() -> Run {
    let conditions = Conditions {
        model: "Phantom".into(),
        quantisation: "Q8_0".into(),
        backend: "cpu (wasm)".into(),
        visual_tokens: Preset::Advice.visual_tokens(),
        rule: Rule::VlmEval2024,
        max_answer_tokens: 64,
        blank_images: false,
        data_set: DataSet::File { name: "own.tsv".into(), n_questions: 9, n_val: 0 },
        software: "0.1.0".into(),
        date: "2026-11-25T10:00:00Z".into(),
        selection: Some(Selection { seed: 7, extent: Extent::First(4) }),
        circular: false,
        questions: "00ff".into(),
        shard: None,
    };
    let answers = vec![
        answered("12", Some('B'), "B. spleen"),
        answered("007", Some('A'), "B"),
        answered("13", Some('A'), "=1+1"),
        answered("x", None, "A"),
    ];
    Run { conditions, n_total: 4, answers }
}

fn answered(index: &str, answer: Option<char>, said: &str) -> Answered {
    let question = Question {
        index: index.into(),
        question: "Which <organ> & \"why\"?\nLook.".into(),
        options: ["liver", "spleen", "=A1", "4"].map(String::from).to_vec(),
        answer: answer.and_then(|c| Letter::try_from(c).ok()),
        category: "organ".into(),
        clinical_task: "Organ Recognition - Abdomen".into(),
        department: String::new(),
        granularity: "Mask level".into(),
        modality: "CT".into(),
        original_task: "SEG_3D".into(),
    };
    Answered::new(Rule::VlmEval2024, question, Reply { text: said.into(), ..Reply::default() })
}

/// The two sheets, as an independent library reads them.
fn read(run: &Run) -> [Range<Data>; 2] {
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(xlsx(run).unwrap())).unwrap();
    assert_eq!(workbook.sheet_names(), ["result", "conditions"]);
    ["result", "conditions"].map(|name| workbook.worksheet_range(name).unwrap())
}

/// A column of the first sheet, by its heading.
fn column(run: &Run, name: &str) -> Vec<Data> {
    let [sheet, _] = read(run);
    let header: Vec<String> = sheet.rows().next().unwrap().iter().map(Data::to_string).collect();
    let at = header.iter().position(|found| found == name).unwrap();
    sheet.rows().skip(1).map(|row| row[at].clone()).collect()
}

fn texts(texts: &[&str]) -> Vec<Data> {
    texts.iter().map(|text| Data::String((*text).into())).collect()
}

#[test]
fn the_first_sheet_is_as_vlmevalkit_writes_it() {
    let [sheet, _] = read(&run());
    let header: Vec<String> = sheet.rows().next().unwrap().iter().map(Data::to_string).collect();
    assert_eq!(
        header,
        [
            "index",
            "question",
            "A",
            "B",
            "C",
            "D",
            "E",
            "answer",
            "category",
            "clinical VQA task",
            "department",
            "perceptual granularity",
            "modality",
            "original task",
            "prediction",
            "hit",
            "log"
        ]
    );
    let run = run();
    assert_eq!(column(&run, "answer")[..3], texts(&["B", "A", "A"]));
    assert_eq!(column(&run, "hit"), [Data::Float(1.0), Data::Float(0.0), Data::Float(0.0), Data::Empty]);
    assert_eq!(column(&run, "answer")[3], Data::Empty);
    assert_eq!(column(&run, "department"), texts(&["None"; 4]));
    assert_eq!(
        column(&run, "log"),
        texts(&[
            "Match Log: B. spleen. ",
            "Match Log: B. ",
            "Match Log: Failed in Prefetch, no GPT-based answer matching under `exact_matching` policy.. ",
            "Match Log: A. ",
        ])
    );
}

#[test]
fn an_index_is_a_number_only_if_it_is_written_as_one() {
    assert_eq!(
        column(&run(), "index"),
        [Data::Float(12.0), Data::String("007".into()), Data::Float(13.0), Data::String("x".into())]
    );
}

#[test]
fn a_text_stays_a_text_word_for_word() {
    let run = run();
    assert_eq!(column(&run, "prediction"), texts(&["B. spleen", "B", "=1+1", "A"]));
    assert_eq!(column(&run, "C"), texts(&["=A1"; 4]));
    assert_eq!(column(&run, "D"), texts(&["4"; 4]), "an option that looks like a number stays a text");
    assert_eq!(column(&run, "question")[0], Data::String("Which <organ> & \"why\"?\nLook.".into()));
    assert_ne!(column(&run, "prediction")[2], Data::Float(2.0));
}

#[test]
fn a_long_or_broken_text_is_written_as_far_as_a_cell_takes_it() {
    let mut run = run();
    run.answers[0].reply.text = "no \u{1}\0 end ".repeat(5_000);
    run.answers[1].reply.text = "_x0041_ 😀".into();
    let found = column(&run, "prediction");
    let Data::String(long) = &found[0] else { panic!("{:?}", found[0]) };
    assert!(long.starts_with("no \u{fffd}\u{fffd} end ") && long.contains("cut here"), "{}", &long[..40]);
    assert_eq!(found[1], Data::String("_x0041_ 😀".into()));
    assert_eq!(column(&run, "log").len(), 4);
}

#[test]
fn a_seventh_option_gets_a_column() {
    let mut run = run();
    run.answers[3].question.options = ["a", "b", "c", "d", "e", "f", "g"].map(String::from).to_vec();
    let found = column(&run, "G");
    assert_eq!((&found[0], &found[3]), (&Data::Empty, &Data::String("g".into())));
}

#[test]
fn the_second_sheet_has_the_conditions_and_the_permanent_line() {
    let [_, sheet] = read(&run());
    let value = |name: &str| {
        let row = sheet.rows().find(|row| row[0] == Data::String(name.into()));
        row.unwrap_or_else(|| panic!("no {name}"))[1].to_string()
    };
    for (name, expected) in [
        ("model", "Phantom"),
        ("quantisation", "Q8_0"),
        ("backend", "cpu (wasm)"),
        ("min visual tokens", "256"),
        ("preset", "Qwen's advice"),
        ("rule", "vlmeval-2024"),
        ("seed", "7"),
        ("extent", "first 4 of the shuffled order"),
        ("circular", "0"),
        ("software", "0.1.0"),
        ("date", "2026-11-25T10:00:00Z"),
        ("notice", PERMANENT_LINE),
    ] {
        assert_eq!(value(name), expected, "{name}");
    }
    assert!(value("note").contains("not those of GMAI-MMBench VAL"));
}

#[test]
fn a_run_without_an_answer_is_a_sheet_of_headings() {
    let run = Run { answers: Vec::new(), ..run() };
    let [sheet, _] = read(&run);
    assert_eq!(sheet.rows().count(), 1);
}

#[test]
fn the_same_run_gives_the_same_bytes_whatever_its_date_looks_like() {
    assert_eq!(xlsx(&run()).unwrap(), xlsx(&run()).unwrap());
    let mut odd = run();
    for date in ["", "yesterday", "9999-99-99", "12:61", "-", "2026-11-25T10:00:00.123+02:00"] {
        odd.conditions.date = date.into();
        assert!(xlsx(&odd).is_ok(), "{date}");
    }
}

#[test]
fn every_form_carries_the_permanent_line() {
    let all = Grouping::ALL.into_iter().flat_map(|grouping| [Form::Acc(grouping), Form::Chart(grouping)]);
    for form in [Form::Csv, Form::Json, Form::Markdown].into_iter().chain(all) {
        let text = String::from_utf8(write(&run(), form).unwrap()).unwrap();
        assert!(text.contains(PERMANENT_LINE), "{form:?}: {text}");
    }
    assert_eq!(write(&run(), Form::Xlsx).unwrap()[..2], *b"PK");
}
