use leptos::prelude::*;

use crate::browser::page::page;
use crate::format;
use crate::state::State;

/// The run's figures; every cell keeps its place and its width.
#[component]
pub(super) fn Readings() -> impl IntoView {
    view! {
        <dl class="readings">
            <Reading id="benchmark-count" label="Questions" text=count/>
            <Reading id="benchmark-accuracy" label="Right so far" text=accuracy/>
            <Reading id="benchmark-chance" label="Chance" text=chance/>
            <Reading id="benchmark-commonest" label="Always one letter" text=commonest/>
            <Reading id="benchmark-rate" label="Per minute" text=rate/>
            <Reading id="benchmark-eta" label="Time left" text=time_left/>
        </dl>
    }
}

#[component]
fn Reading(id: &'static str, label: &'static str, text: fn(&State) -> Option<String>) -> impl IntoView {
    let value = page().slice(move |state| text(state).unwrap_or_else(|| "–".into()));
    view! {
        <div class="cell">
            <dt>{label}</dt>
            <dd id=id>{value}</dd>
        </div>
    }
}

fn count(state: &State) -> Option<String> {
    state.benchmark.progress().map(|(n_asked, n_total)| format!("{n_asked} of {n_total}"))
}

fn accuracy(state: &State) -> Option<String> {
    let overall = state.benchmark.row.overall();
    let (accuracy, interval) = (overall.score().accuracy()?, overall.interval()?);
    Some(format!("{} ({})", format::percent(accuracy), format::percent_range(interval.low, interval.high)))
}

fn chance(state: &State) -> Option<String> {
    state.benchmark.row.overall().chance().map(format::percent)
}

/// What the commonest of the right letters gets that always gives it.
fn commonest(state: &State) -> Option<String> {
    let commonest = state.benchmark.run.as_ref()?.commonest_answer()?;
    Some(format!("{} ({})", format::percent(commonest.score.accuracy()?), commonest.letter))
}

fn rate(state: &State) -> Option<String> {
    state.benchmark.pace.questions_per_min().map(format::rate)
}

fn time_left(state: &State) -> Option<String> {
    let (n_asked, n_total) = state.benchmark.progress()?;
    let secs = state.benchmark.pace.remaining_secs(n_total.saturating_sub(n_asked))?;
    let left = format::remaining(secs);
    state.benchmark.stage.is_under_way().then(|| left.trim_end_matches(" left").to_owned())
}
