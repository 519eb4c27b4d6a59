//! A data set of ten gigabytes, which no tab could hold.

use anyhow::{Context as _, Result, ensure};
use bench::{Extent, Question, Selection, data};
use tests::browser::{BenchmarkPage, spec};
use tests::questions::{SparseFile, noise_png, sparse_tsv};

const N_BYTES: u64 = 10_000_000_000;
const N_ROWS: u32 = 4550;
/// The 4,000th row.
const ROW: u32 = 3999;
/// The size that the engine's memory in the tab may reach, with the bundled model.
const MOST_HEAP_BYTES: u64 = 300 << 20;

#[test]
fn ten_gigabytes_are_indexed_within_the_heap_and_the_image_of_any_row_is_at_hand() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("huge.tsv");
    // Two megabytes as base64, the average of a row of GMAI-MMBench VAL.
    let image = noise_png(800, 640)?;
    sparse_tsv(&path, SparseFile { n_bytes: N_BYTES, n_rows: N_ROWS, row_with_image: ROW, image: &image })?;
    let n_bytes = std::fs::metadata(&path)?.len();
    ensure!(n_bytes.abs_diff(N_BYTES) < N_BYTES / 100, "{n_bytes} bytes were written");
    let seed = seed_that_begins_with(ROW).context("no seed of a hundred thousand begins with the row")?;
    spec("huge", async |ground| {
        let view = BenchmarkPage::open_and_wait_until_ready(ground).await?;
        view.fill_selection("first", 1, seed).await?;
        view.choose_file(&path).await?;
        view.page().until("it is being read", async || Ok(view.data_status().await?.contains("GB"))).await?;
        ground.browser.screenshots("d7-huge").await?;
        // In stretches, so that a slow disk does not look like a page that has stopped.
        for gigabytes in 1..10 {
            view.wait_until_read(gigabytes * 1_000_000_000).await?;
        }
        view.wait_until_questions(1).await?;
        let status = view.data_status().await?;
        ensure!(status.contains("4550") || status.contains("4,550"), "{status:?}");

        view.press("#benchmark-start").await?;
        view.wait_until_run("finished").await?;
        let shown_ms = view.open_question(0).await?;
        println!("the 4,000th row's image was shown after {shown_ms:.0} ms");
        ensure!(view.image_colours().await? > 100_000, "noise has many colours");
        view.press("#question-close").await?;
        // Loading the model again shows how far the memory has grown.
        view.page().choose_backend("cpu").await?;
        let heap_bytes = view.page().heap_bytes().await?;
        println!("heap after indexing: {} MiB", heap_bytes >> 20);
        ensure!(heap_bytes < MOST_HEAP_BYTES, "{heap_bytes} bytes");

        // The second time nothing is read: the index was stored.
        view.reload().await?;
        view.choose("#benchmark-extent", "all").await?;
        view.choose_file(&path).await?;
        view.wait_until_questions(u64::from(N_ROWS)).await
    })
}

/// A seed with which a plan of the file's rows begins with this row. Each row has its own label cell.
fn seed_that_begins_with(row: u32) -> Option<u32> {
    let question = |index: u32| Question { category: format!("organ {index}"), ..Question::default() };
    let questions: Vec<Question> = (0..N_ROWS).map(question).collect();
    let first = |seed| data::plan(&questions, Selection { seed, extent: Extent::First(1) });
    (0..100_000).find(|&seed| first(seed) == [row])
}
