use anyhow::{Context, Result, ensure};
use serde_json::json;

use super::AskPage;
use crate::browser::view::{Scheme, View};

/// A question and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Its text in the conversation.
    pub question: String,
    /// What was answered so far.
    pub answer: String,
    /// `waiting`, `streaming`, `end-of-turn`, `max-tokens`, `stopped`, `context-full`, `failed`.
    pub end: String,
}

/// The page's message to a person who tried something that cannot be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// What was found and expected.
    pub text: String,
    /// What to do.
    pub remedy: String,
}

/// A figure of the status line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The model's name.
    Model,
    /// As in GGUF.
    Quantisation,
    /// What computes.
    Backend,
    /// How many tokens the image became.
    VisualTokens,
    /// Time of the vision tower.
    Encoding,
    /// Time of the prompt.
    Prefill,
    /// Speed of the answer.
    Decoding,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Model,
        Self::Quantisation,
        Self::Backend,
        Self::VisualTokens,
        Self::Encoding,
        Self::Prefill,
        Self::Decoding,
    ];

    fn selector(self) -> &'static str {
        match self {
            Self::Model => "#status-model",
            Self::Quantisation => "#status-quantisation",
            Self::Backend => "#status-backend",
            Self::VisualTokens => "#status-visual-tokens",
            Self::Encoding => "#status-encoding",
            Self::Prefill => "#status-prefill",
            Self::Decoding => "#status-decoding",
        }
    }
}

/// How wide the page is in a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Width {
    /// Which view.
    pub view: View,
    /// What the page takes.
    pub content_px: u64,
    /// What the view has.
    pub view_px: u64,
}

const LAST_TURN: &str = "
    const turn = [...document.querySelectorAll('#conversation .turn')].at(-1);
    if (!turn) return null;
    const text = (selector) => turn.querySelector(selector)?.textContent?.trim() ?? '';
    const end = turn.querySelector('.turn-answer')?.dataset.end ?? '';
    return { question: text('.turn-question'), answer: text('.turn-answer'), end }";

const MESSAGE: &str = "
    const message = document.querySelector('#message');
    if (!message || !message.checkVisibility()) return null;
    const text = (selector) => message.querySelector(selector)?.textContent?.trim() ?? '';
    return { text: text('.message-text'), remedy: text('.message-remedy') }";

/// What a person sees.
impl AskPage<'_> {
    /// How many questions are in the conversation.
    pub async fn n_turns(&self) -> Result<u64> {
        let count =
            self.browser.run("return document.querySelectorAll('#conversation .turn').length", &[]).await?;
        count.as_u64().context("a count is a number")
    }

    /// The last question, if any.
    pub async fn last_turn(&self) -> Result<Option<Turn>> {
        let turn = self.browser.run(LAST_TURN, &[]).await?;
        if turn.is_null() {
            return Ok(None);
        }
        let text = |name: &str| turn[name].as_str().unwrap_or_default().to_owned();
        Ok(Some(Turn { question: text("question"), answer: text("answer"), end: text("end") }))
    }

    /// Waits for a message that says what was found and what to do.
    pub async fn wait_for_message(&self) -> Result<Message> {
        let message = self.wait_for("a message", async |page| page.message().await).await?;
        ensure!(message.text.len() > 10, "the message says too little: {message:?}");
        ensure!(message.remedy.len() > 10, "the message does not say what to do: {message:?}");
        Ok(message)
    }

    /// The message that is shown, if any.
    pub async fn message(&self) -> Result<Option<Message>> {
        let message = self.browser.run(MESSAGE, &[]).await?;
        if message.is_null() {
            return Ok(None);
        }
        let text = |name: &str| message[name].as_str().unwrap_or_default().to_owned();
        Ok(Some(Message { text: text("text"), remedy: text("remedy") }))
    }

    /// A figure of the status line.
    pub async fn status(&self, status: Status) -> Result<String> {
        self.text(status.selector()).await
    }

    /// Whether this browser offers no WebGPU adapter.
    pub async fn has_no_webgpu(&self) -> Result<bool> {
        let script = "return !navigator.gpu || await navigator.gpu.requestAdapter() === null";
        Ok(self.browser.run_async(script, &[]).await? == json!(true))
    }

    /// How wide the page is, and how wide its view: on a phone and on a wide screen.
    pub async fn widths_at_both_views(&self) -> Result<Vec<Width>> {
        let mut widths = Vec::new();
        for view in [View::Phone, View::Desktop] {
            self.browser.look_at(view, Scheme::Light).await?;
            let script = "return [document.documentElement.scrollWidth, window.innerWidth]";
            let pair = self.browser.run(script, &[]).await?;
            let px = |number: usize| pair[number].as_u64().context("a width is a number");
            widths.push(Width { view, content_px: px(0)?, view_px: px(1)? });
        }
        Ok(widths)
    }
}
