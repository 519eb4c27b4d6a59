use std::collections::BTreeSet;

use tests::architecture::{Edge, Edges, Workspace};

use crate::assert_none;
use crate::rules::EDGES;

#[test]
fn crates_depend_on_what_the_architecture_page_says_and_nothing_else() {
    let workspace = Workspace::read().unwrap();
    assert!(workspace.members.len() >= 14, "found only the members {:?}", workspace.members);
    assert!(workspace.edges.len() >= 30, "found only {} edges", workspace.edges.len());
    assert!(workspace.edges.contains(&Edge::new("model", "weights")), "an edge that is there was not read");
    assert_none(&EDGES.violations(&workspace));
    assert_none(&EDGES.unused(&workspace));
}

#[test]
fn the_rules_know_every_member_and_its_folder() {
    let workspace = Workspace::read().unwrap();
    let folder_of = |member: &str| {
        let program = workspace.programs.iter().find(|program| program.member == member).unwrap();
        let mut folders = program.root.iter().map(|folder| folder.to_str().unwrap());
        folders.find(|folder| *folder != "crates").unwrap().to_owned()
    };
    let there = workspace.members.iter().map(|member| (folder_of(member), member.clone()));
    let known = EDGES.between_members.iter().flat_map(|(folder, members)| {
        members.iter().map(|(member, _)| ((*folder).to_owned(), (*member).to_owned()))
    });
    let (there, known) = (there.collect::<BTreeSet<_>>(), known.collect::<BTreeSet<_>>());
    let differ = there.symmetric_difference(&known).collect::<Vec<_>>();
    assert!(differ.is_empty(), "put {differ:?} right in crates/README.md and in this test's rules");
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
        ("cpu", "candle-core"),
        ("model", "thiserror"),
    ];
    let members = EDGES.members().map(|(name, _)| name.to_owned()).collect();
    let edges = wrong.iter().chain(&right).map(edge).collect();
    let workspace = Workspace { members, edges, ..Workspace::default() };
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
fn an_edge_that_is_allowed_and_not_there_is_found() {
    const RULES: Edges = Edges {
        between_members: &[("core", &[("low", &[])]), ("page", &[("high", &["low"])])],
        reserved: &[("paint", &["high", "low"])],
    };
    let workspace = |edges: &[(&str, &str)]| Workspace {
        members: ["low", "high"].map(str::to_owned).into(),
        edges: edges.iter().map(edge).collect(),
        // A test's dependency is no use of a rule.
        test_edges: [Edge::new("high", "low"), Edge::new("low", "paint-more")].into(),
        ..Workspace::default()
    };
    let whole = workspace(&[("high", "low"), ("high", "paint"), ("low", "paint-more")]);
    assert_eq!(RULES.unused(&whole), [""; 0]);
    let unused = RULES.unused(&workspace(&[("high", "paint"), ("high", "thiserror")]));
    assert_eq!(unused.len(), 2, "{unused:#?}");
    assert!(unused[0].starts_with("high may depend on low, but its Cargo.toml does not"), "{unused:#?}");
    assert!(unused[1].starts_with("low may depend on paint, but its Cargo.toml does not"), "{unused:#?}");
}

fn edge((from, to): &(&str, &str)) -> Edge {
    Edge::new(from, to)
}
