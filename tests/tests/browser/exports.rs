//! The files of an export: a library for its format reads each, and it must agree with the table.

use std::collections::BTreeMap;
use std::io::Cursor;

use anyhow::{Context, Result, bail, ensure};
use calamine::{Data, DataType as _, Reader as _, Xlsx};
use serde_json::Value;
use tests::browser::{BenchmarkPage, Counts};

/// Saves every export of the run that is shown and compares it with the table. `n` questions were asked, all with a known answer.
pub(crate) async fn ensure_exports_agree(view: &BenchmarkPage<'_>, n: u64) -> Result<()> {
    view.press("#grouping-tasks").await?;
    let overall = view.live("Overall").await?;
    ensure!(overall.n == n, "the table has {overall:?}");
    let tasks = view.live_by_group().await?;
    let line = view.page().text("#permanent-line").await?;

    let csv = view.save("#export-csv").await?;
    ensure!(csv.name.starts_with("benchmark-") && csv.name.ends_with(".csv"), "{}", csv.name);
    let by_task = counted(csv.text()?)?;
    ensure!(sum(&by_task) == overall && by_task == tasks, "{by_task:?} in the CSV, {tasks:?} in the table");
    ensure!(csv.text()?.lines().skip(1).all(|row| row.contains("Research and education only")), "{line}");

    let json = view.save("#export-json").await?;
    let told: Value = serde_json::from_str(json.text()?)?;
    ensure!(told["n"] == overall.n && told["hits"] == overall.hits, "{:?}", told["hits"]);
    ensure!(told["notice"] == line && told["conditions"]["rule"] == "vlmeval-2024", "{}", told["conditions"]);
    for (task, counts) in &tasks {
        let cell = &told["groups"]["clinical vqa task"][task];
        ensure!(cell["hits"] == counts.hits && cell["n"] == counts.n, "{task}: {cell} against {counts:?}");
    }
    ensure!(told["questions"].as_array().context("a list of questions")?.len() as u64 == n);

    let markdown = view.save("#export-markdown").await?;
    let (text, share) = (markdown.text()?, format!("{}/{}", overall.hits, overall.n));
    ensure!(text.contains(&line) && text.contains(&share), "no {share} in {text}");

    let xlsx = view.save("#export-xlsx").await?;
    ensure!(xlsx.name.ends_with("_result.xlsx"), "{}", xlsx.name);
    let by_task = counted_in_workbook(&xlsx.bytes, &line)?;
    ensure!(by_task == tasks, "{by_task:?} in the workbook, {tasks:?} in the table");

    let acc = view.save("#export-acc").await?;
    ensure!(acc.name.ends_with("_clinical vqa task_acc.csv"), "{}", acc.name);
    ensure_acc_agrees(acc.text()?, overall, &tasks, &line)?;

    let chart = view.save("#export-chart").await?;
    let text = chart.text()?;
    ensure!(chart.name.ends_with(".svg") && text.starts_with("<svg") && text.contains(&share), "{text}");
    Ok(())
}

fn sum(by_task: &BTreeMap<String, Counts>) -> Counts {
    let each = by_task.values();
    each.fold(Counts { hits: 0, n: 0 }, |sum, one| Counts { hits: sum.hits + one.hits, n: sum.n + one.n })
}

/// Hits by task, counted from the rows of a CSV.
fn counted(csv: &str) -> Result<BTreeMap<String, Counts>> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header = reader.headers()?.clone();
    let at =
        |name: &str| header.iter().position(|it| it == name).with_context(|| format!("no column {name}"));
    let (task, hit) = (at("clinical VQA task")?, at("hit")?);
    let mut counts = BTreeMap::new();
    for record in reader.records() {
        let record = record?;
        count(&mut counts, &record[task], &record[hit] == "1");
    }
    Ok(counts)
}

/// The same from the first sheet of a workbook; its second must contain the permanent line.
fn counted_in_workbook(bytes: &[u8], line: &str) -> Result<BTreeMap<String, Counts>> {
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes))?;
    let sheets = workbook.sheet_names();
    let rows = workbook.worksheet_range(sheets.first().context("a workbook without a sheet")?)?;
    let header: Vec<String> =
        rows.rows().next().context("an empty sheet")?.iter().map(Data::to_string).collect();
    let at =
        |name: &str| header.iter().position(|it| it == name).with_context(|| format!("no column {name}"));
    let (task, hit) = (at("clinical VQA task")?, at("hit")?);
    for name in ["index", "prediction", "log", "A", "answer"] {
        at(name)?;
    }
    let mut counts = BTreeMap::new();
    for row in rows.rows().skip(1) {
        let Some(hit) = row[hit].get_float() else { bail!("a hit is a number, not {:?}", row[hit]) };
        count(&mut counts, &row[task].to_string(), hit == 1.0);
    }
    let conditions = workbook.worksheet_range(sheets.get(1).context("a workbook without conditions")?)?;
    ensure!(conditions.rows().flatten().any(|cell| cell.get_string() == Some(line)), "no permanent line");
    Ok(counts)
}

fn count(counts: &mut BTreeMap<String, Counts>, task: &str, hit: bool) {
    let cell = counts.entry(task.to_owned()).or_insert(Counts { hits: 0, n: 0 });
    cell.n += 1;
    cell.hits += u64::from(hit);
}

/// One line of shares, as pandas would read it.
fn ensure_acc_agrees(acc: &str, overall: Counts, tasks: &BTreeMap<String, Counts>, line: &str) -> Result<()> {
    let mut reader = csv::Reader::from_reader(acc.as_bytes());
    let header = reader.headers()?.clone();
    let row = reader.records().next().context("no row")??;
    let value = |name: &str| {
        let at = header.iter().position(|it| it == name).with_context(|| format!("no column {name}"))?;
        Ok::<_, anyhow::Error>(row[at].to_owned())
    };
    ensure!(header[0] == *"split" && header[1] == *"Overall" && row[0] == *"none", "{header:?} {row:?}");
    let is = |text: &str, counts: Counts| {
        text.parse::<f64>().is_ok_and(|share| (share - counts.hits as f64 / counts.n as f64).abs() < 1e-12)
    };
    ensure!(is(&value("Overall")?, overall), "{overall:?} is not {:?}", value("Overall"));
    for (task, counts) in tasks {
        ensure!(is(&value(task)?, *counts), "{task}: {counts:?} is not {:?}", value(task));
    }
    ensure!(row.iter().any(|field| field == line), "no permanent line in {row:?}");
    Ok(())
}

#[test]
fn a_csv_that_counts_otherwise_is_noticed() -> Result<()> {
    let csv = "index,clinical VQA task,hit\n0,Bone,1\n1,Bone,0\n2,Muscle,1\n";
    let counts = counted(csv)?;
    ensure!(counts["Bone"] == Counts { hits: 1, n: 2 } && sum(&counts) == Counts { hits: 2, n: 3 });
    let (tasks, overall) = (&counts, sum(&counts));
    let acc = |bone: &str| format!("split,Overall,Bone,Muscle,notice\nnone,{},{bone},1.0,line\n", 2.0 / 3.0);
    ensure_acc_agrees(&acc("0.5"), overall, tasks, "line")?;
    ensure!(ensure_acc_agrees(&acc("0.51"), overall, tasks, "line").is_err());
    ensure!(ensure_acc_agrees(&acc("0.5"), overall, tasks, "another").is_err());
    Ok(())
}
