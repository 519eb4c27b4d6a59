use super::*;
use crate::report::sample;
use crate::{DataSet, PERMANENT_LINE, Rule};

fn on_val() -> Run {
    let mut run = sample::run();
    run.conditions.data_set = DataSet::File { name: "VAL.tsv".into(), n_questions: 4550, n_val: 360 };
    run
}

/// The texts of the picture in their order, joined with spaces.
fn words(svg: &str) -> String {
    let texts = svg.split("<text").skip(1).filter_map(|rest| rest.split_once('>')?.1.split_once('<'));
    texts.map(|(text, _)| text).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_group_with_a_question_has_its_figures_and_overall_stands_on_top() {
    let chart = svg(&sample::run(), Grouping::ClinicalTask);
    assert!(chart.starts_with("<svg") && chart.ends_with("</svg>\n"), "{chart}");
    let groups: Vec<_> = chart
        .split("data-group=\"")
        .skip(1)
        .filter_map(|rest| rest.split_once('"'))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(groups, ["Overall", "Bone", "Muscle"]);
    let words = words(&chart);
    assert!(words.contains("Overall 25.0 % 1/4"), "{words}");
    assert!(words.contains("Muscle 50.0 % 1/2"), "{words}");
    assert!(chart.contains("<g opacity=\"0.5\">"), "fewer than 30 are greyed");
    assert_eq!(chart.matches("chart-chance").count(), 3);
    assert!(chart.contains("role=\"img\"") && chart.contains("<desc>Overall: 25.0 %, 1 of 4, interval"));
}

#[test]
fn published_rows_are_shown_only_beside_questions_of_val() {
    let phantoms = svg(&sample::run(), Grouping::Department);
    assert!(!phantoms.contains("Qwen-VL-7B-Chat") && !phantoms.contains("chart-series-1"));
    let val = svg(&on_val(), Grouping::Department);
    assert!(words(&val).contains("This run Qwen2-VL-7B-Instruct Qwen2-VL-2B-Instruct"), "{}", words(&val));
    assert!(val.contains("2114/4550") && val.contains("chart-series-4"));
    let later = on_val().rescored(Rule::VlmEval2026Jun);
    assert!(!svg(&later, Grouping::Department).contains("2114/4550"), "rules are not mixed");
}

#[test]
fn a_file_stands_alone_and_the_page_gets_no_style_sheet() {
    let run = sample::run();
    let (page, file) = (svg(&run, Grouping::Granularity), file(&run, Grouping::Granularity));
    assert!(words(&file).contains(PERMANENT_LINE), "{}", words(&file));
    assert_eq!(file.matches(PERMANENT_LINE).count(), 1, "and in one piece for those who search or hear it");
    assert!(
        words(&file).contains("Q8_0 · cpu · 4 to 64 visual tokens · rule vlmeval-2024"),
        "{}",
        words(&file)
    );
    assert!(file.contains("prefers-color-scheme: dark") && file.contains("xmlns="));
    assert!(!file.contains("var("), "not every program knows variables");
    assert!(!page.contains("<style") && !page.contains("style=") && page.contains("currentColor"));
    for chart in [page, file] {
        assert!(!chart.contains("<script") && !chart.contains("href"), "{chart}");
    }
}

#[test]
fn no_text_is_read_as_an_element() {
    let mut run = sample::run();
    run.answers[0].question.clinical_task = "<script>\"a\" & 'b'".into();
    run.conditions.model = "</text><a>".into();
    for chart in [svg(&run, Grouping::ClinicalTask), file(&run, Grouping::ClinicalTask)] {
        assert!(!chart.contains("<script>") && !chart.contains("<a>"), "{chart}");
        assert!(chart.contains("&lt;script&gt;&quot;a&quot; &amp; 'b'"), "{chart}");
    }
}

#[test]
fn without_a_scored_question_there_are_words_instead() {
    let mut run = sample::run();
    run.answers.retain(|answered| answered.question.answer.is_none());
    let words = words(&svg(&run, Grouping::ClinicalTask));
    assert!(words.contains("No question has been scored yet."), "{words}");
    assert!(words.contains("The right answers of 1 of the 1 questions asked are not known"), "{words}");
    assert!(!words.contains("NaN"));
}

#[test]
fn every_figure_lies_within_the_picture() {
    for run in [sample::run(), on_val()] {
        for grouping in Grouping::ALL {
            let chart = file(&run, grouping);
            let height: f64 =
                chart.split_once("viewBox=\"0 0 860 ").unwrap().1.split('"').next().unwrap().parse().unwrap();
            for y in chart
                .split(" y=\"")
                .skip(1)
                .map(|rest| rest.split('"').next().unwrap().parse::<f64>().unwrap())
            {
                assert!((0.0..height).contains(&y), "{y} of {height}");
            }
        }
    }
}
