//! The rules of `crates/README.md`, checked: who may depend on whom, and how long a file may be.

use std::path::{Path, PathBuf};

use anyhow::Result;
use tests::architecture::{Edge, Edges, FileSizes, SourceFile, Texts, Workspace};

/// "Directions" of `crates/README.md`. A crate may name what stands anywhere below it.
const EDGES: Edges = Edges {
    between_members: &[
        ("tensor", &[]),
        ("bench", &[]),
        ("phantoms", &[]),
        ("protocol", &["bench"]),
        ("workbook", &["bench"]),
        ("runs", &["bench"]),
        ("pack", &["tensor", "download"]),
        ("web", &[]),
        ("download", &[]),
        ("catalogue", &["download"]),
        ("weights", &["tensor"]),
        ("imaging", &["tensor"]),
        ("kernels", &["tensor"]),
        ("model", &["tensor", "weights", "imaging"]),
        ("cpu", &["tensor", "weights", "imaging", "model"]),
        ("gpu", &["tensor", "weights", "imaging", "kernels", "model"]),
        ("engine", &["tensor", "weights", "imaging", "model", "bench", "phantoms", "protocol"]),
        (
            "worker",
            &[
                "tensor", "weights", "imaging", "model", "bench", "workbook", "protocol", "download",
                "engine", "cpu", "gpu",
            ],
        ),
        // It reaches the network, so it cannot even name an image.
        ("downloader", &["tensor", "weights", "download"]),
        (
            "qvm",
            &[
                "tensor", "weights", "imaging", "model", "bench", "workbook", "protocol", "pack", "engine",
                "cpu", "gpu",
            ],
        ),
        ("app", &["bench", "protocol", "download", "catalogue"]),
        ("xtask", &[]),
        // Drives everything from outside; the benchmark and golden parity run the engine.
        (
            "tests",
            &[
                "tensor", "weights", "imaging", "model", "bench", "protocol", "engine", "cpu", "gpu", "pack",
                "qvm", "xtask",
            ],
        ),
    ],
    reserved: &[
        ("candle", &["weights", "cpu", "pack"]),
        ("web-sys", &["worker", "downloader", "app"]),
        ("serde-wasm-bindgen", &["worker", "downloader", "app"]),
        ("wasm-bindgen", &["worker", "downloader", "app"]),
        ("js-sys", &["worker", "downloader", "app"]),
        ("gloo", &["worker", "app"]),
        ("leptos", &["app"]),
        ("wgpu", &["gpu"]),
        ("naga", &["kernels"]),
        ("tokenizers", &["model"]),
    ],
};

const FILE_SIZES: FileSizes = FileSizes(&[("rs", 500), ("wgsl", 300)]);

/// Paths of one machine, which no other has. Split, so that this file does not hold them.
const TEXTS: Texts = Texts(&[(concat!("/wo", "rk/"), &[]), (concat!("/ro", "ot/"), &[])]);

#[test]
fn crates_depend_on_what_the_architecture_page_says_and_nothing_else() {
    let workspace = Workspace::read().unwrap();
    assert!(workspace.members.len() >= 14, "found only the members {:?}", workspace.members);
    assert!(workspace.edges.len() >= 30, "found only {} edges", workspace.edges.len());
    assert!(workspace.edges.contains(&Edge::new("model", "weights")), "an edge that is there was not read");
    assert_none(&EDGES.violations(&workspace));
}

#[test]
fn the_rules_know_every_member() {
    let workspace = Workspace::read().unwrap();
    let known = |member: &String| EDGES.between_members.iter().any(|(name, _)| name == member);
    let unknown = workspace.members.iter().filter(|member| !known(member)).collect::<Vec<_>>();
    assert!(unknown.is_empty(), "add {unknown:?} to crates/README.md and to this test");
}

#[test]
fn files_are_short() {
    let files = sources().unwrap();
    assert!(files.len() >= 60, "found only {} files", files.len());
    assert_none(&FILE_SIZES.violations(&files));
}

#[test]
fn no_file_names_a_folder_of_one_machine() {
    assert_none(&TEXTS.violations(&sources().unwrap()));
}

#[test]
fn a_wrong_edge_is_found() {
    let wrong = [
        ("app", "engine"),
        ("app", "phantoms"),
        ("bench", "phantoms"),
        ("phantoms", "imaging"),
        ("engine", "cpu"),
        ("tensor", "weights"),
        ("protocol", "tensor"),
        ("protocol", "phantoms"),
        ("model", "candle-core"),
        ("qvm", "candle-core"),
        ("pack", "cpu"),
        ("engine", "web-sys"),
        ("worker", "wgpu"),
        ("downloader", "protocol"),
        ("downloader", "engine"),
        ("downloader", "model"),
        ("downloader", "imaging"),
        ("download", "protocol"),
        ("download", "web-sys"),
        ("newcomer", "tensor"),
    ];
    let right = [
        ("app", "bench"),
        ("engine", "phantoms"),
        ("worker", "cpu"),
        ("worker", "download"),
        ("downloader", "download"),
        ("downloader", "web-sys"),
        ("weights", "candle-core"),
        ("pack", "candle-core"),
        ("model", "thiserror"),
    ];
    let edge = |(from, to): &(&str, &str)| Edge::new(from, to);
    let workspace = Workspace {
        members: EDGES.between_members.iter().map(|(name, _)| (*name).to_owned()).collect(),
        edges: wrong.iter().chain(&right).map(edge).collect(),
    };
    let violations = EDGES.violations(&workspace);
    assert_eq!(violations.len(), wrong.len(), "{violations:#?}");
    for (from, to) in wrong {
        assert!(
            violations.iter().any(|v| v.starts_with(from) && v.contains(to)),
            "{from} -> {to} was let pass"
        );
    }
}

#[test]
fn a_long_file_and_a_machine_path_are_found() {
    let file = |path: &str, text: String| SourceFile { path: PathBuf::from(path), text };
    let files = [
        file("crates/a/src/long.rs", "//\n".repeat(501)),
        file("crates/a/src/short.rs", "//\n".repeat(500)),
        file("crates/a/src/long.wgsl", "//\n".repeat(301)),
        file("crates/a/src/path.rs", concat!("// see /wo", "rk/notes\n").to_owned()),
    ];
    let long = FILE_SIZES.violations(&files);
    assert_eq!(long.len(), 2, "{long:#?}");
    assert!(
        long[0].contains("long.rs has 501 lines") && long[1].contains("long.wgsl has 301 lines"),
        "{long:#?}"
    );
    let paths = TEXTS.violations(&files);
    assert_eq!(paths.len(), 1, "{paths:#?}");
    assert!(paths[0].contains("path.rs:1"), "{paths:#?}");
}

/// Each document has a policy of its own: a static host sends no headers, and one that does sends the same with every file.
#[test]
fn the_policy_of_each_document_stands_in_it() {
    let manifest: toml::Table = read("Trunk.toml").parse().unwrap();
    let header = manifest["serve"]["headers"]["Content-Security-Policy"].as_str();
    // The one directive that browsers heed in a header only.
    assert_eq!(header, Some("frame-ancestors 'self'"));

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

/// What has no place in the policy of a document that sees images.
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
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file)).unwrap_or_default()
}

fn sources() -> Result<Vec<SourceFile>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
    SourceFile::all(&root, &["crates", "tests"], &["rs", "wgsl"])
}

fn assert_none(violations: &[String]) {
    assert!(violations.is_empty(), "{} violations:\n{}", violations.len(), violations.join("\n"));
}
