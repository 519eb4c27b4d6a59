use super::*;
use crate::agreement::samples;
use crate::report::sample;
use crate::{Letter, Match, Question, Reply, Rotation, Rule, Run, Selection, published_answers};

/// A run on the questions 0 to n that pass for VAL's; `said` gives the answer to each.
fn run(n: usize, said: impl Fn(&Question) -> String) -> KeptRun {
    let answers = (0..n).map(|place| {
        let question = samples::question(place);
        let text = said(&question);
        crate::Answered::new(Rule::VlmEval2024, question, Reply { text, ..Reply::default() })
    });
    let answers: Vec<_> = answers.collect();
    let mut conditions = sample::run().conditions;
    conditions.model = "Qwen2 VL 2B Instruct".into();
    KeptRun { id: "a".into(), name: "Ours".into(), run: Run { conditions, n_total: n as u32, answers } }
}

/// The answers of a published run.
fn as_published(run: usize) -> impl Fn(&Question) -> String {
    move |question| match published_answers(question).unwrap()[run] {
        Match::Option(letter) => letter.to_string(),
        Match::Refused => "Cannot determine the answer".to_owned(),
        Match::NotFound => "hm".to_owned(),
    }
}

fn right(question: &Question) -> String {
    question.answer.unwrap().to_string()
}

fn wrong(_: &Question) -> String {
    "E".to_owned()
}

fn titled<'a>(analysis: &'a Analysis, title: &str) -> &'a Sheet {
    analysis.sheets.iter().find(|sheet| sheet.title == title).unwrap()
}

fn titles(analysis: &Analysis) -> Vec<&str> {
    analysis.sheets.iter().map(|sheet| sheet.title.as_str()).collect()
}

/// The texts of the row with this label.
fn row<'a>(sheet: &'a Sheet, label: &str) -> &'a [String] {
    &sheet.rows.iter().find(|row| row[0] == label).unwrap()[1..]
}

#[test]
fn every_row_has_a_text_for_each_column() {
    let mut ours = run(40, right);
    for answered in &mut ours.run.answers {
        answered.reply.preference = vec![0.1, 0.2, 0.3, 0.4, 0.0];
        answered.reply.rotations = vec![Rotation::default(); 4];
        *answered = answered.clone().rescored(Rule::VlmEval2024);
    }
    let mut n_sheets = 0;
    for against in [None, Some(&run(30, wrong)), Some(&run(0, wrong))] {
        for grouping in Grouping::ALL {
            let analysis = analyse(&ours, against, grouping);
            for sheet in &analysis.sheets {
                n_sheets += 1;
                assert!(!sheet.rows.is_empty() && !sheet.note.is_empty(), "{sheet:?}");
                assert!(sheet.rows.iter().all(|row| row.len() == sheet.columns.len()), "{sheet:?}");
                assert!(sheet.columns.iter().chain(sheet.rows.iter().flatten()).all(|text| !text.is_empty()));
            }
            assert_eq!(analysis.chart, chart::svg(&ours.run, grouping));
        }
    }
    assert_eq!(n_sheets, 3 * (4 + 5 + 4));
}

#[test]
fn a_run_with_nothing_to_say_has_no_sheet() {
    let kept = KeptRun { id: "a".into(), name: String::new(), run: sample::run() };
    assert_eq!(analyse(&kept, None, Grouping::Department).sheets, []);
}

#[test]
fn a_run_agrees_with_the_answers_that_it_repeats() {
    let analysis = analyse(&run(60, as_published(1)), None, Grouping::Department);
    let sheet = titled(&analysis, "Agreement with the published answers");
    let own = row(sheet, "Qwen2-VL-2B-Instruct (the model of this run)");
    assert_eq!(own[..2], ["60/60", "100.0 %"]);
    let n_same = (0..60).filter(|&place| {
        let answers = published_answers(&samples::question(place)).unwrap();
        answers[0].letter().is_some() && answers[0] == answers[1]
    });
    assert_eq!(row(sheet, "Qwen2-VL-7B-Instruct")[0], format!("{}/60", n_same.count()));
    assert!(sheet.note.contains("58 %"));
    // An answer that names no option agrees with nothing, not even with another such answer.
    let silent = analyse(&run(60, |_| "hm".to_owned()), None, Grouping::Department);
    let sheet = titled(&silent, "Agreement with the published answers");
    assert!(sheet.rows.iter().all(|row| row[1] == "0/60"), "{sheet:?}");
}

#[test]
fn questions_of_other_sets_are_left_out_of_the_agreement() {
    let mut ours = run(20, as_published(0));
    ours.run.answers[3].question.question = "Another?".into();
    ours.run.n_total = 50;
    ours.run.conditions.selection = Some(Selection::default());
    let analysis = analyse(&ours, None, Grouping::Department);
    let sheet = titled(&analysis, "Agreement with the published answers");
    assert_eq!(row(sheet, "Qwen2-VL-7B-Instruct")[0], "19/19");
    assert!(sheet.note.contains("19 of the 20 questions asked are VAL's"), "{}", sheet.note);
    assert!(sheet.note.contains("partial: 20 of 50, shuffled order"), "{}", sheet.note);
}

#[test]
fn a_run_under_another_rule_is_read_as_the_published_answers_are() {
    // The letter stands too far from the end for the later rule.
    let chatty = |question: &Question| format!("{} seems to be what fits best", right(question));
    let ours = run(20, chatty);
    let later = KeptRun { run: ours.run.clone().rescored(Rule::VlmEval2025Aug), ..ours.clone() };
    assert_eq!((ours.run.row().overall().hits, later.run.row().overall().hits), (20, 0));
    let sheets = analyse(&later, None, Grouping::Department).sheets;
    let expected = analyse(&ours, None, Grouping::Department).sheets;
    assert_eq!(sheets.len(), 2);
    for (sheet, expected) in sheets.iter().zip(&expected) {
        assert_eq!(sheet.rows, expected.rows);
        assert!(
            sheet.note.contains("vlmeval-2024 here") && !expected.note.contains("vlmeval-2024"),
            "{}",
            sheet.note
        );
    }
}

#[test]
fn a_run_is_paired_with_the_published_rows() {
    let analysis = analyse(&run(60, right), None, Grouping::Department);
    let sheet = titled(&analysis, "Against the published rows on the same questions");
    for (place, published) in crate::published().iter().enumerate() {
        let hits = (0..60)
            .map(samples::question)
            .filter(|question| published_answers(question).unwrap()[place].letter() == question.answer);
        let hits = hits.count();
        let found = row(sheet, published.model);
        assert_eq!(found[0], "60/60, 100.0 %");
        assert!(found[1].starts_with(&format!("{hits}/60, ")), "{found:?}");
        assert_eq!(found[2..4], [format!("{}/60", 60 - hits), "0/60".to_owned()]);
        assert!(found[4].starts_with('+'), "{found:?}");
    }
    // The same answers twice have no difference and no interval.
    let same = analyse(&run(60, as_published(0)), None, Grouping::Department);
    let sheet = titled(&same, "Against the published rows on the same questions");
    assert_eq!(row(sheet, "Qwen2-VL-7B-Instruct")[4..], ["0.0", "–", "1.000", "1.000"]);
    assert_eq!(titles(&same)[0], sheet.title);
}

#[test]
fn text_and_first_token_are_counted_apart() {
    let mut ours = run(10, right);
    for (place, answered) in ours.run.answers.iter_mut().enumerate() {
        let answer = answered.question.answer.unwrap().index();
        // The first four prefer E; in the last, no option can be read.
        let preferred = if place < 4 { 4 } else { answer };
        answered.reply.preference = (0..5).map(|i| if i == preferred { 0.6 } else { 0.1 }).collect();
        if place == 9 {
            answered.reply.text = "hm".into();
        }
        *answered = answered.clone().rescored(Rule::VlmEval2024);
    }
    let analysis = analyse(&ours, None, Grouping::Department);
    let sheet = titled(&analysis, "First token and text");
    let of = |label| row(sheet, label)[0].as_str();
    assert_eq!(of("They name different options"), "4/10");
    assert_eq!(of("The text names no option"), "1/10");
    assert_eq!(of("Where they differ, the text is right"), "4/4");
    assert_eq!(of("Where they differ, the first token is right"), "0/4");
    assert_eq!(of("Anywhere, the text is right"), "9/10");
    assert_eq!(of("Anywhere, the first token is right"), "6/10");
    assert!(sheet.note.contains("not a calibrated confidence"));
}

#[test]
fn circular_hits_stand_beside_plain_ones() {
    let mut ours = run(8, right);
    for (place, answered) in ours.run.answers.iter_mut().enumerate() {
        let rotations = (1..5).map(|by| {
            let rotated = answered.question.rotated(if place < 6 { by } else { 0 });
            Rotation { text: right(&rotated), is_truncated: false }
        });
        answered.reply.rotations = rotations.collect();
        if place == 0 {
            answered.reply.text = "E".into();
        }
        *answered = answered.clone().rescored(Rule::VlmEval2024);
    }
    // One that was not rotated does not count at all.
    ours.run.answers[7].reply.rotations.clear();
    ours.run = ours.run.rescored(Rule::VlmEval2024);
    let analysis = analyse(&ours, None, Grouping::Department);
    let sheet = titled(&analysis, "Circular evaluation");
    let of = |label| row(sheet, label)[0].as_str();
    assert_eq!(of("Right as asked"), "6/7");
    assert_eq!(of("Right in every rotation"), "5/7");
    assert_eq!(of("Of those right as asked, not right in every rotation"), "1/6");
}

#[test]
fn two_runs_are_paired_on_what_both_asked() {
    // Both asked 0 to 70, but question 70 in different words.
    let ours = run(80, right);
    let mut other =
        run(71, |question| if question.answer == Letter::of(0) { "E".into() } else { right(question) });
    other.name = "Theirs".into();
    other.run.answers[70].question.question = "Another?".into();
    other.run.conditions.quantisation = "Q4_K_M".into();
    other.run.conditions.date = "2026-12-24".into();
    other.run.answers.reverse();
    let analysis = analyse(&ours, Some(&other), Grouping::ClinicalTask);
    let sheet = titled(&analysis, "This run against “Theirs”");
    let of = |label| row(sheet, label)[0].as_str();
    // 0, 4, ..., 68: eighteen whose right answer is A.
    assert_eq!(of("Of this run's questions, asked in both"), "70/80, 87.5 %");
    assert_eq!(of("Of the questions of “Theirs”, asked in both"), "70/71, 98.6 %");
    assert!(of("Both name the same option").starts_with("52/70, 74.3 % ("));
    assert!(of("Right in this run").starts_with("70/70, 100.0 % ("));
    assert_eq!(of("Right in both"), "52/70, 74.3 %");
    assert_eq!(of("Right in this run only"), "18/70, 25.7 %");
    assert_eq!(of("Right in “Theirs” only"), "0/70, 0.0 %");
    assert_eq!(of("Wrong in both"), "0/70, 0.0 %");
    assert_eq!(of("Difference, this run less the other, in points"), "+25.7");
    assert_eq!(of("p (McNemar, exact)"), "< 0.001");
    assert!(sheet.note.starts_with("They differ in quantisation (Q8_0 against Q4_K_M);"), "{}", sheet.note);

    let groups = titled(&analysis, "This run against “Theirs”, by clinical VQA task");
    assert_eq!(groups.columns[..4], ["clinical VQA task", "Questions", "This run", "“Theirs”"]);
    // Even places belong to one task, odd ones to the other, which has no question with the answer A.
    let [first, second] = &groups.rows[..] else { unreachable!("two groups") };
    assert_eq!(first[..5], ["Attribute Recognition", "35", "35/35, 100.0 %", "17/35, 48.6 %", "+51.4"]);
    assert_eq!(second[..5], ["Blood Vessels Recognition", "35", "35/35, 100.0 %", "35/35, 100.0 %", "0.0"]);
    assert_eq!(second[5..], ["–", "1.000", "1.000"]);
    assert!(groups.note.contains("2 groups") && !groups.note.contains('*'), "{}", groups.note);

    // The other way round, every figure is reversed.
    let turned = analyse(&other, Some(&ours), Grouping::ClinicalTask);
    let sheet = titled(&turned, "This run against “Ours”");
    assert_eq!(row(sheet, "Difference, this run less the other, in points"), ["−25.7"]);
    assert_eq!(row(sheet, "Right in “Ours” only"), ["18/70, 25.7 %"]);
}

#[test]
fn small_groups_are_marked() {
    let analysis = analyse(&run(59, right), Some(&run(59, wrong)), Grouping::ClinicalTask);
    let sheet = titled(&analysis, "This run against “Ours”, by clinical VQA task");
    assert_eq!((sheet.rows[0][0].as_str(), sheet.rows[0][1].as_str()), ("Attribute Recognition", "30"));
    assert_eq!((sheet.rows[1][0].as_str(), sheet.rows[1][1].as_str()), ("Blood Vessels Recognition *", "29"));
    assert!(sheet.note.contains("* 1 of them"), "{}", sheet.note);
}

#[test]
fn p_values_of_groups_hold_for_all_groups_together() {
    // Six questions that only one run got right in one group, none in the other.
    let fails = |question: &Question| {
        let place: usize = question.index.parse().unwrap();
        if place.is_multiple_of(2) && place < 12 { "E".to_owned() } else { right(question) }
    };
    let analysis = analyse(&run(70, right), Some(&run(70, fails)), Grouping::ClinicalTask);
    let sheet = titled(&analysis, "This run against “Ours”, by clinical VQA task");
    // 2 / 2^6, and twice that for two groups.
    assert_eq!(sheet.rows[0][6..], ["0.031", "0.062"]);
    assert_eq!(sheet.columns[6..], ["p (McNemar)", "p (Holm)"]);
}

#[test]
fn runs_under_two_rules_are_read_under_one() {
    let chatty = |question: &Question| format!("{} seems to be what fits best", right(question));
    let ours = run(20, chatty);
    let other = KeptRun { run: ours.run.clone().rescored(Rule::VlmEval2025Aug), ..ours.clone() };
    let analysis = analyse(&ours, Some(&other), Grouping::ClinicalTask);
    let sheet = titled(&analysis, "This run against “Ours”");
    assert_eq!(row(sheet, "Right in both"), ["20/20, 100.0 %"]);
    assert!(sheet.note.contains("are read under vlmeval-2024 here"), "{}", sheet.note);
    assert!(sheet.note.starts_with("Both ran under the same conditions."), "{}", sheet.note);
}

#[test]
fn runs_with_nothing_in_common_say_so() {
    let mut other = run(10, right);
    for answered in &mut other.run.answers {
        answered.question.options.pop();
    }
    other.name = " ".into();
    let analysis = analyse(&run(10, right), Some(&other), Grouping::ClinicalTask);
    let sheet = titled(&analysis, "This run against Qwen2 VL 2B Instruct Q8_0, 2026-11-25");
    assert!(sheet.note.contains("no question in common"));
    assert_eq!(row(sheet, "This run")[1], "10");
}

#[test]
fn without_known_answers_only_letters_are_compared() {
    let keep_back = |mut kept: KeptRun| {
        for answered in &mut kept.run.answers {
            answered.question.answer = None;
        }
        kept.run = kept.run.rescored(Rule::VlmEval2024);
        kept
    };
    let ours = keep_back(run(10, right));
    let analysis = analyse(&ours, Some(&keep_back(run(10, wrong))), Grouping::ClinicalTask);
    let sheet = titled(&analysis, "This run against “Ours”");
    assert_eq!(sheet.rows.len(), 3);
    assert!(row(sheet, "Both name the same option")[0].starts_with("0/10, 0.0 % ("));
    assert!(sheet.note.contains("right answers are not known"));
    let alone = analyse(&ours, None, Grouping::ClinicalTask);
    assert_eq!(titles(&alone), ["Agreement with the published answers"]);
}
