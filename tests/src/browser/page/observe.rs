use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::AskPage;

/// Records every state of the last answer's text, and every task that kept the page busy.
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

/// Events that pass faster than a driver can see them.
impl AskPage<'_> {
    /// Begins to record what happens while the page answers.
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
}
