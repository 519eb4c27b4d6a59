use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tests::browser::{AskPage, Turn, Upload};

/// An example of the page: an image, a question, and the correct answer.
pub(crate) struct Example {
    pub(crate) file: String,
    pub(crate) question: String,
    pub(crate) answer: String,
}

impl Example {
    /// All of them, in the order of the page.
    pub(crate) fn all() -> Result<Vec<Self>> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/examples/examples.json");
        let list: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(&path)?)?;
        let text = |example: &Value, name: &str| {
            example[name].as_str().map(str::to_owned).with_context(|| format!("an example without {name}"))
        };
        let example = |entry: &Value| {
            Ok(Self {
                file: text(entry, "file")?,
                question: text(entry, "question")?,
                answer: text(entry, "answer")?,
            })
        };
        list.iter().map(example).collect()
    }

    pub(crate) fn first() -> Result<Self> {
        Self::all()?.into_iter().next().context("the page has no example")
    }

    /// The one about this image.
    pub(crate) fn of(file: &str) -> Result<Self> {
        let example = Self::all()?.into_iter().find(|example| example.file == file);
        example.with_context(|| format!("the page has no example {file}"))
    }

    pub(crate) fn image(&self) -> Result<Upload> {
        Upload::from_dist(&format!("examples/{}", self.file))
    }

    /// Checks that a turn ended with the correct answer. The letter counts, with or without the option's text after it.
    pub(crate) fn ensure_right(&self, turn: &Turn) -> Result<()> {
        ensure!(turn.end == "end-of-turn", "the answer ended otherwise: {turn:?}");
        let right = is_right(&turn.answer, &self.answer);
        ensure!(right, "{}: expected {:?}, was answered {:?}", self.file, self.answer, turn.answer);
        Ok(())
    }
}

fn is_right(answer: &str, expected: &str) -> bool {
    let plain = |text: &str| text.trim().trim_end_matches('.').to_lowercase();
    plain(answer) == plain(expected)
}

/// Clicks the first example and waits for the answer: this shows that the page works.
pub(crate) async fn ask_first_example(page: &AskPage<'_>) -> Result<()> {
    Example::first()?.ensure_right(&page.click_example(0).await?)
}

#[test]
fn a_wrong_answer_is_not_right() {
    assert!(is_right("B. left.", "B. left"));
    for wrong in ["A. left", "B. right", "", "B. left or right"] {
        assert!(!is_right(wrong, "B. left"), "{wrong:?} counted as right");
    }
}
