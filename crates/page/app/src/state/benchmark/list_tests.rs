use bench::{Answered, Grouping, Letter, Question, Reply, Rule, Run};

use super::{Benchmark, Column, Direction, Filter, MenuOption, N_ROWS, Order, preference_text};

fn conditions() -> bench::Conditions {
    super::analysis_tests::conditions(bench::DataSet::Sample { version: "test".into() })
}

/// Right, wrong, right, declined, failed, and wrong where the first token is right.
fn benchmark() -> Benchmark {
    let said = [
        ("B", 3.0, vec![0.03, 0.912, 0.058]),
        ("C", 1.0, vec![0.1, 0.1, 0.8]),
        ("B", 2.0, vec![]),
        ("Cannot determine the answer", 4.0, vec![0.5, 0.3, 0.2]),
        ("", 0.5, vec![]),
        ("A", 0.25, vec![0.2, 0.6, 0.2]),
    ];
    let answers = said.into_iter().enumerate().map(|(index, (text, seconds, preference))| {
        let question = Question {
            index: index.to_string(),
            question: format!("What is shown in image {index}?"),
            options: ["left kidney", "right kidney", "spleen"].map(String::from).to_vec(),
            answer: Letter::of(1),
            clinical_task: if index.is_multiple_of(3) { "Muscle" } else { "Bone" }.into(),
            ..Question::default()
        };
        let error = (index == 4).then(|| "the image is not base64".to_owned());
        let reply = Reply { text: text.into(), seconds, preference, error, ..Reply::default() };
        Answered::new(Rule::VlmEval2024, question, reply)
    });
    let run = Run { conditions: conditions(), n_total: 9, answers: answers.collect() };
    Benchmark { row: run.row(), run: Some(run), ..Benchmark::default() }
}

#[track_caller]
fn assert_sorted(column: Column, direction: Direction, expected: [u32; 6]) {
    let mut benchmark = benchmark();
    benchmark.list.order = Order { column, direction };
    assert_eq!(benchmark.listed(), expected, "{column:?} {direction:?}");
}

#[test]
fn the_list_is_sorted_by_any_column() {
    assert_sorted(Column::Number, Direction::Ascending, [0, 1, 2, 3, 4, 5]);
    assert_sorted(Column::Number, Direction::Descending, [5, 4, 3, 2, 1, 0]);
    assert_sorted(Column::Time, Direction::Ascending, [5, 4, 1, 2, 0, 3]);
    // Wrong ones first, equals by number.
    assert_sorted(Column::Result, Direction::Ascending, [1, 3, 4, 5, 0, 2]);
    assert_sorted(Column::Task, Direction::Ascending, [1, 2, 4, 5, 0, 3]);
    assert_sorted(Column::Preference, Direction::Descending, [0, 1, 5, 3, 2, 4]);
}

#[test]
#[should_panic(expected = "Time")]
fn a_wrong_order_is_noticed() {
    assert_sorted(Column::Time, Direction::Ascending, [0, 1, 2, 3, 4, 5]);
}

#[test]
fn each_filter_lists_as_many_as_it_counts() {
    let mut benchmark = benchmark();
    let expected: [&[u32]; 6] = [&[0, 1, 2, 3, 4, 5], &[0, 2], &[1, 3, 4, 5], &[3], &[4], &[5]];
    for (filter, numbers) in Filter::ALL.into_iter().zip(expected) {
        benchmark.list.choose(filter);
        assert_eq!(benchmark.listed(), numbers, "{filter:?}");
    }
    assert_eq!(benchmark.filter_counts(), expected.map(|numbers| u32::try_from(numbers.len()).unwrap()));
}

#[test]
fn a_group_is_listed_alone_and_counted_alone_until_the_grouping_changes() {
    let mut benchmark = benchmark();
    let choices = |all, groups: &[&str]| -> Vec<MenuOption> {
        let groups = groups.iter().map(|&group| MenuOption::new(group, group));
        std::iter::once(MenuOption::new("", all)).chain(groups).collect()
    };
    assert_eq!(benchmark.group_choices(), choices("All tasks", &["Bone", "Muscle"]));
    benchmark.list.choose_group("Muscle".into());
    assert_eq!(benchmark.listed(), [0, 3]);
    assert_eq!(benchmark.filter_counts(), [2, 1, 1, 1, 0, 0]);
    benchmark.list.choose(Filter::Wrong);
    assert_eq!(benchmark.listed(), [3]);
    benchmark.group_by(Grouping::Department);
    assert_eq!(benchmark.group_choices(), choices("All departments", &["None"]));
    assert_eq!(benchmark.listed(), [1, 3, 4, 5]);
}

#[test]
fn what_changes_the_list_begins_with_its_first_rows() {
    let mut list = benchmark().list;
    list.show_more();
    assert_eq!(list.n_rows, 2 * N_ROWS);
    let before = list.revision;
    list.sort(Column::Time);
    assert_eq!((list.n_rows, list.revision), (N_ROWS, before + 1));
}

#[test]
fn a_heading_pressed_twice_turns_the_order_round() {
    let once = Order::default().pressed(Column::Time);
    assert_eq!(once, Order { column: Column::Time, direction: Direction::Ascending });
    assert_eq!(once.pressed(Column::Time).direction, Direction::Descending);
    assert_eq!(once.pressed(Column::Time).pressed(Column::Time), once);
    assert_eq!(once.pressed(Column::Task).direction, Direction::Ascending);
}

#[test]
fn a_preference_is_a_letter_with_its_share() {
    let texts: Vec<_> = benchmark().answers().iter().map(preference_text).collect();
    assert_eq!(texts, ["B 91\u{a0}%", "C 80\u{a0}%", "", "A 50\u{a0}%", "", "B 60\u{a0}%"]);
}
