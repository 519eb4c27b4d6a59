//! Scripts that run in the page's workers before their own programs.

use anyhow::{Context, Result};
use serde_json::json;

use super::session::Browser;

/// Has every worker that later pages start from a `blob:` URL run a script first: it becomes a part of the blob's own
/// source, so it runs in the real worker, under the policy that it has. Workers of a page's frames are not changed: the one
/// that downloads has other rights, which `isolation.rs` tests.
pub(super) async fn before_every_worker(browser: &Browser, script: &str) -> Result<()> {
    let wrap = format!(
        "if (self === top) globalThis.Blob = new Proxy(Blob, {{
           construct(blob, [parts = [], options = {{}}], target) {{
             const isScript = /javascript/.test(options.type) || parts.some((part) => /^\\s*import\\b/.test(part));
             return Reflect.construct(blob, [isScript ? [{}, '\\n', ...parts] : parts, options], target);
           }},
         }});",
        json!(script)
    );
    browser.before_every_document(&wrap).await
}

/// How much a page's worker uses the GPU. What the page says about where it computes is not trusted.
pub struct GpuWork;

impl GpuWork {
    /// Counts in every worker that later documents start.
    pub async fn count(browser: &Browser) -> Result<()> {
        let script = "
            {
              let nSubmits = 0;
              if (globalThis.GPUQueue) {
                const { submit } = GPUQueue.prototype;
                GPUQueue.prototype.submit = function (...lists) {
                  nSubmits += 1;
                  return submit.apply(this, lists);
                };
              }
              const channel = new BroadcastChannel('gpu-work');
              channel.onmessage = ({ data }) => data === 'how much?' && channel.postMessage({ nSubmits });
            }";
        before_every_worker(browser, script).await
    }

    /// How often the worker has given its GPU work so far.
    pub async fn n_submits(browser: &Browser) -> Result<u64> {
        let script = "
            const channel = new BroadcastChannel('gpu-work');
            const answer = new Promise((end, fail) => {
              channel.onmessage = ({ data }) => data.nSubmits !== undefined && end(data.nSubmits);
              setTimeout(fail, 60000, new Error('no worker answered'));
            });
            channel.postMessage('how much?');
            return await answer";
        browser.run_async(script, &[]).await?.as_u64().context("the worker reported no number")
    }
}
