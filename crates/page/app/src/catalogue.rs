//! What comes with the page: the bundled model and the example images.

use protocol::Turns;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A model the page can load by itself, from its own origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CatalogueModel {
    /// As the page names it before its file has.
    pub title: &'static str,
    /// The text model, relative to the page.
    pub text_path: &'static str,
    /// The vision tower, relative to the page.
    pub vision_path: &'static str,
    /// What it was trained on.
    pub turns: Turns,
}

/// The small model that is loaded on first open. It was trained on single questions about synthetic images, so
/// earlier turns confuse it.
pub const BUNDLED: CatalogueModel = CatalogueModel {
    title: "Phantom",
    text_path: "models/phantom/text.gguf",
    vision_path: "models/phantom/mmproj.gguf",
    turns: Turns::Single,
};

/// A synthetic image and a question whose answer is known.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Example {
    /// In `examples/`, beside the page.
    pub file: String,
    /// As the page names it.
    pub title: String,
    /// In the form the bundled model was trained on: with options, or free.
    pub question: String,
    /// What is right.
    pub answer: String,
}

impl Example {
    /// Its image's address, relative to the page.
    pub fn path(&self) -> String {
        format!("examples/{}", self.file)
    }
}

/// The examples, in the order the page shows them. The list is compiled in; a test keeps it well-formed, so an
/// unreadable list is an empty one.
pub fn examples() -> Vec<Example> {
    read(EXAMPLES_JSON).unwrap_or_default()
}

/// Reads JSON that is compiled in and that a test keeps well-formed. In a browser by the browser: a parser of our own would be a
/// fiftieth of the page's program.
#[cfg(target_arch = "wasm32")]
pub(crate) fn read<T: DeserializeOwned>(json: &str) -> Option<T> {
    serde_wasm_bindgen::from_value(js_sys::JSON::parse(json).ok()?).ok()
}

/// Reads JSON that is compiled in and that a test keeps well-formed.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn read<T: DeserializeOwned>(json: &str) -> Option<T> {
    serde_json::from_str(json).ok()
}

const EXAMPLES_JSON: &str = include_str!("../../../../web/examples/examples.json");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_well_formed_and_short() {
        let examples: Vec<Example> = read(EXAMPLES_JSON).expect("examples.json parses");
        assert!((4..=8).contains(&examples.len()), "{} examples", examples.len());
        for example in &examples {
            assert!(example.file.ends_with(".png") && !example.file.contains('/'), "{}", example.file);
            let answer = format!(". {}\n", example.answer);
            let letter_and_answer = format!("\n{}\n", example.answer);
            let is_free = !example.question.contains("\nOptions:\n");
            assert!(
                is_free
                    || example.question.contains(&answer)
                    || example.question.contains(&letter_and_answer),
                "{}: the answer {:?} is none of the options",
                example.file,
                example.answer
            );
        }
    }
}
