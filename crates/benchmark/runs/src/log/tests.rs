use proptest::prelude::*;

use super::*;
use bench::{Match, PERMANENT_LINE, Rotation, Rule, Run};

use crate::fixture;

fn kept() -> KeptRun {
    let mut reply = fixture::reply();
    reply.rotations = vec![Rotation { text: "B".into(), is_truncated: true }];
    let error = Reply { error: Some("the image cannot be decoded".into()), ..Reply::default() };
    let replies = [reply.clone(), fixture::reply(), error, fixture::reply(), reply];
    let mut conditions = fixture::conditions();
    (conditions.model, conditions.circular) = ("Phantom | 8M".into(), true);
    let said = (0..).map(fixture::question).zip(replies).collect();
    KeptRun {
        id: "2026-11-25-ab3".into(),
        name: "first \"try\"\nof two".into(),
        run: Run::new(conditions, 360, said),
    }
}

/// A log of the run with `n` of its answers.
fn log(n: usize) -> String {
    let kept = kept();
    begin(&KeptRun { run: Run { answers: kept.run.answers[..n].to_vec(), ..kept.run }, ..kept })
}

fn line(number: u32) -> String {
    let answered = &kept().run.answers[number as usize];
    answer(number, &answered.question, &answered.reply)
}

fn read(text: &str) -> Log {
    parse(text.as_bytes(), None).unwrap()
}

#[test]
fn what_is_written_is_read_whether_at_once_or_answer_by_answer() {
    let at_once = log(5);
    assert_eq!(read(&at_once), Log { kept: kept(), n_damaged: 0 });
    let by_answer = log(0) + &(0..5).map(line).collect::<String>();
    assert_eq!(by_answer, at_once);
    assert_eq!(at_once.lines().count(), 6);
    assert!(at_once.lines().next().unwrap().contains(PERMANENT_LINE));
    assert!(!at_once.contains("matched"), "what a rule read is not kept");
}

#[test]
fn the_last_name_holds() {
    let text = log(2) + &renamed("second") + &line(2) + &renamed("third");
    let log = read(&text);
    assert_eq!((log.kept.name.as_str(), log.kept.run.answers.len(), log.n_damaged), ("third", 3, 0));
}

#[test]
fn another_rule_reads_the_same_answers_and_is_told() {
    let mut kept = kept();
    kept.run.answers[0].reply.text = "B. not the liver at all, as far as one can see".into();
    let text = begin(&kept);
    let later = parse(text.as_bytes(), Some(Rule::VlmEval2025Aug)).unwrap().kept.run;
    assert_eq!((later.conditions.rule, later.answers[0].matched), (Rule::VlmEval2025Aug, Match::NotFound));
    assert_ne!(parse(text.as_bytes(), None).unwrap().kept.run.answers[0].matched, Match::NotFound);
}

#[test]
fn a_torn_line_is_dropped_and_may_be_written_behind() {
    let torn = log(2) + line(2).trim_end();
    assert_eq!((read(&torn).kept.run.answers.len(), read(&torn).n_damaged), (2, 0));
    for kept_of_it in [0, 1, 20, 200] {
        let torn = log(2) + &line(2)[..kept_of_it];
        let gone_on = torn.clone() + &line(2) + &line(3);
        assert_eq!((read(&gone_on).kept.run.answers.len(), read(&gone_on).n_damaged), (4, 0), "{kept_of_it}");
        assert_eq!(read(&(torn + &renamed("again"))).kept.name, "again");
    }
}

#[test]
fn answers_behind_a_gap_are_left_out_and_counted() {
    let gap = log(2) + &line(3) + &line(4);
    assert_eq!((read(&gap).kept.run.answers.len(), read(&gap).n_damaged), (2, 2));
    let damaged = log(2) + "{\"number\":2,\"question\":7}\n" + &line(3);
    assert_eq!((read(&damaged).kept.run.answers.len(), read(&damaged).n_damaged), (2, 2));
    let mended = damaged + &line(2) + &line(3);
    assert_eq!((read(&mended).kept.run.answers.len(), read(&mended).n_damaged), (4, 2));
    let mut few = kept();
    few.run.n_total = 3;
    let too_many = parse(begin(&few).as_bytes(), None).unwrap();
    assert_eq!((too_many.kept.run.answers.len(), too_many.n_damaged), (3, 2));
}

#[test]
fn of_two_answers_with_one_number_the_first_stands() {
    let answered = &kept().run.answers[1];
    let text = log(2) + &answer(1, &answered.question, &Reply::default()) + "\n" + &line(2);
    assert_eq!((read(&text).kept.run, read(&text).n_damaged), (read(&log(3)).kept.run, 0));
}

#[test]
fn a_number_that_is_none_costs_no_answer() {
    let reply =
        Reply { seconds: f64::NAN, preference: vec![0.5, f32::NAN], text: "B".into(), ..Reply::default() };
    let log = read(&(log(0) + &answer(0, &kept().run.answers[0].question, &reply)));
    let found = &log.kept.run.answers[0].reply;
    assert_eq!((found.text.as_str(), found.seconds, found.preference.len()), ("B", 0.0, 0));
}

#[test]
fn a_stranger_is_told_as_what_it_is() {
    let error = |text: &str| parse(text.as_bytes(), None).unwrap_err();
    assert_eq!(error(""), LogError::NoHeader { n_bytes: 0 });
    assert_eq!(error("\n\n"), LogError::NoHeader { n_bytes: 2 });
    assert_eq!(error(log(0).trim_end()), LogError::NoHeader { n_bytes: log(0).len() - 1 });
    let table = error("index\tquestion\tA\n0\tWhich?\ta\n").to_string();
    assert!(table.contains("index\\tquestion") && table.contains("expected the log"), "{table}");
    assert!(
        matches!(error("{\"format\":\"another\",\"version\":1}\n"), LogError::NotOurs { found } if found == "another")
    );
    let newer = log(0).replace("\"version\":1", "\"version\":2");
    assert_eq!(error(&newer), LogError::Version { found: 2 });
    let lacking = log(0).replace("\"n_total\"", "\"total\"");
    assert!(error(&lacking).to_string().contains("n_total"), "{}", error(&lacking));
    assert!(parse(&[0xff; 300], None).is_err() && parse(b"\n", None).is_err());
}

proptest! {
    #[test]
    fn a_log_that_is_cut_gives_a_beginning_of_the_run(cut in 0..10_000_usize) {
        let whole = log(5);
        let cut = cut.min(whole.len());
        let header = whole.lines().next().unwrap().len();
        match parse(&whole.as_bytes()[..cut], None) {
            Ok(log) => {
                let n = log.kept.run.answers.len();
                prop_assert_eq!(log.n_damaged, 0);
                prop_assert_eq!(&log.kept.run.answers[..], &kept().run.answers[..n]);
                prop_assert_eq!(whole.as_bytes()[..cut].iter().filter(|&&byte| byte == b'\n').count(), n + 1);
            }
            Err(_) => prop_assert!(cut <= header),
        }
    }

    #[test]
    fn bytes_that_change_or_vanish_never_panic_and_never_add_an_answer(
        changes in proptest::collection::vec((0..10_000_usize, any::<u8>()), 1..8),
        from in 0..10_000_usize,
        len in 0..300_usize,
    ) {
        let mut bytes = log(5).into_bytes();
        for (at, byte) in changes {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        let from = from % bytes.len();
        let to = (from + len).min(bytes.len());
        bytes.drain(from..to);
        if let Ok(log) = parse(&bytes, Some(Rule::VlmEval2026Jun)) {
            prop_assert!(log.kept.run.answers.len() <= 5);
        }
    }

    #[test]
    fn any_bytes_are_taken(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = parse(&bytes, None);
        let _ = parse(&[log(1).as_bytes(), &bytes, b"\n"].concat(), None);
    }
}
