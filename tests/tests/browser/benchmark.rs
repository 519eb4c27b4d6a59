//! The Benchmark view: a run that fills the table, next to rows that others published.

use anyhow::{Context, Result, bail, ensure};
use tests::browser::{AskPage, BenchmarkPage, Counts, spec};

use crate::examples::ask_first_example;
use crate::exports::ensure_exports_agree;

/// Questions of the sample: 20 for each of 18 tasks.
const N_SAMPLE: u64 = 360;

#[test]
fn a_run_fills_the_table_pauses_goes_on_and_stops() -> Result<()> {
    spec("benchmark-run", async |ground| {
        let view = BenchmarkPage::open(ground).await?;
        // The published rows are shown before there is a model.
        ensure!(view.cell("Qwen2-VL-7B-Instruct", "Overall").await? == Counts { hits: 2114, n: 4550 });
        let note = view.page().text("#benchmark-note").await?;
        ensure!(note.contains("not GMAI-MMBench") && note.contains("cannot be compared"), "{note:?}");
        ground.browser.screenshots("b1-first").await?;
        view.page().wait_until_model("ready").await?;
        ensure!(view.attribute("#export-csv", "title").await?.contains("no answer"), "no reason is given");

        view.press("#benchmark-start").await?;
        view.wait_until_answered(4).await?;
        ensure!(view.run().await? == "running");
        ensure!(view.listed().await?.len() >= 4);
        view.wait_until_answered(20).await?;
        ground.browser.screenshots("b2-running").await?;
        view.pause().await?;
        ground.browser.screenshots("b3-paused").await?;

        let overall = view.live("Overall").await?;
        ensure!(overall.n < N_SAMPLE, "the run was over before it could be paused");
        for tab in ["#grouping-departments", "#grouping-granularities", "#grouping-tasks"] {
            view.press(tab).await?;
            let groups = view.live_groups().await?;
            let sum = Counts {
                hits: groups.iter().map(|cell| cell.hits).sum(),
                n: groups.iter().map(|cell| cell.n).sum(),
            };
            ensure!(sum == overall, "{tab}: {sum:?} do not add up to {overall:?}");
        }
        let listed = view.listed().await?;
        let hits = listed.iter().filter(|(_, hit)| *hit).count() as u64;
        ensure!(overall == Counts { hits, n: listed.len() as u64 }, "{overall:?} is not what is listed");

        // Both views keep their content.
        view.press("#view-ask").await?;
        view.wait_until_view("ask").await?;
        view.press("#view-benchmark").await?;
        view.wait_until_view("benchmark").await?;
        ensure!(view.live("Overall").await? == overall && view.run().await? == "paused");

        view.press("#benchmark-resume").await?;
        view.wait_until_answered(overall.n + 4).await?;
        view.press("#benchmark-stop").await?;
        view.wait_until_run("stopped").await?;
        let stopped = view.live("Overall").await?;
        ensure!(view.listed().await?.len() as u64 == stopped.n);

        view.press("#benchmark-blank").await?;
        view.press("#benchmark-start").await?;
        view.wait_until_answered(2).await?;
        ensure!(view.live("Overall").await?.n < stopped.n, "a new run begins with an empty table");
        ensure!(view.page().text("#results thead").await?.contains("images blanked"));
        view.press("#benchmark-stop").await
    })
}

/// The share of the sample that the bundled model must at least answer correctly in the tab.
const LEAST_ACCURACY: f64 = 0.93;
/// Of a task, which has 20 questions there.
const LEAST_TASK_ACCURACY: f64 = 0.8;

#[test]
fn the_bundled_model_answers_the_whole_sample_over_a_reload_and_the_exports_agree() -> Result<()> {
    spec("benchmark-whole", async |ground| {
        let view = BenchmarkPage::open_and_wait_until_ready(ground).await?;
        view.press("#benchmark-start").await?;
        // In stretches, so that a slow machine does not look like one that has stopped.
        for n_answered in (30..=N_SAMPLE / 2).step_by(30) {
            view.wait_until_answered(n_answered).await?;
        }
        view.reload().await?;
        let [kept] = &view.wait_until_kept(1).await?[..] else { bail!("one run was begun") };
        ensure!(kept.state == "partial" && kept.is_current, "{kept:?}");
        let before = view.live("Overall").await?;
        // The latest answer may not have been written when the tab was closed.
        ensure!(before.n + 1 >= N_SAMPLE / 2 && before.n < N_SAMPLE, "{before:?} of half a run");
        ground.browser.screenshots("b8-after-reload").await?;
        view.press("#benchmark-resume").await?;
        for n_answered in (before.n + 1..=N_SAMPLE).step_by(30).chain([N_SAMPLE]) {
            view.wait_until_answered(n_answered).await?;
        }
        view.wait_until_run("finished").await?;
        ground.browser.screenshots("b7-finished").await?;
        let overall = view.live("Overall").await?;
        println!("{} of {} in the tab", overall.hits, overall.n);
        ensure!(overall.n == N_SAMPLE && reaches(overall, LEAST_ACCURACY), "{overall:?}");
        let tasks = view.live_groups().await?;
        ensure!(
            tasks.len() == 18 && tasks.iter().all(|&task| reaches(task, LEAST_TASK_ACCURACY)),
            "{tasks:?}"
        );
        let kept = view.wait_until_kept(1).await?;
        ensure!(kept[0].state == "finished", "{kept:?}");
        ensure_exports_agree(&view, N_SAMPLE).await
    })
}

fn reaches(counts: Counts, accuracy: f64) -> bool {
    counts.n > 0 && counts.hits as f64 >= accuracy * counts.n as f64
}

#[test]
fn too_few_hits_do_not_reach() {
    assert!(reaches(Counts { hits: 16, n: 20 }, LEAST_TASK_ACCURACY));
    assert!(!reaches(Counts { hits: 15, n: 20 }, LEAST_TASK_ACCURACY));
    assert!(!reaches(Counts { hits: 0, n: 0 }, LEAST_TASK_ACCURACY));
}

#[test]
fn tabs_and_the_printed_values_work_from_the_keyboard() -> Result<()> {
    spec("benchmark-table", async |ground| {
        let view = BenchmarkPage::open(ground).await?;
        const ARROW_RIGHT: &str = "\u{e014}";
        view.press("#grouping-tasks").await?;
        view.key("#grouping-tasks", ARROW_RIGHT).await?;
        ensure!(view.attribute("#grouping-departments", "aria-selected").await? == "true");
        let printed = view.cell("Qwen2-VL-2B-Instruct", "Urology").await?;
        ensure!(printed == Counts { hits: 75, n: 180 }, "{printed:?}");
        ensure!(view.texts(".printed").await?.is_empty(), "printed values are shown unasked");
        view.press("#printed-toggle").await?;
        let texts = view.texts(".printed").await?;
        ensure!(texts.len() == 76, "{} printed values of 4 rows and 19 columns", texts.len());
        let marked = texts.iter().filter(|text| text.contains('†')).count();
        ensure!(marked == 56, "{marked} printed values carry the mark");
        let notes = view.texts(".footnotes li").await?;
        ensure!(notes.iter().any(|note| note.starts_with('†')), "the mark is not explained: {notes:?}");
        view.key("#grouping-departments", ARROW_RIGHT).await?;
        ensure!(view.live_groups().await?.len() == 4);
        for width in view.page().widths_at_both_views().await? {
            ensure!(width.content_px <= width.view_px, "the page is wider than the view: {width:?}");
        }
        ground.browser.screenshots("b4-printed").await
    })
}

#[test]
fn questions_are_sorted_filtered_and_opened() -> Result<()> {
    spec("benchmark-questions", async |ground| {
        let view = BenchmarkPage::open_and_wait_until_ready(ground).await?;
        view.press("#benchmark-start").await?;
        view.wait_until_answered(12).await?;
        view.pause().await?;
        let all = view.listed().await?;
        ensure!(all.iter().map(|(number, _)| *number).eq(0..all.len() as u64), "{all:?}");

        view.press("#questions [data-column=number] button").await?;
        let reversed = view.listed().await?;
        ensure!(reversed.iter().eq(all.iter().rev()), "{reversed:?}");
        ensure!(view.attribute("#questions [data-column=number]", "aria-sort").await? == "descending");
        view.press("#questions [data-column=result] button").await?;
        let by_result = view.listed().await?;
        ensure!(by_result.is_sorted_by_key(|(_, hit)| *hit), "{by_result:?}");
        for (filter, wanted) in [("Right", true), ("Wrong", false)] {
            view.press(&format!("[data-filter={filter}]")).await?;
            let listed = view.listed().await?;
            let expected = all.iter().filter(|(_, hit)| *hit == wanted).count();
            ensure!(listed.len() == expected && listed.iter().all(|(_, hit)| *hit == wanted), "{listed:?}");
        }
        view.press("[data-filter=All]").await?;

        let (number, hit) = by_result.first().copied().context("nothing was answered")?;
        view.press(&format!("#questions tr[data-number='{number}'] .link")).await?;
        let colours = view.image_colours().await?;
        ensure!(colours > 8, "the image has {colours} colours");
        ground.browser.screenshots("b5-question").await?;
        let right = view.texts("#question-panel [data-right] .option").await?;
        ensure!(right.len() == 1, "the right option is not marked: {right:?}");
        let chosen = view.texts("#question-panel [data-chosen] .option").await?;
        ensure!((chosen == right) == hit, "chosen {chosen:?}, right {right:?}, hit {hit}");
        view.press("#question-after").await?;
        view.image_colours().await?;
        view.press("#question-close").await?;

        Ok(())
    })
}

#[test]
fn a_question_of_a_persons_own_pauses_the_run() -> Result<()> {
    spec("benchmark-ask", async |ground| {
        let view = BenchmarkPage::open_and_wait_until_ready(ground).await?;
        view.press("#benchmark-start").await?;
        view.wait_until_answered(2).await?;
        view.press("#view-ask").await?;
        view.wait_until_view("ask").await?;
        ensure!(view.page().text("#benchmark-aside").await?.contains("pauses it"));
        ensure!(view.page().text("#phantoms-only").await?.contains("phantoms only"));
        ask_first_example(view.page()).await?;
        ensure!(view.page().text("#benchmark-aside").await?.contains("your question goes first"));
        ground.browser.screenshots("b6-asked-meanwhile").await?;
        view.go_back().await?;
        view.wait_until_view("benchmark").await?;
        ensure!(view.run().await? == "paused");
        let before = view.live("Overall").await?;
        view.press("#benchmark-resume").await?;
        view.wait_until_answered(before.n + 2).await
    })
}

#[test]
fn without_an_address_the_ask_view_is_shown() -> Result<()> {
    spec("benchmark-address", async |ground| {
        let page = AskPage::open(ground).await?;
        let shown = ground.browser.run("return document.querySelector('#question').checkVisibility()", &[]);
        ensure!(shown.await? == true);
        ensure!(page.text("nav [aria-current=page]").await? == "Ask");
        Ok(())
    })
}
