//! The main job.

use anyhow::{Context, Result, ensure};
use tests::browser::{AskPage, Status, spec};

use crate::examples::{Example, ask_first_example};

/// In the words that the bundled model was trained on; its answer is a few dozen tokens long.
const LONG_QUESTION: &str = "Describe the image.";

#[test]
fn the_model_loads_and_every_example_is_answered_rightly() -> Result<()> {
    spec("examples", async |ground| {
        let page = AskPage::open_and_wait_until_ready(ground).await?;
        for (number, example) in Example::all()?.iter().enumerate() {
            let turn = page.click_example(number).await?;
            ensure!(turn.question == example.question, "another question was asked: {:?}", turn.question);
            example.ensure_right(&turn)?;
        }
        for status in Status::ALL {
            ensure!(!page.status(status).await?.is_empty(), "the status line says nothing of {status:?}");
        }
        Ok(())
    })
}

#[test]
fn without_webgpu_a_dropped_image_is_asked_about_and_the_right_answer_streams() -> Result<()> {
    spec("drop", async |ground| {
        let page = AskPage::open_and_wait_until_ready(ground).await?;
        ensure!(page.has_no_webgpu().await?, "this spec is about a browser without WebGPU");
        let example = Example::first()?;
        page.drop_image(&example.image()?).await?;
        page.type_question(&example.question).await?;
        page.observe().await?;
        let turn = page.ask_and_wait().await?;
        example.ensure_right(&turn)?;
        ensure!(turn.question == example.question, "another question was asked: {:?}", turn.question);

        page.new_conversation().await?;
        page.type_question(LONG_QUESTION).await?;
        page.observe().await?;
        let turn = page.ask_and_wait().await?;
        let states = page.observed_answers().await?;
        let grows =
            states.windows(2).all(|pair| pair[1].starts_with(pair[0].trim_end()) || pair[0].is_empty());
        ensure!(states.len() >= 4 && grows, "the answer did not stream: {states:#?}");
        ensure!(
            states.last().map(|text| text.trim()) == Some(turn.answer.as_str()),
            "{states:#?} ended as {turn:?}"
        );
        Ok(())
    })
}

#[test]
fn the_page_is_never_busy_for_50_ms_while_it_answers() -> Result<()> {
    spec("responsive", async |ground| {
        let page = AskPage::open_and_wait_until_ready(ground).await?;
        ask_first_example(&page).await?;
        page.type_question(LONG_QUESTION).await?;
        page.observe().await?;
        page.ask_and_wait().await?;
        let busy = page.observed_long_tasks_ms().await?;
        ensure!(busy.is_empty(), "tasks of the page took {busy:?} ms while it answered");
        page.be_busy_for_ms(120).await?;
        ensure!(!page.observed_long_tasks_ms().await?.is_empty(), "the observer sees no long task at all");
        Ok(())
    })
}

#[test]
fn stop_stops_and_the_page_goes_on() -> Result<()> {
    spec("stop", async |ground| {
        let page = AskPage::open_and_wait_until_ready(ground).await?;
        ask_first_example(&page).await?;
        page.type_question(LONG_QUESTION).await?;
        page.stop_once_answering().await?;
        let turn = page.ask_and_wait().await?;
        ensure!(turn.end == "stopped", "Stop did not stop: {turn:?}");
        ask_first_example(&page).await
    })
}

#[test]
fn a_second_question_does_not_encode_the_image_again() -> Result<()> {
    spec("reused", async |ground| {
        let page = AskPage::open_and_wait_until_ready(ground).await?;
        ask_first_example(&page).await?;
        let first = page.status(Status::Encoding).await?;
        ensure!(!first.contains("reused"), "the first question must encode the image, but: {first:?}");
        page.type_question(LONG_QUESTION).await?;
        page.ask_and_wait().await?;
        let second = page.status(Status::Encoding).await?;
        ensure!(second.contains("reused"), "the image was encoded again: {second:?}");

        let other = Example::all()?.into_iter().nth(1).context("the page has one example only")?;
        page.drop_image(&other.image()?).await?;
        page.type_question(&other.question).await?;
        other.ensure_right(&page.ask_and_wait().await?)?;
        let third = page.status(Status::Encoding).await?;
        ensure!(!third.contains("reused"), "another image must be encoded, but: {third:?}");
        Ok(())
    })
}
