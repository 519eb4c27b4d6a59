//! What `index.html` says before the program runs must agree with what is said elsewhere.

const INDEX: &str = include_str!("../../../../index.html");
const FRAME: &str = include_str!("../../../../web/download.html");
const TRUNK: &str = include_str!("../../../../Trunk.toml");

#[test]
fn the_permanent_line_is_there_from_the_start() {
    assert!(INDEX.contains(protocol::PERMANENT_LINE));
}

#[test]
fn each_document_has_a_policy_of_its_own_and_the_headers_add_only_who_may_frame_it() {
    let policy = policy(INDEX);
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    assert!(!policy.contains("'unsafe-inline'") && !policy.contains("'unsafe-eval'"), "{policy}");
    // Headers go with every file, so they can hold nothing in which the two documents differ.
    assert_eq!(between(TRUNK, "\"Content-Security-Policy\" = \"", '"'), "frame-ancestors 'self'");
}

#[test]
fn the_page_that_sees_images_reaches_its_own_origin_alone() {
    let directives = |document| policy(document).split("; ").collect::<Vec<_>>();
    let page = directives(INDEX);
    for needed in ["connect-src 'self'", "frame-src 'self'", "form-action 'none'", "base-uri 'none'"] {
        assert!(page.contains(&needed), "{needed} is not in {page:?}");
    }
    // The frame reaches further, and shows and sends nothing else.
    let frame = directives(FRAME);
    assert!(frame.contains(&"default-src 'none'") && frame.contains(&"form-action 'none'"), "{frame:?}");
    let reach = "connect-src 'self' https: http://127.0.0.1:* http://localhost:*";
    assert!(frame.contains(&reach), "{frame:?}");
    assert!(!frame.iter().any(|it| it.starts_with("img-src") || it.starts_with("frame-src")), "{frame:?}");
}

#[test]
fn nothing_is_inline() {
    for document in [INDEX, FRAME] {
        for found in document.split("<script").skip(1) {
            assert!(found.split('>').next().is_some_and(|tag| tag.contains(" src=")), "<script{found}");
        }
        assert!(
            !document.contains("<style") && !document.contains(" style=") && !document.contains(" onload=")
        );
    }
}

fn policy(document: &'static str) -> &'static str {
    between(document, "http-equiv=\"Content-Security-Policy\" content=\"", '"')
}

fn between(text: &'static str, before: &str, after: char) -> &'static str {
    let rest = text.split_once(before).map(|(_, rest)| rest).unwrap_or_default();
    rest.split(after).next().unwrap_or_default()
}
