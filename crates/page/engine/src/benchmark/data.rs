//! Phantoms as a data set in the benchmark's form.

use bench::{DataSet, Letter};
use phantoms::{ClinicalTask, Granularity, Item, N_PER_TASK, Split, VERSION, item_of_task};
use protocol::JobId;

use crate::{EngineError, Host};

/// Which phantoms are asked about, and how a run calls them.
pub(super) struct Phantoms {
    pub(super) data: DataSet,
    split: Split,
    per_task: u32,
}

/// The phantoms that the page brings with it.
pub(super) fn sample() -> Phantoms {
    Phantoms {
        data: DataSet::Sample { version: VERSION.to_owned() },
        split: Split::Sample,
        per_task: N_PER_TASK,
    }
}

/// Others, drawn for one measurement.
pub(super) fn held(per_task: u32) -> Phantoms {
    let version = VERSION.to_owned();
    Phantoms { data: DataSet::HeldOut { version, per_task }, split: Split::HeldOut, per_task }
}

/// Their questions: the first of every clinical task, then the second of every task, and so on. So the part of a run that is done
/// has every task in it, and every run has the same order.
pub(super) async fn items<H: Host>(
    host: &H,
    job: JobId,
    phantoms: &Phantoms,
) -> Result<Vec<Item>, EngineError> {
    let &Phantoms { split, per_task, .. } = phantoms;
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
