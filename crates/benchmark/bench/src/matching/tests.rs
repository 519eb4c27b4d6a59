use super::*;

const ORGANS: [&str; 4] = ["liver", "left kidney", "kidney", "spleen"];
const FIVE: [&str; 5] = ["one", "two", "three", "four", "five"];

/// What the three rules read, oldest first: a letter, `Z` for a refusal, `-` for nothing.
fn read(prediction: &str, options: &[&str]) -> String {
    Rule::ALL
        .iter()
        .map(|&rule| match matched(rule, prediction, options) {
            Match::Option(letter) => letter.char(),
            Match::Refused => 'Z',
            Match::NotFound => '-',
        })
        .collect()
}

#[track_caller]
fn assert_reads(cases: &[(&str, &str)], options: &[&str]) {
    for &(prediction, expected) in cases {
        assert_eq!(read(prediction, options), expected, "{prediction:?}");
    }
}

#[test]
fn a_letter_of_its_own_is_the_option() {
    assert_reads(
        &[
            ("B. left kidney", "BBB"),
            ("B", "BBB"),
            ("(C)", "CCC"),
            ("**D**", "DDD"),
            ("{A}!", "AAA"),
            ("D. D. D.", "DDD"),
            ("Answer:C", "CCC"),
            ("\u{1c}C\u{1f}kidney", "CCC"),
            // Other punctuation does not end a word, and lower-case letters do not count.
            ("C?", "---"),
            ("b", "---"),
            // There is no option E here.
            ("E", "---"),
            ("", "---"),
        ],
        &ORGANS,
    );
}

#[test]
fn two_letters_are_none_and_the_texts_decide() {
    assert_reads(&[("A or B", "---"), ("A or B: the spleen", "DDD"), ("A B", "---")], &ORGANS);
}

#[test]
fn later_rules_want_the_letter_among_the_last_four_words() {
    assert_reads(
        &[
            ("B x y z", "BBB"),
            ("B v w x y", "B--"),
            // The first place of the letter counts.
            ("B v w x y B", "B--"),
            ("x y z B", "BBB"),
            // An article counts as a letter by default.
            ("This shows A mass of some kind here", "A--"),
        ],
        &ORGANS,
    );
    // Five words, and option A's text contains option B's.
    assert_reads(
        &[("A. not infected with malaria", "A--"), ("B. infected with malaria", "BBB")],
        &["not infected with malaria", "infected with malaria"],
    );
}

#[test]
fn texts_are_looked_for_in_any_case() {
    assert_reads(
        &[
            ("It is the LIVER", "AAA"),
            ("spleen", "DDD"),
            // It contains both B's and C's text.
            ("left kidney", "---"),
            ("right kidney", "CCC"),
            ("liver and spleen", "---"),
        ],
        &ORGANS,
    );
}

#[test]
fn later_rules_do_not_look_for_texts_in_long_answers() {
    // Twice 5 + 11 + 6 + 6 characters is 56.
    let long = |n: usize| format!("spleen{}", "é".repeat(n - 6));
    assert_reads(&[(&long(56), "DDD"), (&long(57), "D--")], &ORGANS);
}

#[test]
fn the_latest_rule_knows_a_phrase() {
    assert_reads(
        &[
            ("The correct ANSWER  is **B** because of how v w x y look", "B-B"),
            ("the answer is *b*, since v w x y z look so", "--B"),
            ("The answer is\n(B) since v w x y z look so", "B--"),
            ("The answer is B since A looks so", "--B"),
            // The letter may begin a word.
            ("The answer is a bit hard to see in it", "--A"),
            // Of several, the first that names a letter of A to D.
            ("The answer is E. Or the answer is D v w x y z", "D-D"),
            ("answeris B v w x y z", "B--"),
            ("answer isB v w x y z", "---"),
        ],
        &ORGANS,
    );
    // The phrase does not accept E; and three options have no D.
    assert_reads(&[("The answer is E since v w x y z", "E--")], &FIVE);
    assert_reads(&[("the answer is d, said b, answer is b or v w x y", "---")], &["x1", "x2", "x3"]);
}

#[test]
fn refusals_and_failed_requests_are_told_apart() {
    assert_reads(
        &[
            ("Cannot determine the answer from the image: B", "ZZZ"),
            ("I'm sorry, but without the image provided I cannot say", "ZZZ"),
            ("Z", "ZZZ"),
            ("Z. none of these", "ZZZ"),
            ("Z or B", "BBB"),
            ("Failed to obtain answer via API. B", "---"),
            // If no letter is read, an option's text still is.
            ("Failed to obtain answer via API: spleen", "DDD"),
        ],
        &ORGANS,
    );
}

#[test]
fn no_answer_however_odd_is_a_panic() {
    for prediction in
        ["answer is", "answer is *", "ANSWER", "ünswer is é", "answer\u{a0}is\u{3000}", "🩻answe", "is"]
    {
        for rule in Rule::ALL {
            assert_eq!(matched(rule, prediction, &ORGANS), Match::NotFound, "{prediction:?}");
            assert_eq!(matched(rule, prediction, &[] as &[&str]), Match::NotFound, "{prediction:?}");
        }
    }
}

#[test]
fn rules_have_names() {
    for rule in Rule::ALL {
        assert_eq!(rule.name().parse(), Ok(rule));
        assert_eq!(serde_json::to_string(&rule).unwrap(), format!("\"{rule}\""));
    }
    assert!("vlmeval".parse::<Rule>().unwrap_err().to_string().contains("vlmeval-2025-08"));
    assert_eq!(Rule::default(), Rule::VlmEval2024);
}

#[test]
fn a_hit_needs_a_known_answer() {
    let b = Letter::of(1);
    assert_eq!(Match::Option(Letter::of(1).unwrap()).hits(b), Some(true));
    assert_eq!(Match::Option(Letter::of(0).unwrap()).hits(b), Some(false));
    assert_eq!(Match::Refused.hits(b), Some(false));
    assert_eq!(Match::Option(Letter::of(1).unwrap()).hits(None), None);
}
