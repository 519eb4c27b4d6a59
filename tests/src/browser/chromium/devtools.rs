//! What ChromeDriver has beyond the WebDriver standard: DevTools commands, and the console.

use std::fmt::Debug;

use fantoccini::wd::WebDriverCompatibleCommand;
use http::Method;
use serde_json::{Value, json};
use url::{ParseError, Url};

/// A DevTools command.
#[derive(Clone, Debug)]
pub(super) struct DevTools {
    command: &'static str,
    parameters: Value,
}

impl DevTools {
    pub(super) fn new(command: &'static str, parameters: Value) -> Self {
        Self { command, parameters }
    }

    /// Runs a script in every document before any of the document's own.
    pub(super) fn before_every_document(script: &str) -> Self {
        Self::new("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script }))
    }
}

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({ "cmd": self.command, "params": self.parameters }).to_string()))
    }
}

/// Takes what the console collected since it was last taken.
#[derive(Clone, Copy, Debug)]
pub(super) struct TakeConsole;

impl WebDriverCompatibleCommand for TakeConsole {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({ "type": "browser" }).to_string()))
    }
}

/// The colours that a person's system asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Scheme {
    /// As in `prefers-color-scheme`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub(super) fn command(self) -> DevTools {
        let features = json!([{ "name": "prefers-color-scheme", "value": self.name() }]);
        DevTools::new("Emulation.setEmulatedMedia", json!({ "features": features }))
    }
}

/// The size of the page's view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// 1280 x 800.
    Desktop,
    /// 390 x 844.
    Phone,
}

impl View {
    /// For file names.
    pub fn name(self) -> &'static str {
        match self {
            Self::Desktop => "desktop",
            Self::Phone => "phone",
        }
    }

    pub(super) fn command(self) -> DevTools {
        let (width, height) = match self {
            Self::Desktop => (1280, 800),
            Self::Phone => (390, 844),
        };
        let phone = self == Self::Phone;
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone });
        DevTools::new("Emulation.setDeviceMetricsOverride", metrics)
    }
}
