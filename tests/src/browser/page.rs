use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::chromium::Browser;
use super::devtools::{Scheme, View};
use super::fixtures::Upload;
use super::spec::Ground;

/// The page as a person uses it: what can be seen on it and done with it.
pub struct AskPage<'a> {
    browser: &'a Browser,
    url: String,
}

/// A question and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// As it stands in the conversation.
    pub question: String,
    /// What was answered so far.
    pub answer: String,
    /// `streaming`, `end-of-turn`, `max-tokens`, `stopped`, `context-full`, `failed`.
    pub end: String,
}

/// What the page tells a person who did something that cannot be done.
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

const DROP: &str = "
    const [files] = arguments;
    const data = new DataTransfer();
    for (const { name, bytes } of files) {
      const type = name.endsWith('.png') ? 'image/png' : '';
      data.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], name, { type }));
    }
    const zone = document.querySelector('#drop-zone');
    for (const name of ['dragenter', 'dragover', 'drop']) {
      zone.dispatchEvent(new DragEvent(name, { bubbles: true, cancelable: true, dataTransfer: data }));
    }";

/// Writes down every state of the last answer's text, and every task that kept the page busy.
const OBSERVE: &str = "
    const seen = { answers: [], longTasksMs: [] };
    const conversation = document.querySelector('#conversation');
    const look = () => {
      const answer = [...conversation.querySelectorAll('.turn-answer')].at(-1)?.textContent ?? '';
      if (answer !== seen.answers.at(-1)) seen.answers.push(answer);
    };
    new MutationObserver(look).observe(conversation, { childList: true, subtree: true, characterData: true });
    const tasks = new PerformanceObserver((list) => seen.longTasksMs.push(...list.getEntries().map((e) => e.duration)));
    tasks.observe({ type: 'longtask' });
    window.specSaw = seen;";

impl<'a> AskPage<'a> {
    /// Opens the page and waits until it shows itself.
    pub async fn open(ground: &'a Ground) -> Result<Self> {
        let page = Self { browser: &ground.browser, url: format!("{}/", ground.origin()) };
        page.browser.open(&page.url).await?;
        page.wait_for("the page starts", async |page| Ok(page.data("model").await?.map(drop))).await?;
        Ok(page)
    }

    /// Opens the page and waits until its bundled model is loaded.
    pub async fn open_and_wait_until_ready(ground: &'a Ground) -> Result<Self> {
        let page = Self::open(ground).await?;
        page.wait_until_model("ready").await?;
        Ok(page)
    }

    /// Waits until the model is in this state: `none`, `loading`, `ready`, `failed`.
    pub async fn wait_until_model(&self, state: &str) -> Result<()> {
        self.wait_for(&format!("the model is {state}"), async |page| page.data_is("model", state).await).await
    }

    /// Waits until the job is in this state: `idle`, `opening`, `encoding`, `prefill`, `decoding`.
    pub async fn wait_until_job(&self, state: &str) -> Result<()> {
        self.wait_for(&format!("the job is {state}"), async |page| page.data_is("job", state).await).await
    }

    /// Clicks the example of this number, counted from 0, and waits for the answer: one click shows a whole job.
    pub async fn click_example(&self, number: usize) -> Result<Turn> {
        let before = self.n_turns().await?;
        self.browser.click_nth(".example", number).await?;
        self.wait_for_end_after(before).await
    }

    /// Drops files on the drop zone.
    pub async fn drop_files(&self, files: &[Upload]) -> Result<()> {
        let files =
            files.iter().map(|file| json!({ "name": file.name, "bytes": STANDARD.encode(&file.bytes) }));
        self.browser.run(DROP, &[Value::Array(files.collect())]).await.map(drop)
    }

    /// Drops an image and waits until it is shown.
    pub async fn drop_image(&self, image: &Upload) -> Result<()> {
        self.drop_files(std::slice::from_ref(image)).await?;
        let name = image.name.clone();
        self.wait_for(&format!("{name} is shown"), async |page| {
            let shown = page.text("#image-info").await?.contains(&name);
            Ok((shown && page.data("job").await?.as_deref() == Some("idle")).then_some(()))
        })
        .await
    }

    /// Picks files with the picker for images.
    pub async fn pick_image(&self, file: &Upload) -> Result<()> {
        self.pick("#image-input", std::slice::from_ref(file)).await
    }

    /// Picks files with the picker for models.
    pub async fn pick_model(&self, files: &[Upload]) -> Result<()> {
        self.pick("#model-input", files).await
    }

    async fn pick(&self, selector: &str, files: &[Upload]) -> Result<()> {
        let (_folder, paths) = Upload::on_disk(files)?;
        let paths = paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join("\n");
        self.browser.find(selector).await?.send_keys(&paths).await?;
        // The page holds a handle, not the bytes: it must have read them before the folder goes.
        self.wait_for("the files are taken", async |page| {
            let busy = page.data_is("model", "loading").await?.is_some()
                || page.data_is("job", "idle").await?.is_none();
            Ok((!busy).then_some(()))
        })
        .await
    }

    /// Types a question in place of what stands there.
    pub async fn type_question(&self, question: &str) -> Result<()> {
        let field = self.browser.find("#question").await?;
        field.clear().await?;
        field.send_keys(question).await.context("the question cannot be typed")
    }

    /// Presses Ask.
    pub async fn ask(&self) -> Result<()> {
        self.browser.click("#ask").await
    }

    /// Presses Stop.
    pub async fn stop(&self) -> Result<()> {
        self.browser.click("#stop").await
    }

    /// Asks what stands in the field, and waits for the whole answer.
    pub async fn ask_and_wait(&self) -> Result<Turn> {
        let before = self.n_turns().await?;
        self.ask().await?;
        self.wait_for_end_after(before).await
    }

    /// Waits until there are more turns than before, and the last answer is at its end.
    async fn wait_for_end_after(&self, n_turns_before: u64) -> Result<Turn> {
        self.wait_for("the question stands in the conversation", async |page| {
            Ok((page.n_turns().await? > n_turns_before).then_some(()))
        })
        .await?;
        let is_over = |turn: &Turn| !turn.end.is_empty() && turn.end != "streaming";
        let turn = self
            .wait_for("the answer ends", async |page| Ok(page.last_turn().await?.filter(is_over)))
            .await?;
        self.wait_until_job("idle").await?;
        Ok(turn)
    }

    /// How many questions stand in the conversation.
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

    /// Closes the message.
    pub async fn close_message(&self) -> Result<()> {
        self.browser.click("#message-close").await?;
        self.wait_for("the message goes", async |page| Ok(page.message().await?.is_none().then_some(())))
            .await
    }

    /// A figure of the status line.
    pub async fn status(&self, status: Status) -> Result<String> {
        self.text(status.selector()).await
    }

    /// What an element says.
    pub async fn text(&self, selector: &str) -> Result<String> {
        let script = "return document.querySelector(arguments[0])?.textContent?.trim() ?? null";
        let text = self.browser.run(script, &[json!(selector)]).await?;
        text.as_str().map(str::to_owned).with_context(|| format!("the page has no {selector}"))
    }

    /// Begins to write down what happens while the page answers.
    pub async fn observe(&self) -> Result<()> {
        self.browser.run(OBSERVE, &[]).await.map(drop)
    }

    /// The states that the last answer's text went through since [`Self::observe`].
    pub async fn observed_answers(&self) -> Result<Vec<String>> {
        let answers = self.browser.run("return window.specSaw.answers", &[]).await?;
        let answers = answers.as_array().context("nothing was observed")?.iter();
        Ok(answers.filter_map(Value::as_str).map(str::to_owned).collect())
    }

    /// The tasks of 50 ms and more on the page's thread since [`Self::observe`], in milliseconds.
    pub async fn observed_long_tasks_ms(&self) -> Result<Vec<f64>> {
        let tasks = self.browser.run("return window.specSaw.longTasksMs", &[]).await?;
        Ok(tasks.as_array().context("nothing was observed")?.iter().filter_map(Value::as_f64).collect())
    }

    /// Forgets every turn.
    pub async fn new_conversation(&self) -> Result<()> {
        self.browser.click("#new-conversation").await?;
        self.wait_for(
            "the conversation is empty",
            async |page| Ok((page.n_turns().await? == 0).then_some(())),
        )
        .await
    }

    /// Presses Stop by itself as soon as a new answer has its first text: an answer may be over before a driver that
    /// looks every 50 ms sees it begin.
    pub async fn stop_once_answering(&self) -> Result<()> {
        let script = "
            const conversation = document.querySelector('#conversation');
            const observer = new MutationObserver(() => {
              const answer = [...conversation.querySelectorAll('.turn-answer')].at(-1);
              if (answer?.dataset.end === 'streaming' && answer.textContent.trim()) {
                observer.disconnect();
                document.querySelector('#stop').click();
              }
            });
            const what = { childList: true, subtree: true, characterData: true, attributes: true };
            observer.observe(conversation, what);";
        self.browser.run(script, &[]).await.map(drop)
    }

    /// Opens the settings.
    pub async fn open_settings(&self) -> Result<()> {
        self.browser.click("#settings-toggle").await?;
        self.wait_for("the settings are shown", async |page| {
            let script = "return document.querySelector('#temperature')?.checkVisibility() ?? false";
            Ok((page.browser.run(script, &[]).await? == json!(true)).then_some(()))
        })
        .await
    }

    /// Whether this browser offers no WebGPU adapter.
    pub async fn has_no_webgpu(&self) -> Result<bool> {
        let script = "return !navigator.gpu || await navigator.gpu.requestAdapter() === null";
        Ok(self.browser.run_async(script, &[]).await? == json!(true))
    }

    /// Keeps the page's thread busy, to show that [`Self::observed_long_tasks_ms`] sees it.
    pub async fn be_busy_for_ms(&self, duration_ms: u32) -> Result<()> {
        let script = "
            await new Promise((end) => setTimeout(() => {
              const start = performance.now();
              while (performance.now() - start < arguments[0]);
              setTimeout(end, 100);
            }));";
        self.browser.run_async(script, &[json!(duration_ms)]).await.map(drop)
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

    async fn data(&self, name: &str) -> Result<Option<String>> {
        let script = "return document.querySelector('#app')?.dataset[arguments[0]] ?? null";
        Ok(self.browser.run(script, &[json!(name)]).await?.as_str().map(str::to_owned))
    }

    async fn data_is(&self, name: &str, value: &str) -> Result<Option<()>> {
        Ok((self.data(name).await?.as_deref() == Some(value)).then_some(()))
    }

    async fn wait_for<T>(&self, what: &str, look: impl AsyncFn(&Self) -> Result<Option<T>>) -> Result<T> {
        self.browser.wait_for(what, async || look(self).await).await
    }
}
