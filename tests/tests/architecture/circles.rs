use std::path::PathBuf;

use tests::architecture::{Arrow, Circle, Circles, Known, Program, Purpose, SourceFile, Workspace, circles};

use crate::rules::CIRCLES;
use crate::{assert_none, file, sources};

#[test]
fn modules_of_a_crate_go_in_circles_only_where_it_is_known() {
    let files = sources().unwrap();
    let programs = Workspace::read().unwrap().programs;
    let shipped = programs.iter().filter(|program| program.purpose == Purpose::Ships);
    let found = shipped.flat_map(|program| circles(program, &files).unwrap()).collect::<Vec<_>>();
    assert_none(&CIRCLES.violations(&found));
}

fn found(files: &[SourceFile]) -> Vec<Circle> {
    let program = Program { member: "a".to_owned(), root: "a/src/lib.rs".into(), purpose: Purpose::Ships };
    circles(&program, files).unwrap()
}

fn arrow(from: &str, to: &str, file: &str, line: usize) -> Arrow {
    Arrow { from: from.to_owned(), to: to.to_owned(), file: PathBuf::from(file), line }
}

#[test]
fn a_circle_of_two_is_found_with_its_lines() {
    let circles = found(&[
        file("a/src/lib.rs", "mod one;\nmod other;\nmod two;"),
        file("a/src/one.rs", "\n\nuse crate::{\n    other::Other,\n    two::deep::Two,\n};\npub struct One;"),
        file("a/src/two/mod.rs", "mod deep;"),
        file("a/src/two/deep.rs", "pub struct Two;\nfn f() -> super::super::one::One { crate::other::f() }"),
        file("a/src/other.rs", "pub struct Other;"),
    ]);
    assert_eq!(circles.len(), 1, "{circles:#?}");
    assert_eq!(
        (circles[0].member.as_str(), circles[0].modules.as_slice()),
        ("a", &["one", "two"].map(str::to_owned)[..])
    );
    let arrows = [arrow("one", "two", "a/src/one.rs", 5), arrow("two", "one", "a/src/two/deep.rs", 2)];
    assert_eq!(circles[0].arrows, arrows);
    let said = circles[0].to_string();
    assert!(said.contains("a: one, two go round in a circle\n"), "{said}");
    assert!(said.contains("\n    two -> one at a/src/two/deep.rs:2"), "{said}");
}

#[test]
fn a_circle_of_three_is_found_below_the_root_and_through_reexports() {
    // `super::A` and `crate::top::C` belong to the siblings that define them.
    let circles = found(&[
        file("a/src/lib.rs", "mod top; pub use top::C;"),
        file(
            "a/src/top.rs",
            "mod a; mod b; mod c { use super::A; pub struct C; }\npub use a::A;\npub use c::*;",
        ),
        file("a/src/top/a.rs", "call!(<x> crate::top::b::f() </x>); pub struct A;"),
        file("a/src/top/b.rs", "use crate::C as Renamed; pub fn f() {}"),
    ]);
    assert_eq!(circles.len(), 1, "{circles:#?}");
    assert_eq!(circles[0].modules, ["top::a", "top::b", "top::c"]);
    assert_eq!(
        circles[0].arrows,
        [
            arrow("top::a", "top::b", "a/src/top/a.rs", 1),
            arrow("top::b", "top::c", "a/src/top/b.rs", 1),
            arrow("top::c", "top::a", "a/src/top.rs", 1),
        ]
    );
}

#[test]
fn parents_tests_and_comments_make_no_circle() {
    let circles = found(&[
        file("a/src/lib.rs", "mod one; mod two; pub use one::One; pub struct Own; fn f() { one::f(); two::f(); }"),
        file("a/src/one/mod.rs", "mod part; use crate::two::Two; use crate::Own; pub use part::P; struct Mine;"),
        // A parent's own type, and one that it re-exports from the module at hand.
        file("a/src/one/part.rs", "use super::Mine; use super::P as Same; use crate::one::Mine as Again; pub struct P;"),
        file(
            "a/src/two.rs",
            "//! As crate::one does.\n/* crate::one::f() */ pub struct Two; const S: &str = \"crate::one::f\";
             #[cfg(test)] fn t() { crate::one::f() }
             #[cfg(all(test, unix))] mod tests { use crate::one::P; }
             #[cfg(test)] mod more;",
        ),
        file("a/src/two/more.rs", "use crate::one::One;"),
    ]);
    assert!(circles.is_empty(), "{circles:#?}");
}

#[test]
fn a_known_circle_passes_while_it_is_the_same() {
    let files = [
        file("a/src/lib.rs", "mod one; mod two; mod three;"),
        file("a/src/one.rs", "use crate::two::Two;"),
        file("a/src/two.rs", "use crate::three::Three;"),
        file("a/src/three.rs", "use crate::one::One;"),
    ];
    const KNOWN: Circles =
        Circles(&[Known { member: "a", modules: &["one", "three", "two"], reason: "for this test" }]);
    let circle_of_three = found(&files);
    assert_none(&KNOWN.violations(&circle_of_three));
    assert_eq!(
        KNOWN.violations(&[]),
        ["a: [\"one\", \"three\", \"two\"] are no longer a circle: take them out of the test"]
    );
    // Only a part of it is known.
    const SMALLER: Circles =
        Circles(&[Known { member: "a", modules: &["one", "two"], reason: "for this test" }]);
    assert_eq!(SMALLER.violations(&circle_of_three).len(), 2);
    // Of another crate.
    const OTHER: Circles =
        Circles(&[Known { member: "b", modules: &["one", "three", "two"], reason: "for this test" }]);
    assert_eq!(OTHER.violations(&circle_of_three).len(), 2);
}

#[test]
fn a_module_without_a_file_is_an_error() {
    let program = Program { member: "a".to_owned(), root: "a/src/lib.rs".into(), purpose: Purpose::Ships };
    let error = circles(&program, &[file("a/src/lib.rs", "mod absent;")]).unwrap_err().to_string();
    assert!(error.contains("a/src/absent.rs") && error.contains("mod absent"), "{error}");
}
