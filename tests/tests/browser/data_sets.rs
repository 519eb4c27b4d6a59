//! A person's own data sets: files in VLMEvalKit's columns, with all sorts of mistakes in them.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use tempfile::TempDir;
use tests::browser::{BenchmarkPage, BrowserKind, Counts, built_page, plain_spec_in, spec};
use tests::questions::{Row, tsv};

use crate::examples::Example;

/// A file with this text in its own folder, which is deleted with the result.
pub(crate) fn file(name: &str, text: &str) -> Result<(TempDir, PathBuf)> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join(name);
    std::fs::write(&path, text)?;
    Ok((folder, path))
}

/// Rows with this many questions about the page's example images, the answers in turn.
pub(crate) fn rows(n: u32) -> Result<Vec<Row>> {
    let examples = Example::all()?;
    let row = |index: u32| {
        let example = &examples[index as usize % examples.len()];
        let answer = ["A", "B", "C", "D"][index as usize % 4];
        // Two rows to a label cell.
        Ok(Row::new(index, &example.image()?.bytes, answer).with("category", format!("organ {}", index / 2)))
    };
    (0..n).map(row).collect()
}

#[test]
fn a_file_is_read_sampled_by_label_cell_and_run() -> Result<()> {
    spec("data-file", async |ground| {
        let (_folder, path) = file("own.tsv", &tsv(&rows(8)?, "\n"))?;
        let view = BenchmarkPage::open_and_wait_until_ready(ground).await?;
        view.choose_file(&path).await?;
        view.wait_until_questions(4).await?;
        let status = view.data_status().await?;
        ensure!(status.contains('8') && status.contains('4'), "{status:?} of 8 questions in 4 label cells");
        view.choose("#benchmark-extent", "all").await?;
        view.wait_until_questions(8).await?;
        view.choose("#benchmark-extent", "first").await?;
        view.fill("#benchmark-first", "3").await?;
        view.wait_until_questions(3).await?;
        ground.browser.screenshots("d1-file").await?;

        view.press("#benchmark-start").await?;
        view.wait_until_run("finished").await?;
        let overall = view.live("Overall").await?;
        ensure!(overall.n == 3 && view.live("Organ Recognition - Abdomen").await? == overall, "{overall:?}");
        let head = view.page().text("#results thead").await?;
        ensure!(head.contains("own.tsv") && !head.contains("phantom"), "{head:?}");
        view.press("#questions tr[data-number='0'] .link").await?;
        ensure!(view.image_colours().await? > 8);
        let shares = view.shares().await?;
        ensure!(shares.len() == 4 && (shares.iter().sum::<f64>() - 1.0).abs() < 0.01, "{shares:?}");
        ground.browser.screenshots("d2-question").await?;
        view.press("#question-close").await?;
        let json = view.save("#export-json").await?;
        let told: Value = serde_json::from_str(json.text()?)?;
        ensure!(told["conditions"]["data_set"]["name"] == "own.tsv", "{}", told["conditions"]);
        ensure!(told["conditions"]["sampling"]["extent"]["First"] == 3, "{}", told["conditions"]);
        Ok(())
    })
}

#[test]
fn what_is_wrong_with_a_file_is_told_by_row_and_nothing_else_is_lost() -> Result<()> {
    spec("data-malformed", async |ground| {
        let mut rows = rows(9)?;
        rows[1] =
            rows[1].clone().with("A", "\"a tab\tin quotes\"").with("B", "\"a line\r\nin \"\"quotes\"\"\"");
        rows[2] = rows[2].clone().cut(5);
        rows[3] = rows[3].clone().with("answer", "F");
        rows[4] = rows[4].clone().with("image", "this is no base64!");
        rows[5] = rows[5].clone().with("image", "bm8gaW1hZ2UgYXQgYWxs");
        rows[6] = rows[6].clone().with("index", "0");
        rows[7] = rows[7].clone().with("B", "");
        let text = format!("\u{feff}{}", tsv(&rows, "\r\n"));
        let (_folder, path) = file("malformed.tsv", &text)?;
        let view = BenchmarkPage::open_and_wait_until_ready(ground).await?;
        view.choose_file(&path).await?;
        // Rows 1, 2, 5, 6 and 9 can be asked, of three label cells; mistakes in their images are found when they are asked.
        view.wait_until_questions(3).await?;
        view.choose("#benchmark-extent", "all").await?;
        view.wait_until_questions(5).await?;
        let problems = view.problems().await?;
        let listed: Vec<u64> = problems.iter().map(|problem| problem.row).collect();
        ensure!(listed == [3, 4, 7, 8], "{problems:#?}");
        for (problem, says) in problems.iter().zip(["fields", "answer", "index", "option"]) {
            ensure!(
                problem.text.contains(says),
                "row {} does not say {says:?}: {}",
                problem.row,
                problem.text
            );
        }
        view.press("#data-problems summary").await?;
        ground.browser.screenshots("d3-problems").await?;

        view.press("#benchmark-start").await?;
        view.wait_until_run("finished").await?;
        let overall = view.live("Overall").await?;
        ensure!(overall.n == 5, "{overall:?}");
        view.press("[data-filter=Error]").await?;
        let errors = view.texts("#questions tbody tr").await?;
        ensure!(errors.len() == 2, "{errors:#?}");
        ensure!(errors.iter().any(|row| row.contains("base64")), "{errors:#?}");
        ground.browser.screenshots("d4-errors").await?;
        let csv = view.save("#export-csv").await?;
        let text = csv.text()?;
        ensure!(text.contains("a tab\tin quotes") && text.contains("in \"\"quotes\"\""), "{text}");
        Ok(())
    })
}

#[test]
fn a_file_that_is_no_data_set_gets_a_message_and_the_one_before_stays() -> Result<()> {
    spec("data-wrong", async |ground| {
        let (_folder, good) = file("good.tsv", &tsv(&rows(2)?, "\n"))?;
        let (_other, bad) = file("bad.tsv", "name\tage\nx\t3\n")?;
        let view = BenchmarkPage::open_and_wait_until_ready(ground).await?;
        view.choose_file(&good).await?;
        view.wait_until_questions(1).await?;
        view.choose_file(&bad).await?;
        view.page()
            .until("the message", async || Ok(view.data_status().await?.contains("no column")))
            .await?;
        ground.browser.screenshots("d5-no-data-set").await
    })
}

#[test]
fn a_file_without_answers_is_predicted_and_exported() -> Result<()> {
    spec("data-test", async |ground| {
        let rows: Vec<Row> = rows(4)?.into_iter().map(|row| row.with("answer", "")).collect();
        let (_folder, path) = file("GMAI_mm_bench_TEST_part_1.tsv", &tsv(&rows, "\n"))?;
        let view = BenchmarkPage::open_and_wait_until_ready(ground).await?;
        view.choose_file(&path).await?;
        view.wait_until_questions(2).await?;
        view.choose("#benchmark-extent", "all").await?;
        view.wait_until_questions(4).await?;
        let status = view.data_status().await?;
        ensure!(status.contains("predict"), "{status:?}");
        view.press("#benchmark-start").await?;
        view.wait_until_run("finished").await?;
        ensure!(view.live("Overall").await? == Counts { hits: 0, n: 0 }, "nothing can be scored");
        let csv = view.save("#export-csv").await?;
        let mut reader = csv::Reader::from_reader(csv.text()?.as_bytes());
        let header = reader.headers()?.clone();
        let at = header.iter().position(|name| name == "prediction").context("no predictions")?;
        let said: Vec<String> = reader.records().map(|row| Ok(row?[at].to_owned())).collect::<Result<_>>()?;
        ensure!(said.len() == 4 && said.iter().all(|text| !text.is_empty()), "{said:?}");
        ground.browser.screenshots("d6-predictions").await
    })
}

#[test]
fn lines_of_json_are_read_too() -> Result<()> {
    spec("data-jsonl", async |ground| {
        let image = Example::first()?.image()?.bytes;
        let line = |index: u32| {
            let image = base64_of(&image);
            serde_json::json!({
                "index": index, "image": image, "question": "Which?", "A": "liver", "B": "spleen", "answer": "B",
                "category": format!("organ {index}"), "clinical VQA task": "Bone",
            })
            .to_string()
        };
        let text = format!("{}\n{{\"index\": 1, \"question\n{}\n", line(0), line(2));
        let (_folder, path) = file("own.jsonl", &text)?;
        let view = BenchmarkPage::open_and_wait_until_ready(ground).await?;
        view.choose_file(&path).await?;
        view.wait_until_questions(2).await?;
        let problems = view.problems().await?;
        ensure!(problems.len() == 1 && problems[0].row == 2, "{problems:#?}");
        view.press("#benchmark-start").await?;
        view.wait_until_run("finished").await?;
        ensure!(view.live("Bone").await?.n == 2);
        Ok(())
    })
}

#[test]
fn a_file_beside_the_page_is_read_by_ranges_and_goes_on_after_a_reload() -> Result<()> {
    let site = tempfile::tempdir()?;
    copy(&built_page()?, site.path())?;
    std::fs::create_dir(site.path().join("data"))?;
    std::fs::write(site.path().join("data/own.tsv"), tsv(&rows(30)?, "\n"))?;
    let asked =
        plain_spec_in(BrowserKind::ChromiumWithoutWebGpu, "data-address", site.path(), async |ground| {
            let view = BenchmarkPage::open_and_wait_until_ready(ground).await?;
            view.choose("#benchmark-data", "address").await?;
            view.fill("#data-address", "data/own.tsv").await?;
            view.press("#data-open").await?;
            view.wait_until_questions(15).await?;
            view.press("#benchmark-start").await?;
            view.wait_until_answered(3).await?;
            view.reload().await?;
            view.wait_until_kept(1).await?;
            let before = view.live("Overall").await?;
            view.choose("#benchmark-data", "address").await?;
            view.fill("#data-address", "data/own.tsv").await?;
            view.press("#data-open").await?;
            view.page()
                .until("it can go on", async || Ok(view.is_enabled("#benchmark-resume").await?))
                .await?;
            view.press("#benchmark-resume").await?;
            view.wait_until_run("finished").await?;
            let overall = view.live("Overall").await?;
            ensure!(overall.n == 15 && before.n >= 2, "{overall:?}, {before:?} before");

            // What a host sends for an address that it does not have is not a data set.
            view.fill("#data-address", "nothing/here.tsv").await?;
            view.press("#data-open").await?;
            view.page()
                .until("the message", async || Ok(view.data_status().await?.contains("here.tsv")))
                .await
        })?;
    ensure!(asked.is_nothing(), "the page asked another origin: {asked:#?}");
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            std::fs::create_dir(&to)?;
            copy(&entry.path(), &to)?;
        } else {
            std::fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}

fn base64_of(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
