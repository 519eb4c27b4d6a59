//! The pair that the specs of the Models view download: the bundled model, with its matrices in F32, so that it has several chunks.

use std::sync::OnceLock;

use anyhow::{Context as _, Result, ensure};
use cpu::requantise;
use sha2::{Digest as _, Sha256};
use tensor::Dtype;
use tests::browser::{Asked, BrowserKind, Ground, ModelsPage, Problem, Upload, built_page, plain_spec_in};
use tests::host::{Content, WeightsHost};

pub(crate) const TEXT: &str = "/phantom-F32.gguf";
pub(crate) const VISION: &str = "/mmproj-phantom-F32.gguf";

/// A file of the pair.
pub(crate) fn file(path: &str) -> Result<Vec<u8>> {
    static PAIR: OnceLock<Option<[Vec<u8>; 2]>> = OnceLock::new();
    let in_f32 = |path| requantise(&Upload::from_dist(path).ok()?.bytes, Dtype::F32).ok();
    let make = || Some([in_f32("models/phantom/text.gguf")?, in_f32("models/phantom/mmproj.gguf")?]);
    let [text, vision] = PAIR.get_or_init(make).as_ref().context("the bundled model cannot be read")?;
    Ok(if path == TEXT { text } else { vision }.clone())
}

/// A pair on another origin.
pub(crate) fn host() -> Result<WeightsHost> {
    let content = |path: &str| -> Result<_> { Ok((path.to_owned(), Content::bytes(file(path)?))) };
    WeightsHost::start([content(TEXT)?, content(VISION)?])
}

/// Length of a file of the host.
pub(crate) fn n_bytes(path: &str) -> Result<u64> {
    Ok(file(path)?.len() as u64)
}

/// Of a file of the host, in hexadecimal digits.
pub(crate) fn sha256(path: &str) -> Result<String> {
    Ok(Sha256::digest(file(path)?).iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Starts the download of a host's pair.
pub(crate) async fn fetch(page: &ModelsPage<'_>, host: &WeightsHost) -> Result<()> {
    page.fetch_addresses(&host.url(TEXT), &host.url(VISION)).await
}

/// A spec on the built page that may send requests to this host only, and log only this host's mistakes.
pub(crate) fn spec_with(
    kind: BrowserKind,
    name: &str,
    host: &WeightsHost,
    body: impl AsyncFnOnce(&Ground) -> Result<()>,
) -> Result<()> {
    let origin = host.origin();
    let asked = plain_spec_in(kind, name, &built_page()?, async |ground| {
        body(ground).await?;
        let is_hosts = |problem: &&Problem| {
            let (Problem::ConsoleError(text) | Problem::Refused(text)) = problem;
            text.contains(&origin)
        };
        let problems = ground.browser.problems().await?;
        let others = problems.iter().filter(|problem| !is_hosts(problem)).collect::<Vec<_>>();
        ensure!(others.is_empty(), "the page did what it must not: {others:#?}");
        Ok(())
    })?;
    if let Asked::These(urls) = asked {
        let others = urls.iter().filter(|url| !url.starts_with(&origin)).collect::<Vec<_>>();
        ensure!(others.is_empty(), "somebody else was asked: {others:#?}");
    }
    Ok(())
}
