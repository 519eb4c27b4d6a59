//! Pictures of every state, light and dark, on a wide screen and on a phone, and what must be true in each.

use anyhow::{Result, ensure};
use tests::browser::{AskPage, BrowserKind, ModelsPage, spec};
use tests::host::Manner;

use crate::examples::{Example, ask_first_example};
use crate::weights::{TEXT, VISION, fetch, host, spec_with};

#[test]
fn every_state_has_its_picture() -> Result<()> {
    spec("looks", async |ground| {
        let page = AskPage::open(ground).await?;
        ground.browser.screenshots("1-first-open").await?;
        page.wait_until_model("ready").await?;
        ground.browser.screenshots("2-ready").await?;
        page.drop_image(&Example::first()?.image()?).await?;
        ground.browser.screenshots("3-image").await?;
        ask_first_example(&page).await?;
        ground.browser.screenshots("4-answered").await?;
        page.set("#detail-max", "1024").await?;
        page.set("#detail-min", "1024").await?;
        page.type_question("Describe the image.").await?;
        page.ask().await?;
        page.wait_until_job("encoding").await?;
        ground.browser.screenshots("5-encoding").await?;
        page.stop().await?;
        page.wait_for_end().await?;
        ground.browser.screenshots("6-stopped").await?;
        page.open_settings().await?;
        ground.browser.screenshots("7-settings").await
    })
}

#[test]
fn every_state_of_the_models_view_has_its_picture() -> Result<()> {
    let host = host()?;
    spec_with(BrowserKind::ChromiumWithoutWebGpu, "looks-models", &host, async |ground| {
        let page = ModelsPage::open(ground).await?;
        ground.browser.screenshots("models-1-catalogue").await?;
        host.behave(TEXT, Manner::Slow(500_000));
        fetch(&page, &host).await?;
        page.page().until("it comes", async || Ok(host.n_sent(TEXT) > 1_000_000)).await?;
        ground.browser.screenshots("models-2-fetching").await?;
        page.press(".download .pause").await?;
        page.wait_until_download(&["paused"]).await?;
        ground.browser.screenshots("models-3-paused").await?;
        host.behave(TEXT, Manner::Status(403));
        page.press(".download .resume").await?;
        page.wait_until_download(&["failed"]).await?;
        ground.browser.screenshots("models-4-failed").await?;
        host.behave(TEXT, Manner::Plain);
        host.behave(VISION, Manner::Plain);
        page.press(".download .resume").await?;
        page.wait_until_stored(1).await?;
        page.open_stored().await?;
        ground.browser.screenshots("models-5-stored").await?;
        page.press("#delete-all").await?;
        ground.browser.screenshots("models-6-delete").await?;
        page.press("#confirm-delete-no").await?;
        for width in page.page().widths_at_both_views().await? {
            ensure!(width.content_px <= width.view_px, "the page is wider than the view: {width:?}");
        }
        Ok(())
    })
}

#[test]
fn the_permanent_line_is_in_view_and_nothing_sticks_out() -> Result<()> {
    spec("layout", async |ground| {
        let page = AskPage::open_and_wait_until_ready(ground).await?;
        let line = page.text("#permanent-line").await?;
        ensure!(line.contains("Research and education only"), "the permanent line says {line:?}");
        for width in page.widths_at_both_views().await? {
            ensure!(width.content_px <= width.view_px, "the page is wider than the view: {width:?}");
        }
        Ok(())
    })
}
