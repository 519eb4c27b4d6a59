//! A model of gigabytes from end to end: downloaded over a connection that breaks, damaged, repaired, opened. Runs only if
//! `QVM_SOAK_PAIR` names the folder of a pair: `cargo xtask soak` makes one of the 7B's shapes and runs this. CI runs `models.rs`, the
//! same on files of megabytes.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use tests::browser::{BrowserKind, ModelsPage};
use tests::host::{Content, Manner, WeightsHost};

use crate::weights::spec_with;

const TEXT: &str = "/text.gguf";
const VISION: &str = "/mmproj.gguf";
const CHUNK_BYTES: u64 = 4 << 20;

/// The memory that a tab may take for a model of any size.
const MOST_HEAP_BYTES: u64 = 256 << 20;

#[test]
fn gigabytes_are_fetched_once_mended_by_the_chunk_and_opened_within_the_heap() -> Result<()> {
    let Some(folder) = std::env::var_os("QVM_SOAK_PAIR").map(PathBuf::from) else {
        println!(
            "SKIPPED: QVM_SOAK_PAIR names no folder with text.gguf and mmproj.gguf (`cargo xtask soak` does)"
        );
        return Ok(());
    };
    let content = |path: &str| (path.to_owned(), Content::Disk(folder.join(&path[1..])));
    let host = WeightsHost::start([content(TEXT), content(VISION)])?;
    let n_text = content(TEXT).1.n_bytes()?;
    let n_pair = n_text + content(VISION).1.n_bytes()?;
    spec_with(BrowserKind::ChromiumOnSwiftShader, "soak", &host, async |ground| {
        let page = ModelsPage::open(ground).await?;
        page.fetch_addresses(&host.url(TEXT), &host.url(VISION)).await?;
        // After a third of it, the network is gone and so is the tab.
        page.page().until("a third is there", async || Ok(host.n_sent(TEXT) > n_text / 3)).await?;
        host.behave(TEXT, Manner::Unplugged);
        ground.browser.open("about:blank").await?;
        host.behave(TEXT, Manner::Plain);
        let page = ModelsPage::open(ground).await?;
        page.wait_until_download(&["paused"]).await?;
        page.press(".download .resume").await?;
        page.wait_until_stored(1).await?;
        let n_sent = host.n_sent(TEXT) + host.n_sent(VISION);
        println!("{n_sent} bytes came for a pair of {n_pair}");
        // Bytes that were on their way when the connection was cut may be sent twice: a chunk, and what the network held.
        ensure!(n_sent < n_pair + 4 * CHUNK_BYTES, "{n_sent} bytes for a pair of {n_pair}");

        let at = n_text / 2;
        page.damage("text", at).await?;
        host.forget();
        page.page().choose_backend("webgpu").await?;
        page.press("#view-models").await?;
        page.open_stored().await?;
        let heap_bytes = page.page().heap_bytes().await?;
        println!("heap after loading: {} MiB", heap_bytes >> 20);
        ensure!(heap_bytes < MOST_HEAP_BYTES, "{heap_bytes} bytes");
        let chunk = at / CHUNK_BYTES * CHUNK_BYTES;
        let sent = host.sent();
        ensure!(host.n_sent(TEXT) == CHUNK_BYTES && host.n_sent(VISION) == 0, "{sent:?}");
        ensure!(sent.iter().any(|sent| sent.asked == (chunk..chunk + CHUNK_BYTES)), "{sent:?}");
        Ok(())
    })
}
