use std::path::Path;

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{AskPage, Turn};
use crate::browser::fixtures::Upload;

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

/// What a person does.
impl AskPage<'_> {
    /// Clicks the example of this number, counted from 0, and waits for the answer. One click does the whole job.
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

    /// Picks a model's files on this disk.
    pub async fn pick_model_at(&self, files: &[&Path]) -> Result<()> {
        let paths = files.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join("\n");
        Ok(self.browser.find("#model-input").await?.send_keys(&paths).await?)
    }

    async fn pick(&self, selector: &str, files: &[Upload]) -> Result<()> {
        let (_folder, paths) = Upload::on_disk(files)?;
        let paths = paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join("\n");
        self.browser.find(selector).await?.send_keys(&paths).await?;
        // The page holds a handle, not the bytes: it must read them before the folder is deleted.
        self.wait_for("the files are taken", async |page| {
            let busy = page.data_is("model", "loading").await?.is_some()
                || page.data_is("job", "idle").await?.is_none();
            Ok((!busy).then_some(()))
        })
        .await
    }

    /// Types a question, which replaces the text in the field.
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

    /// Asks the question in the field, and waits for the whole answer.
    pub async fn ask_and_wait(&self) -> Result<Turn> {
        let before = self.n_turns().await?;
        self.ask().await?;
        self.wait_for_end_after(before).await
    }

    /// Waits until there are more turns than before, and the last answer is complete.
    async fn wait_for_end_after(&self, n_turns_before: u64) -> Result<Turn> {
        self.wait_for("the question is in the conversation", async |page| {
            Ok((page.n_turns().await? > n_turns_before).then_some(()))
        })
        .await?;
        self.wait_for_end().await
    }

    /// Waits until the last answer is complete.
    pub async fn wait_for_end(&self) -> Result<Turn> {
        let is_over = |turn: &Turn| !["", "waiting", "streaming"].contains(&turn.end.as_str());
        let turn = self
            .wait_for("the answer ends", async |page| Ok(page.last_turn().await?.filter(is_over)))
            .await?;
        self.wait_until_job("idle").await?;
        Ok(turn)
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

    /// Closes the message.
    pub async fn close_message(&self) -> Result<()> {
        self.browser.click("#message-close").await?;
        self.wait_for("the message goes", async |page| Ok(page.message().await?.is_none().then_some(())))
            .await
    }
}
