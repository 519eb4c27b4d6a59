//! Mistakes that a person can make: each gets a message that says what was found and what to do, and the page goes on.

use anyhow::{Result, ensure};
use tests::browser::{AskPage, Ground, Message, Upload, spec};

use crate::examples::{Example, ask_first_example};

const TEXT_MODEL: &str = "models/phantom/text.gguf";
const VISION_MODEL: &str = "models/phantom/mmproj.gguf";

#[test]
fn a_corrupt_image() -> Result<()> {
    mistake("corrupt-image", &["chest.png", "PNG", "damaged"], async |page| {
        page.drop_files(&[Example::first()?.image()?.cut_in_half()]).await
    })
}

#[test]
fn a_text_file_named_png() -> Result<()> {
    mistake("text-named-png", &["notes.png", "PNG"], async |page| {
        page.pick_image(&Upload::new("notes.png", "These are notes, not an image.\n")).await
    })
}

#[test]
fn a_model_file_cut_off() -> Result<()> {
    mistake("truncated-gguf", &["text.gguf"], async |page| {
        let files = [Upload::from_dist(TEXT_MODEL)?.cut_in_half(), Upload::from_dist(VISION_MODEL)?];
        page.pick_model(&files).await
    })
}

#[test]
fn a_model_of_another_architecture() -> Result<()> {
    mistake("other-architecture", &["gptneox", "qwen2vl"], async |page| {
        let other = Upload::from_dist(TEXT_MODEL)?.of_architecture("qwen2vl", "gptneox")?;
        page.pick_model(&[other, Upload::from_dist(VISION_MODEL)?]).await
    })
}

#[test]
fn an_empty_question() -> Result<()> {
    spec("empty-question", async |ground| {
        let page = AskPage::open_and_wait_until_ready(ground).await?;
        page.drop_image(&Example::first()?.image()?).await?;
        for question in ["", "   "] {
            page.type_question(question).await?;
            page.ask().await?;
            let line = page.text("#question-line").await?;
            ensure!(line.contains("Type a question"), "beside the button stands {line:?}");
            ensure!(page.n_turns().await? == 0, "an empty question was asked");
        }
        ask_first_example(&page).await
    })
}

/// Makes a mistake on a working page, reads the message, and goes on as if nothing had happened.
fn mistake(name: &str, message_says: &[&str], make: impl AsyncFn(&AskPage<'_>) -> Result<()>) -> Result<()> {
    spec(name, async |ground: &Ground| {
        let page = AskPage::open_and_wait_until_ready(ground).await?;
        make(&page).await?;
        let Message { text, remedy } = page.wait_for_message().await?;
        for word in message_says {
            ensure!(text.contains(word), "the message does not say {word:?}: {text:?} {remedy:?}");
        }
        ground.browser.screenshots(&format!("message-{name}")).await?;
        page.close_message().await?;
        ask_first_example(&page).await
    })
}
