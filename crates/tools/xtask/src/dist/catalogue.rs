//! What the catalogue of models promises to lie beside the page.

use std::fs;
use std::path::{Component, Path};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// Checks that every file of every bundled model is there. The catalogue's shape is judged by the crate `catalogue`.
///
/// # Errors
/// Names the model and the file, and what to do.
pub(super) fn check(dist: &Path) -> Result<()> {
    const REMEDY: &str = "put web/models.json right and run `cargo xtask dist`";
    let path = dist.join("models.json");
    let name = path.display();
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {name}"))?;
    let catalogue: Value =
        serde_json::from_str(&text).with_context(|| format!("{name} is not JSON: {REMEDY}"))?;
    let mut n_bundled = 0;
    for model in catalogue["models"].as_array().into_iter().flatten() {
        let id = model["id"].as_str().unwrap_or("without an id");
        for source in model["sources"].as_array().into_iter().flatten() {
            let Some(bundled) = source.get("bundled") else { continue };
            n_bundled += 1;
            for part in ["text", "vision"] {
                let file = bundled[part].as_str();
                let file = file.with_context(|| {
                    format!("{name}: the bundled model {id} names no {part} file: {REMEDY}")
                })?;
                let is_plain = Path::new(file).components().all(|part| matches!(part, Component::Normal(_)));
                ensure!(
                    is_plain && !file.contains(':'),
                    "{name}: the bundled model {id} has its {part} file at {file:?}, expected a path beside the page: {REMEDY}"
                );
                ensure!(
                    dist.join(file).is_file(),
                    "{name}: the bundled model {id} has its {part} file at {file:?}, where no file is: {REMEDY}"
                );
            }
        }
    }
    ensure!(
        n_bundled > 0,
        "{name} has no bundled model, expected the one that the page starts with: {REMEDY}"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(catalogue: &str) -> String {
        let dist = tempfile::tempdir().unwrap();
        fs::create_dir(dist.path().join("models")).unwrap();
        fs::write(dist.path().join("models/text.gguf"), "").unwrap();
        fs::write(dist.path().join("models/mmproj.gguf"), "").unwrap();
        fs::write(dist.path().join("models.json"), catalogue).unwrap();
        check(dist.path()).map_or_else(|error| error.to_string(), |()| String::new())
    }

    fn of(text: &str, vision: &str) -> String {
        let bundled = serde_json::json!({ "bundled": { "text": text, "vision": vision } });
        let elsewhere = serde_json::json!({ "id": "b", "sources": [{ "repository": { "text": "*.gguf" } }] });
        serde_json::json!({ "models": [elsewhere, { "id": "a", "sources": [bundled] }] }).to_string()
    }

    #[test]
    fn a_catalogue_whose_files_are_there_is_let_pass() {
        assert_eq!(refusal(&of("models/text.gguf", "models/mmproj.gguf")), "");
    }

    #[test]
    fn a_promise_that_is_not_kept_is_found() {
        let wrong = [
            (
                of("models/text.gguf", "models/other.gguf"),
                "model a has its vision file at \"models/other.gguf\", where no",
            ),
            (of("../text.gguf", "models/mmproj.gguf"), "expected a path beside the page"),
            (of("https://example.com/text.gguf", "models/mmproj.gguf"), "expected a path beside the page"),
            (
                "{\"models\": [{\"id\": \"a\", \"sources\": [{\"bundled\": {}}]}]}".to_owned(),
                "names no text file",
            ),
            ("{\"models\": []}".to_owned(), "has no bundled model"),
            ("{".to_owned(), "is not JSON"),
        ];
        for (catalogue, expected) in wrong {
            let found = refusal(&catalogue);
            assert!(found.contains(expected), "{expected}: {found}");
        }
    }
}
