use anyhow::{Context, Result};
use fantoccini::Client;
use fantoccini::wd::WebDriverCompatibleCommand;
use http::Method;
use serde_json::{Value, json};
use url::{ParseError, Url};

/// Sets whose rights scripts have from now on. This is geckodriver's addition to the standard.
#[derive(Clone, Copy, Debug)]
enum Rights {
    Browser,
    Page,
}

impl WebDriverCompatibleCommand for Rights {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/moz/context", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        let context = match self {
            Self::Browser => "chrome",
            Self::Page => "content",
        };
        (Method::POST, Some(json!({ "context": context }).to_string()))
    }
}

/// Runs the body of a function in the browser's own window; `arguments` holds its arguments.
pub(super) async fn run_with_own_rights(client: &Client, script: &str, arguments: &[Value]) -> Result<Value> {
    client.issue_cmd(Rights::Browser).await.context("geckodriver gives no right to the browser itself")?;
    let result = client.execute(script, arguments.to_vec()).await;
    client.issue_cmd(Rights::Page).await?;
    result.with_context(|| format!("a script failed in Firefox itself: {script}"))
}
