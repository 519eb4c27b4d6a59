use bench::{Grouping, Published, published};
use leptos::prelude::*;

use super::cell::{Figures, LiveCell, LiveChance, PublishedCellView, chance_cell};
use crate::browser::page::page;
use crate::state::State;

/// As [`bench`] names the line of all questions.
pub(super) const OVERALL: &str = "Overall";

/// One grouping's table, turned on its side: a group per row, a model per column. This run comes first, and a gap parts it from
/// the published rows: they are of another benchmark.
#[component]
pub(super) fn ResultsTable(grouping: Grouping) -> impl IntoView {
    let page = page();
    let groups = page.slice(|state| state.benchmark.groups());
    let model = page.slice(model_title);
    let as_printed = page.slice(|state| state.benchmark.as_printed);
    let images =
        page.slice(|state| state.benchmark.run.as_ref().is_some_and(|run| run.conditions.blank_images));
    let first_column = match grouping {
        Grouping::ClinicalTask => "Clinical task",
        Grouping::Department => "Department",
        Grouping::Granularity => "Perceptual granularity",
    };
    let models = published().iter().map(|row| view! { <th scope="col">{breakable(row.model)}</th> });
    let rows =
        move || groups.get().into_iter().map(|group| view! { <GroupRow grouping group/> }).collect_view();
    view! {
        <table id="results" data-printed=move || as_printed.get().then_some("")>
            <caption class="visually-hidden">
                {format!("{}: share of right answers. This run is on the phantom sample, the other columns on GMAI-MMBench VAL.", grouping.title())}
            </caption>
            <colgroup>
                <col class="groups"/>
                <col class="live-scores"/>
                <col class="chances"/>
                <col class="first"/>
                <col span="3"/>
                <col class="chances"/>
            </colgroup>
            <thead>
                <tr>
                    <td class="corner"></td>
                    <th scope="colgroup" colspan="2" class="this-run">
                        {move || if images.get() { "This run, phantom sample, images blanked" } else { "This run, phantom sample" }}
                    </th>
                    <th scope="colgroup" colspan="5" class="published">"Published, GMAI-MMBench VAL"</th>
                </tr>
                <tr>
                    <th scope="col" class="group">{first_column}</th>
                    <th scope="col" class="this-run">{move || model.get()}</th>
                    <th scope="col" class="chance">"Chance"</th>
                    {models.collect_view()}
                    <th scope="col" class="chance">"Chance"</th>
                </tr>
            </thead>
            <tbody>
                <GroupRow grouping group=OVERALL.to_owned()/>
                {rows}
            </tbody>
        </table>
    }
}

#[component]
fn GroupRow(grouping: Grouping, group: String) -> impl IntoView {
    let cell_of = |row: &'static Published| row.cell(grouping, &group);
    let published_cells = published().iter().map(|row| {
        view! { <PublishedCellView model=row.model group=group.clone() cell=cell_of(row)/> }
    });
    let published_chance = published().first().and_then(cell_of).map(|cell| cell.chance);
    let key = group.clone();
    let figures = page().slice(move |state| {
        let row = &state.benchmark.row;
        Figures::from(if key == OVERALL { *row.overall() } else { row.cell(grouping, &key) })
    });
    view! {
        <tr class:overall=group == OVERALL>
            <th scope="row" class="group">{group.clone()}</th>
            <LiveCell group=group.clone() figures/>
            <LiveChance figures/>
            {published_cells.collect_view()}
            {chance_cell(published_chance)}
        </tr>
    }
}

/// The model of the run; before one, the model that would answer.
fn model_title(state: &State) -> String {
    match (&state.benchmark.run, state.model.info()) {
        (Some(run), _) => format!("{} {}", run.conditions.model, run.conditions.quantisation),
        (None, Some(info)) => format!("{} {}", info.name, info.quantisation),
        (None, None) => "No model".into(),
    }
}

/// A name that breaks before its last part, as in `Qwen2-VL-7B-` `Instruct`, so that columns stay narrow.
fn breakable(name: &'static str) -> impl IntoView {
    let (start, end) = name.rsplit_once('-').map_or((name, ""), |(start, end)| (start, end));
    let dash = if end.is_empty() { "" } else { "-" };
    view! { <span class="nowrap">{start}{dash}</span><wbr/><span class="nowrap">{end}</span> }
}
