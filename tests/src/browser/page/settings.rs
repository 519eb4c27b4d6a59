use anyhow::{Context, Result};
use serde_json::json;

use super::AskPage;

/// The panel of settings.
impl AskPage<'_> {
    /// Opens the settings.
    pub async fn open_settings(&self) -> Result<()> {
        self.browser.click("#settings-toggle").await?;
        self.wait_for("the settings are shown", async |page| {
            let script = "return document.querySelector('#temperature')?.checkVisibility() ?? false";
            Ok((page.browser.run(script, &[]).await? == json!(true)).then_some(()))
        })
        .await
    }

    /// Gives a setting another value, as a person does: opens the panel, types, closes it.
    pub async fn set(&self, setting: &str, value: &str) -> Result<()> {
        self.open_settings().await?;
        let field = self.browser.find(setting).await?;
        field.clear().await?;
        if !value.is_empty() {
            field.send_keys(value).await.with_context(|| format!("{setting} takes no text"))?;
        }
        self.browser.click("#settings-close").await
    }
}
