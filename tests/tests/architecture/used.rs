use tests::architecture::{Edge, Program, Purpose, SourceFile, Unnamed, Used, Workspace};

use crate::rules::USED;
use crate::{assert_none, file, sources};

#[test]
fn every_dependency_is_named_by_a_source_file() {
    let workspace = Workspace::read().unwrap();
    assert!(workspace.programs.len() >= 30, "found only {} programs", workspace.programs.len());
    assert!(workspace.test_edges.contains(&Edge::new("engine", "cpu")), "a dev-dependency was not read");
    assert_none(&USED.violations(&workspace, &sources().unwrap()).unwrap());
}

/// A crate with a library, a test of its own and a test beside it.
fn workspace(edges: &[&str], test_edges: &[&str]) -> Workspace {
    let program = |root: &str, purpose| Program { member: "a".to_owned(), root: root.into(), purpose };
    Workspace {
        members: ["a".to_owned()].into(),
        edges: edges.iter().map(|to| Edge::new("a", to)).collect(),
        test_edges: test_edges.iter().map(|to| Edge::new("a", to)).collect(),
        programs: vec![program("a/src/lib.rs", Purpose::Ships), program("a/tests/whole.rs", Purpose::Tests)],
    }
}

fn files() -> [SourceFile; 4] {
    let library = "
        //! Nothing of `commented::Name` is here.
        mod browser;
        mod shadow;
        use grouped::{One, deep::{Two, self}};
        #[derive(by_attribute::Derive)]
        struct S(in_type::T);
        fn f() { let text = \"quoted::name\"; shadow::g(); two_words::call!(macro_only::name()) }
        #[cfg(test)]
        use half_test::H;
        #[cfg(test)]
        mod tests { use in_own_test::T; }
        #[cfg(not(test))]
        use after_tests::A;";
    [
        file("a/src/lib.rs", library),
        file("a/src/browser.rs", "#[cfg(target_arch = \"wasm32\")] pub use wasm_only;"),
        file("a/src/shadow.rs", "pub fn g() {}"),
        file("a/tests/whole.rs", "#[test] fn t() { in_whole_test::f(); }"),
    ]
}

#[test]
fn names_in_every_place_of_a_source_file_count() {
    let ships = ["grouped", "by-attribute", "in-type", "two-words", "macro-only", "after-tests", "wasm-only"];
    let tests = ["in-own-test", "in-whole-test", "half-test"];
    assert_none(&Used(&[]).violations(&workspace(&ships, &tests), &files()).unwrap());
    // A dev-dependency that adds features to what ships.
    assert_none(&Used(&[]).violations(&workspace(&ships, &["in-own-test", "grouped"]), &files()).unwrap());
}

#[test]
fn a_dependency_that_nothing_names_is_found() {
    let ships = ["commented", "quoted", "shadow", "in-whole-test", "half-test", "grouped"];
    let violations = Used(&[]).violations(&workspace(&ships, &["in-own-test", "absent"]), &files()).unwrap();
    let expected = [
        "a depends on commented, but no source file of it names commented",
        "a depends on half-test, but only its tests use it",
        "a depends on in-whole-test, but only its tests use it",
        "a depends on quoted, but no source file",
        "a depends on shadow, but no source file",
        "a has the dev-dependency absent, but no test of it names absent",
    ];
    assert_eq!(violations.len(), expected.len(), "{violations:#?}");
    for (violation, expected) in violations.iter().zip(expected) {
        assert!(violation.starts_with(expected), "{violation} is not {expected}");
    }
}

#[test]
fn an_exception_lasts_as_long_as_it_is_one() {
    const EXCEPT: Used = Used(&[Unnamed { from: "a", to: "feature-only", reason: "" }]);
    assert_none(&EXCEPT.violations(&workspace(&["feature-only"], &[]), &files()).unwrap());
    let gone = EXCEPT.violations(&workspace(&[], &[]), &files()).unwrap();
    assert_eq!(gone, ["a -> feature-only is no exception: take it out of the test"]);
    let named = [file("a/src/lib.rs", "use feature_only::F;"), file("a/tests/whole.rs", "")];
    let named = EXCEPT.violations(&workspace(&["feature-only"], &[]), &named).unwrap();
    assert_eq!(named, gone);
}
