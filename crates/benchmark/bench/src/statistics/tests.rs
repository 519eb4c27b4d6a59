use super::wilson::wilson;
use super::*;
use crate::{Letter, Question};

fn question(n_options: usize, answer: Option<char>) -> Question {
    Question {
        options: vec!["x".into(); n_options],
        answer: answer.map(|c| Letter::try_from(c).unwrap()),
        ..Question::default()
    }
}

#[track_caller]
fn assert_interval(hits: u32, n: u32, low: f64, high: f64) {
    let found = wilson_95(hits, n).unwrap();
    // The expected values are given to twelve places.
    assert!((found.low - low).abs() < 1e-11 && (found.high - high).abs() < 1e-11, "{hits}/{n}: {found:?}");
}

/// `scipy.stats.binomtest(k, n).proportion_ci(0.95, 'wilson')`, SciPy 1.17.1.
#[test]
fn wilson_is_that_of_statistics_libraries() {
    assert_interval(0, 10, 0.000_000_000_000, 0.277_532_799_863);
    assert_interval(1, 1, 0.206_549_314_377, 1.000_000_000_000);
    assert_interval(8, 10, 0.490_162_471_537, 0.943_317_848_546);
    assert_interval(10, 10, 0.722_467_200_137, 1.000_000_000_000);
    assert_interval(15, 50, 0.191_035_535_009, 0.437_503_504_645);
    assert_interval(336, 360, 0.902_722_088_228, 0.954_794_262_469);
    assert_interval(2114, 4550, 0.450_159_523_485, 0.479_130_944_154);
}

#[test]
#[should_panic(expected = "8/10")]
fn a_wrong_interval_is_noticed() {
    // The textbook (Wald) interval.
    assert_interval(8, 10, 0.552_0, 1.0);
}

#[test]
fn nothing_has_no_share() {
    assert_eq!(wilson_95(0, 0), None);
    assert_eq!(Score::default().accuracy(), None);
    assert_eq!(chance([]), None);
    assert_eq!(commonest_answer([]), None);
    assert_eq!(commonest_answer([&question(3, None)]), None);
}

#[test]
fn small_is_below_thirty() {
    assert!(Score { hits: 29, n: 29 }.is_small());
    assert!(!Score { hits: 0, n: 30 }.is_small());
}

#[test]
fn chance_is_the_mean_of_reciprocals() {
    let found = chance([&question(2, None), &question(4, None), &question(5, None)]).unwrap();
    assert!((found - 0.95 / 3.0).abs() < 1e-15);
}

#[test]
fn the_commonest_answer_is_counted_among_the_known() {
    let questions = ["B", "A", "B", "C", "A", "B"].map(|c| question(3, c.chars().next()));
    let unknown = question(3, None);
    let found = commonest_answer(questions.iter().chain([&unknown])).unwrap();
    assert_eq!((found.letter.char(), found.score), ('B', Score { hits: 3, n: 6 }));
    let tie = ["C", "B"].map(|c| question(3, c.chars().next()));
    assert_eq!(commonest_answer(&tie).unwrap().letter.char(), 'B');
}

fn sums(clusters: &[(i32, u32)]) -> (Score, ClusterSums) {
    let (mut score, mut sums) = (Score::default(), ClusterSums::default());
    for &(total, n) in clusters {
        let mut cluster = Cluster::default();
        for i in 0..n {
            let hit = i32::from(i < total as u32);
            sums.add(cluster, hit);
            cluster = Cluster { total: cluster.total + hit, n: cluster.n + 1 };
        }
        score = Score { hits: score.hits + total as u32, n: score.n + n };
    }
    (score, sums)
}

#[test]
fn sums_are_those_of_the_clusters_when_they_are_full() {
    let (_, sums) = sums(&[(2, 5), (0, 3), (4, 4)]);
    assert_eq!(
        sums,
        ClusterSums { n_clusters: 3, totals_squared: 20.0, totals_times_n: 26.0, n_squared: 50.0 }
    );
}

#[test]
fn questions_that_stand_alone_have_the_plain_interval() {
    let (score, sums) = sums(&[(1, 1), (0, 1), (1, 1), (1, 1)]);
    assert_eq!(sums.interval(score), wilson_95(3, 4));
    assert_eq!(ClusterSums::default().interval(score), wilson_95(3, 4), "of clusters nothing is known");
    assert_eq!(ClusterSums::default().interval(Score::default()), None);
}

#[test]
fn clusters_that_hang_together_widen_the_interval() {
    let (score, together) = sums(&[(5, 5), (0, 5), (5, 5), (0, 5), (5, 5), (0, 5)]);
    // As wide as that of five questions: six clusters, less the one that the mean costs.
    let found = together.interval(score).unwrap();
    let expected = wilson(0.5, 5.0);
    assert!((found.low - expected.low).abs() < 1e-12 && (found.high - expected.high).abs() < 1e-12);
    assert!(found.half_width() > 1.8 * score.interval().unwrap().half_width());
    // Clusters more alike than chance would make them do not count for more questions than there are.
    let (score, alike) = sums(&[(2, 4), (2, 4), (1, 4), (3, 4)]);
    assert_eq!(alike.interval(score), score.interval());
}

#[test]
fn clusters_without_a_difference_count_as_one_question_each() {
    for (hits, clusters) in [(0, [(0, 5); 3]), (3, [(5, 5); 3])] {
        let (score, sums) = sums(&clusters);
        assert_eq!(sums.interval(score), wilson_95(hits, 3));
    }
    let (score, one) = sums(&[(3, 5)]);
    assert_eq!(one.standard_error(3.0, 5.0), None);
    assert_eq!(one.interval(score), Some(wilson(0.6, 1.0)));
}

#[test]
fn a_label_cell_is_named_by_all_five() {
    let question = Question { category: "polyp".into(), modality: "CT".into(), ..Question::default() };
    let same = Question { question: "other words".into(), department: "None".into(), ..question.clone() };
    assert_eq!(label_cell(&question), label_cell(&same));
    for other in [
        Question { category: "nodule".into(), ..question.clone() },
        Question { clinical_task: "Bone".into(), ..question.clone() },
        Question { department: "Urology".into(), ..question.clone() },
        Question { modality: "MRI".into(), ..question.clone() },
        Question { granularity: "Box level".into(), ..question.clone() },
    ] {
        assert_ne!(label_cell(&question), label_cell(&other));
    }
}

#[test]
fn a_pair_is_counted_once_and_on_its_side() {
    let mut paired = Paired::default();
    assert_eq!((paired.difference(), paired.interval()), (None, None));
    for (cell, first, second) in
        [("a", true, true), ("a", true, false), ("b", false, true), ("b", false, false), ("c", true, false)]
    {
        paired.add(cell, first, second);
    }
    assert_eq!((paired.n_both, paired.n_only_first, paired.n_only_second, paired.n_neither), (1, 2, 1, 1));
    assert_eq!((paired.n(), paired.hits(), paired.difference()), (5, [3, 2], Some(0.2)));
    assert!(paired.interval().unwrap().contains(0.2));
    let mut same = Paired::default();
    same.add("a", true, true);
    same.add("b", false, false);
    assert_eq!((same.difference(), same.interval(), same.p_value()), (Some(0.0), None, 1.0));
}

#[test]
fn an_even_split_says_nothing() {
    assert_eq!(mcnemar_exact(0, 0), 1.0);
    assert_eq!(mcnemar_exact(7, 7), 1.0);
    assert_eq!(mcnemar_exact(0, 1), 1.0);
    assert_eq!(mcnemar_exact(0, 6), mcnemar_exact(6, 0));
    assert_eq!(mcnemar_exact(0, 6), 2.0 / 64.0);
    assert_eq!(mcnemar_exact(0, 4000), 0.0, "less than any f64");
}

#[test]
fn holm_steps_down() {
    assert_eq!(holm(&[]), Vec::<f64>::new());
    // Three times 0.01; twice 0.02; the last is no smaller than the one before it.
    assert_eq!(holm(&[0.03, 0.01, 0.02]), [0.04, 0.03, 0.04]);
    assert_eq!(holm(&[0.6, 0.9]), [1.0, 1.0]);
}
