use crate::root;

/// Each document has a policy of its own: a static host sends no headers, and one that does sends the same with every file.
#[test]
fn the_policy_of_each_document_stands_in_it() {
    let headers = read("web/_headers");
    let policies = headers.lines().filter_map(|line| line.trim().strip_prefix("Content-Security-Policy: "));
    // The one directive that browsers only follow in a header.
    assert_eq!(policies.collect::<Vec<_>>(), ["frame-ancestors 'self'"]);

    let page = policy_of("index.html");
    assert!(page.starts_with("default-src 'none'; ") && page.contains("; connect-src 'self';"), "{page}");
    assert!(page.contains("; frame-src 'self';"), "{page}");
    assert_eq!(loose(&page), None::<&str>, "{page}");

    let frame = policy_of("web/download.html");
    let expected = "default-src 'none'; script-src 'self' blob: 'wasm-unsafe-eval'; worker-src 'self' blob:; \
                    connect-src 'self' https: http://127.0.0.1:* http://localhost:*; base-uri 'none'; form-action 'none'";
    assert_eq!(frame, expected);
    // The policy of the one is not mistaken for that of the other.
    assert_eq!(loose(&frame), Some("*"));
}

/// A word that has no place in the policy of a document that sees images.
fn loose(policy: &str) -> Option<&'static str> {
    let words = ["*", "unsafe-inline", "'unsafe-eval'", "http:", "https:", "data:"];
    words.into_iter().find(|word| policy.contains(word))
}

/// The policy in a document's `<meta>` element, of which there is one.
fn policy_of(document: &str) -> String {
    let text = read(document);
    let policies: Vec<_> = text.split("http-equiv=\"Content-Security-Policy\" content=\"").skip(1).collect();
    assert_eq!(policies.len(), 1, "{document}");
    policies[0].split('"').next().unwrap_or_default().to_owned()
}

fn read(file: &str) -> String {
    std::fs::read_to_string(root().unwrap().join(file)).unwrap_or_default()
}
