//! Stored runs: after a reload, several at once, compared, renamed, deleted, asked in every rotation.

use anyhow::{Result, bail, ensure};
use tests::browser::{BenchmarkPage, spec};
use tests::questions::tsv;

use crate::data_sets::{file, rows};

#[test]
fn a_run_of_a_file_goes_on_after_a_reload_once_the_file_is_chosen_again() -> Result<()> {
    spec("runs-resume", async |ground| {
        let (_folder, path) = file("own.tsv", &tsv(&rows(40)?, "\n"))?;
        let (_other, other) = file("other.tsv", &tsv(&rows(30)?, "\n"))?;
        let view = BenchmarkPage::open_and_wait_until_ready(ground).await?;
        view.choose_file(&path).await?;
        view.wait_until_questions(20).await?;
        view.choose("#benchmark-extent", "all").await?;
        view.wait_until_questions(40).await?;
        view.press("#benchmark-start").await?;
        view.wait_until_answered(3).await?;
        view.reload().await?;

        let [kept] = &view.wait_until_kept(1).await?[..] else { bail!("one run was begun") };
        ensure!(kept.state == "partial" && kept.is_current, "{kept:?}");
        let before = view.live("Overall").await?;
        ensure!(before.n >= 2 && before.n < 40, "{before:?}");
        let status = view.page().text("#benchmark-status").await?;
        ensure!(status.contains("own.tsv"), "nothing says which file to choose: {status:?}");
        ground.browser.screenshots("r1-choose-again").await?;
        // Another file is not mistaken for it.
        view.choose_file(&other).await?;
        view.page()
            .until("the other file is refused", async || {
                Ok(view.page().text("#benchmark-status").await?.contains("other"))
            })
            .await?;
        view.choose_file(&path).await?;
        view.page().until("it can go on", async || Ok(view.is_enabled("#benchmark-resume").await?)).await?;
        view.press("#benchmark-resume").await?;
        view.wait_until_answered(before.n + 1).await?;
        view.wait_until_run("finished").await?;
        ensure!(view.live("Overall").await?.n == 40);
        let listed = view.listed().await?;
        ensure!(listed.iter().map(|(number, _)| *number).eq(0..40), "{listed:?}");
        let kept = view.wait_until_kept(1).await?;
        ensure!(kept[0].state == "finished", "{kept:?}");
        Ok(())
    })
}

#[test]
fn runs_are_compared_named_opened_again_and_deleted() -> Result<()> {
    spec("runs-compared", async |ground| {
        let view = BenchmarkPage::open_and_wait_until_ready(ground).await?;
        view.press("#benchmark-start").await?;
        view.wait_until_answered(36).await?;
        view.press("#benchmark-stop").await?;
        view.wait_until_run("stopped").await?;
        let shown = view.live("Overall").await?;
        let first = view.wait_until_kept(1).await?.remove(0);
        view.rename_run(&first.id, "with images").await?;
        view.press("#benchmark-blank").await?;
        view.press("#benchmark-start").await?;
        view.wait_until_answered(36).await?;
        view.press("#benchmark-stop").await?;
        view.wait_until_run("stopped").await?;
        let blank = view.live("Overall").await?;
        ensure!(blank.hits < shown.hits, "{blank:?} without images, {shown:?} with");
        let kept = view.wait_until_kept(2).await?;
        ensure!(kept.iter().any(|run| run.id == first.id && run.text.contains("with images")), "{kept:#?}");

        view.choose("#compare-with", &first.id).await?;
        view.page()
            .until("they are compared", async || {
                Ok(view.sheets().await?.iter().any(|title| title.contains("with images")))
            })
            .await?;
        let title = view.sheets().await?.into_iter().find(|title| title.contains("with images"));
        let sheet = view.sheet(&title.unwrap_or_default()).await?;
        ensure!(!sheet.is_empty(), "an empty comparison");
        ensure!(view.texts("#chart svg").await?.len() == 1, "no chart");
        view.scroll_to("#analysis").await?;
        ground.browser.screenshots("r2-compared").await?;
        view.scroll_to("#analysis [data-sheet]").await?;
        ground.browser.screenshots("r4-sheets").await?;

        view.press_of_run(&first.id, "open").await?;
        view.page().until("it is open", async || Ok(view.live("Overall").await? == shown)).await?;
        ensure!(view.listed().await?.len() as u64 == shown.n);
        view.press_of_run(&first.id, "delete").await?;
        ensure!(view.kept().await?.len() == 2, "deleted without being asked again");
        view.press_of_run(&first.id, "delete").await?;
        view.wait_until_kept(1).await?;
        view.reload().await?;
        let kept = view.wait_until_kept(1).await?;
        ensure!(kept[0].id != first.id);
        Ok(())
    })
}

#[test]
fn another_rule_reads_the_same_answers_anew() -> Result<()> {
    spec("runs-rule", async |ground| {
        let view = BenchmarkPage::open_and_wait_until_ready(ground).await?;
        view.press("#benchmark-start").await?;
        view.wait_until_answered(9).await?;
        view.press("#benchmark-stop").await?;
        view.wait_until_run("stopped").await?;
        let before = view.live("Overall").await?;
        view.choose("#benchmark-rule", "vlmeval-2026-06").await?;
        view.page()
            .until("the rule is told", async || {
                Ok(view.page().text("#benchmark-conditions").await?.contains("vlmeval-2026-06"))
            })
            .await?;
        ensure!(view.live("Overall").await?.n == before.n);
        let json = view.save("#export-json").await?;
        ensure!(json.text()?.contains("\"rule\": \"vlmeval-2026-06\""));
        view.choose("#benchmark-rule", "vlmeval-2024").await?;
        view.page().until("as before", async || Ok(view.live("Overall").await? == before)).await
    })
}

#[test]
fn in_circular_evaluation_every_rotation_is_asked_and_counted_in_a_column_of_its_own() -> Result<()> {
    spec("runs-circular", async |ground| {
        let view = BenchmarkPage::open_and_wait_until_ready(ground).await?;
        ensure!(view.texts("#results td[data-model=circular]").await?.is_empty());
        view.press("#benchmark-circular").await?;
        view.choose("#benchmark-preset", "fast").await?;
        view.press("#benchmark-start").await?;
        view.wait_until_answered(18).await?;
        view.press("#benchmark-stop").await?;
        view.wait_until_run("stopped").await?;
        let (overall, circular) = (view.live("Overall").await?, view.cell("circular", "Overall").await?);
        ensure!(circular.n == overall.n && circular.hits <= overall.hits, "{circular:?} of {overall:?}");
        let conditions = view.page().text("#benchmark-conditions").await?;
        ensure!(conditions.contains("Fast") && conditions.contains("ircular"), "{conditions:?}");
        view.scroll_to("#results").await?;
        ground.browser.screenshots("r3-circular").await
    })
}
