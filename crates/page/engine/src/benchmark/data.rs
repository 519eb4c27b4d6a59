//! Phantoms as a data set in the benchmark's form.

use bench::{DataSet, Letter};
use phantoms::{ClinicalTask, Granularity, Item, N_PER_TASK, Split, VERSION, item_of_task};
use protocol::{BenchmarkData, JobId};

use crate::{EngineError, Host};

/// What stands beside the figures of a set of phantoms, and where they come from; none where the data are a file.
pub(super) fn described(data: &BenchmarkData) -> Option<(DataSet, Split, u32)> {
    let version = VERSION.to_owned();
    match *data {
        BenchmarkData::Sample => Some((DataSet::Sample { version }, Split::Sample, N_PER_TASK)),
        BenchmarkData::HeldOut { per_task } => {
            Some((DataSet::HeldOut { version, per_task }, Split::HeldOut, per_task))
        }
        BenchmarkData::File { .. } => None,
    }
}

/// The questions of a split: the first of every clinical task, then the second of every task, and so on. So the part of a run
/// that is done has every task in it, and the same order is that of every run.
pub(super) async fn items<H: Host>(
    host: &H,
    job: JobId,
    split: Split,
    per_task: u32,
) -> Result<Vec<Item>, EngineError> {
    let mut items = Vec::new();
    for index in 0..per_task {
        items.extend(ClinicalTask::ALL.iter().filter_map(|&task| item_of_task(split, task, index)));
        host.breathe().await;
        if host.is_stopped(job) {
            return Err(EngineError::Stopped);
        }
    }
    Ok(items)
}

/// A question about a phantom, with all its labels; its place in the data set is its name.
pub(super) fn question(number: u32, item: &Item) -> bench::Question {
    let asked = &item.asked;
    bench::Question {
        index: number.to_string(),
        question: item.posed.text.clone(),
        options: item.posed.options.iter().map(ToString::to_string).collect(),
        answer: Letter::of(item.posed.truth),
        category: asked.answer().to_owned(),
        clinical_task: asked.kind.task.name().to_owned(),
        department: asked.department.name().to_owned(),
        granularity: asked.granularity.name().to_owned(),
        modality: asked.modality.name().to_owned(),
        original_task: original_task(asked.granularity).to_owned(),
    }
}

/// The kind of data set that a question of this granularity would come from.
fn original_task(granularity: Granularity) -> &'static str {
    match granularity {
        Granularity::Image => "CLS_2D",
        Granularity::Box => "DET_2D",
        Granularity::Contour | Granularity::Mask => "SEG_2D",
    }
}
