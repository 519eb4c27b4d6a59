use crate::rules::{FILE_SIZES, TEXTS};
use crate::{assert_none, file, sources};

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
fn a_long_file_and_a_machine_path_are_found() {
    let files = [
        file("crates/a/src/long.rs", &"//\n".repeat(501)),
        file("crates/a/src/short.rs", &"//\n".repeat(500)),
        file("crates/a/src/long.wgsl", &"//\n".repeat(301)),
        file("crates/a/src/path.rs", concat!("// see /wo", "rk/notes\n")),
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
