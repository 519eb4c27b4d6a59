//! What `index.html` says before the program runs must agree with what is said elsewhere.

const INDEX: &str = include_str!("../../../index.html");
const TRUNK: &str = include_str!("../../../Trunk.toml");

#[test]
fn the_permanent_line_is_there_from_the_start() {
    assert!(INDEX.contains(protocol::PERMANENT_LINE));
}

#[test]
fn the_policy_of_the_headers_begins_with_that_of_the_document() {
    let policy = between(INDEX, "http-equiv=\"Content-Security-Policy\" content=\"", '"');
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    assert!(!policy.contains("'unsafe-inline'") && !policy.contains("'unsafe-eval'"), "{policy}");
    let headers = between(TRUNK, "\"Content-Security-Policy\" = \"", '"');
    assert!(headers.starts_with(policy), "document: {policy}\nheaders:  {headers}");
}

#[test]
fn nothing_is_inline() {
    for found in INDEX.split("<script").skip(1) {
        assert!(found.split('>').next().is_some_and(|tag| tag.contains(" src=")), "<script{found}");
    }
    assert!(!INDEX.contains("<style") && !INDEX.contains(" style=") && !INDEX.contains(" onload="));
}

fn between(text: &'static str, before: &str, after: char) -> &'static str {
    let rest = text.split_once(before).map(|(_, rest)| rest).unwrap_or_default();
    rest.split(after).next().unwrap_or_default()
}
