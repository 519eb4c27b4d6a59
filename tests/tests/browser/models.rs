//! Real weights, from a host on another origin into the browser's store and from there to an answer.

use anyhow::{Result, ensure};
use tests::browser::{BrowserKind, ModelsPage};
use tests::host::{Content, Manner};

use crate::examples::ask_first_example;
use crate::weights::{TEXT, VISION, fetch, file, host, n_bytes, sha256, spec_with};

const CHUNK_BYTES: u64 = 4 << 20;

#[test]
fn a_pair_is_fetched_once_kept_and_answers() -> Result<()> {
    for kind in BrowserKind::EACH_PROGRAM {
        let host = host()?;
        spec_with(kind, "fetched-once", &host, async |ground| {
            let page = ModelsPage::open(ground).await?;
            fetch(&page, &host).await?;
            page.wait_until_stored(1).await?;
            let n_sent = [host.n_sent(TEXT), host.n_sent(VISION)];
            let expected = [n_bytes(TEXT)?, n_bytes(VISION)?];
            ensure!(
                n_sent[0] - expected[0] < 1024 && n_sent[1] - expected[1] < 1024,
                "{n_sent:?} for {expected:?}"
            );

            let page = ModelsPage::open(ground).await?;
            page.wait_until_stored(1).await?;
            page.open_stored().await?;
            page.press("#view-ask").await?;
            ask_first_example(page.page()).await?;
            ensure!([host.n_sent(TEXT), host.n_sent(VISION)] == n_sent, "a stored file was fetched again");
            Ok(())
        })?;
    }
    Ok(())
}

#[test]
fn with_the_network_cut_the_reloaded_page_fetches_only_what_is_missing() -> Result<()> {
    let host = host()?;
    spec_with(BrowserKind::ChromiumWithoutWebGpu, "resumed", &host, async |ground| {
        let page = ModelsPage::open(ground).await?;
        host.behave(TEXT, Manner::DropsAfter(2 * CHUNK_BYTES + 1_000_000));
        // Nothing after that is sent.
        host.behave(VISION, Manner::Unplugged);
        fetch(&page, &host).await?;
        page.page().until("two chunks are there", async || Ok(host.n_sent(TEXT) > 2 * CHUNK_BYTES)).await?;
        host.behave(TEXT, Manner::Unplugged);
        page.page()
            .until("the store has two chunks", async || {
                let files = page.store().await?;
                // A head of 32 bytes, and 48 for each chunk.
                Ok(files.iter().any(|(name, n)| name.ends_with(".chunks") && *n == 32 + 2 * 48))
            })
            .await?;
        ground.browser.open("about:blank").await?;
        for path in [TEXT, VISION] {
            host.behave(path, Manner::Plain);
        }
        host.forget();

        let page = ModelsPage::open(ground).await?;
        page.wait_until_download(&["paused"]).await?;
        page.press(".download .resume").await?;
        page.wait_until_stored(1).await?;
        let (n_sent, n_missing) = (host.n_sent(TEXT), n_bytes(TEXT)? - 2 * CHUNK_BYTES);
        ensure!(
            (n_missing..n_missing + 1024).contains(&n_sent),
            "{n_sent} bytes came, {n_missing} were missing"
        );
        page.open_stored().await
    })
}

/// How a host serves the text model, how the download ends, and what the page must say.
const MANNERS: [(Manner, &str, &[&str]); 12] = [
    (Manner::DropsAtRandom(3_000_000), "done", &[]),
    (Manner::Slow(8_000_000), "done", &[]),
    (Manner::IgnoresRange, "done", &[]),
    (Manner::RefusesPreflight, "done", &[]),
    (Manner::Status(403), "failed", &["not signed in"]),
    (Manner::Status(404), "failed", &["has no phantom-F32.gguf"]),
    (Manner::Status(500), "failed", &["fault of its own"]),
    (Manner::WebPage, "failed", &["web page"]),
    (Manner::PromisesMore(1000), "failed", &["broke again and again"]),
    (Manner::PromisesLess(1000), "failed", &["not all of it"]),
    (Manner::WithoutCors, "failed", &["Access-Control-Allow-Origin"]),
    (Manner::Unplugged, "failed", &["127.0.0.1"]),
];

#[test]
fn whatever_the_host_does_a_download_ends_in_a_verified_file_or_a_clear_message() -> Result<()> {
    let host = host()?;
    spec_with(BrowserKind::ChromiumWithoutWebGpu, "hostile-host", &host, async |ground| {
        let page = ModelsPage::open(ground).await?;
        for (manner, end, words) in MANNERS {
            host.behave(TEXT, manner.clone());
            fetch(&page, &host).await?;
            if end == "done" {
                page.wait_until_stored(1).await?;
                let stored = page.sha256("phantom-F32").await?;
                ensure!(stored == sha256(TEXT)?, "{manner:?}: other bytes are stored");
                page.delete_all().await?;
                continue;
            }
            let download = page.wait_until_download(&["failed", "done"]).await?;
            ensure!(download.state == end, "{manner:?}: {download:#?}");
            for word in words {
                ensure!(
                    download.trouble.contains(word),
                    "{manner:?}: {word:?} is not in {:?}",
                    download.trouble
                );
            }
            ensure!(page.stored().await?.is_empty(), "{manner:?}: a failed download is listed as stored");
            page.press(".download .cancel").await?;
            page.page()
                .until("the download is gone", async || Ok(page.downloads().await?.is_empty()))
                .await?;
        }
        let left = page.store().await?;
        ensure!(left.is_empty(), "the store still holds {left:?}");
        Ok(())
    })
}

#[test]
fn a_file_that_changes_in_the_middle_is_fetched_anew_and_the_person_is_told() -> Result<()> {
    let host = host()?;
    spec_with(BrowserKind::ChromiumWithoutWebGpu, "changed", &host, async |ground| {
        let page = ModelsPage::open(ground).await?;
        // The old file has the same length, so that only its validator differs.
        let mut old = file(TEXT)?;
        let at = old.len() - 1000;
        old[at..].fill(7);
        host.replace(TEXT, Content::bytes(old));
        host.behave(TEXT, Manner::DropsAfter(CHUNK_BYTES + 1_000_000));
        fetch(&page, &host).await?;
        page.page().until("a chunk is there", async || Ok(host.n_sent(TEXT) > CHUNK_BYTES)).await?;
        host.replace(TEXT, Content::bytes(file(TEXT)?));
        host.behave(TEXT, Manner::Plain);
        let download = page.wait_until_download(&["done", "failed"]).await?;
        ensure!(
            download.state == "done" && download.warning.contains("fetched from the start"),
            "{download:#?}"
        );
        ensure!(page.sha256("phantom-F32").await? == sha256(TEXT)?, "old and new bytes are mixed");
        Ok(())
    })
}

#[test]
fn a_damaged_byte_is_found_and_its_chunk_alone_fetched_again() -> Result<()> {
    let host = host()?;
    spec_with(BrowserKind::ChromiumWithoutWebGpu, "damaged", &host, async |ground| {
        let page = ModelsPage::open(ground).await?;
        fetch(&page, &host).await?;
        page.wait_until_stored(1).await?;
        page.damage("phantom-F32", CHUNK_BYTES + 1234).await?;
        host.forget();
        // Opening the model finds it, it is repaired, and the model answers.
        page.open_stored().await?;
        let sent = host.sent();
        ensure!(host.n_sent(TEXT) == CHUNK_BYTES && host.n_sent(VISION) == 0, "{sent:?}");
        ensure!(sent.iter().any(|sent| sent.asked == (CHUNK_BYTES..2 * CHUNK_BYTES)), "{sent:?}");
        ensure!(page.sha256("phantom-F32").await? == sha256(TEXT)?, "it was not mended");

        // So is a byte of the vision tower, which is loaded after the text model, which answers by then.
        page.delete_all().await?;
        fetch(&page, &host).await?;
        page.wait_until_stored(1).await?;
        page.damage("mmproj-phantom-F32", CHUNK_BYTES + 1234).await?;
        host.forget();
        page.press("#stored .stored .open").await?;
        page.page().until("its chunk is sent", async || Ok(host.n_sent(VISION) == CHUNK_BYTES)).await?;
        // The bundled model stays until then; this one is larger.
        page.page()
            .until("the mended model is whole again", async || {
                let is_it = page.page().text("#load-text").await?.contains("24.8 MB");
                Ok(is_it && page.vision().await? == "ready")
            })
            .await?;
        ensure!(host.n_sent(VISION) == CHUNK_BYTES && host.n_sent(TEXT) == 0, "{:?}", host.sent());
        ensure!(page.sha256("mmproj-phantom-F32").await? == sha256(VISION)?, "the tower was not mended");
        page.press("#view-ask").await?;
        ask_first_example(page.page()).await
    })
}

#[test]
fn what_does_not_fit_is_refused_before_its_first_byte() -> Result<()> {
    let host = host()?;
    spec_with(BrowserKind::ChromiumWithoutWebGpu, "quota", &host, async |ground| {
        let page = ModelsPage::open(ground).await?;
        ground.browser.limit_storage(&ground.origin(), 10_000_000).await?;
        fetch(&page, &host).await?;
        let download = page.wait_until_download(&["failed", "done"]).await?;
        ensure!(download.state == "failed", "{download:#?}");
        // With a MiB to spare.
        let n_needed = n_bytes(TEXT)? + n_bytes(VISION)? + (1 << 20);
        let needed = format!("{:.1} MB", n_needed as f64 / 1e6);
        for word in [needed.as_str(), "leaves"] {
            ensure!(download.trouble.contains(word), "{word:?} is not in {:?}", download.trouble);
        }
        let n_sent = host.n_sent(TEXT) + host.n_sent(VISION);
        ensure!(n_sent <= 2, "{n_sent} bytes came");
        Ok(())
    })
}

#[test]
fn of_two_tabs_one_fetches_and_the_other_waits_and_has_it_too() -> Result<()> {
    let host = host()?;
    spec_with(BrowserKind::ChromiumWithoutWebGpu, "two-tabs", &host, async |ground| {
        let first = ModelsPage::open(ground).await?;
        host.behave(TEXT, Manner::Slow(1_000_000));
        fetch(&first, &host).await?;
        first.wait_until_download(&["fetching"]).await?;
        first.page().until("it comes", async || Ok(host.n_sent(TEXT) > 0)).await?;
        let tab = ground.browser.open_tab().await?;
        let second = ModelsPage::open(ground).await?;
        fetch(&second, &host).await?;
        second.wait_until_download(&["waiting"]).await?;
        host.behave(TEXT, Manner::Plain);
        second.wait_until_download(&["done"]).await?;
        second.wait_until_stored(1).await?;
        let n_sent = host.n_sent(TEXT) + host.n_sent(VISION);
        let n_pair = n_bytes(TEXT)? + n_bytes(VISION)?;
        ensure!(n_sent - n_pair < 1024, "{n_sent} bytes came for a pair of {n_pair}");
        // While one tab uses it, the other cannot delete it.
        second.open_stored().await?;
        ground.browser.go_to_tab(tab).await?;
        first.wait_until_stored(1).await?;
        Ok(())
    })
}
