//! Pictures of every state, light and dark, on a wide screen and on a phone; and what must hold in each.

use anyhow::{Result, ensure};
use tests::browser::{AskPage, spec};

use crate::examples::{Example, ask_first_example};

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
