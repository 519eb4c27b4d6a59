use bench::{Cell, Grouping, Published, published};
use leptos::prelude::*;

use super::cell::{Figures, LiveCell, LiveChance, PublishedCellView, chance_cell, chance_text};
use crate::browser::page::page;
use crate::state::State;

/// As [`bench`] names the line of all questions.
pub(super) const OVERALL: &str = "Overall";

/// One grouping's table, turned on its side: a group per row, a model per column. This run comes first, and a gap parts it from
/// the published rows: they are of another benchmark, or at least of other conditions.
#[component]
pub(super) fn ResultsTable(grouping: Grouping, is_circular: bool) -> impl IntoView {
    let page = page();
    let groups = page.slice(|state| state.benchmark.groups());
    let model = page.slice(model_title);
    let as_printed = page.slice(|state| state.benchmark.as_printed);
    let heading = page.slice(|state| state.benchmark.heading());
    let first_column = match grouping {
        Grouping::ClinicalTask => "Clinical task",
        Grouping::Department => "Department",
        Grouping::Granularity => "Perceptual granularity",
    };
    let models = published().iter().enumerate().map(|(place, row)| {
        view! { <th scope="col" class:gap=place == 0>{breakable(row.model)}</th> }
    });
    let rows = move || {
        groups.get().into_iter().map(|group| view! { <GroupRow grouping is_circular group/> }).collect_view()
    };
    view! {
        <table id="results" data-printed=move || as_printed.get().then_some("")>
            <caption class="visually-hidden">
                {grouping.title()}": share of right answers in this run, and in the published rows on GMAI-MMBench VAL."
            </caption>
            <colgroup>
                <col class="groups"/>
                <col class="live-scores"/>
                {is_circular.then(|| view! { <col class="circular"/> })}
                <col class="chances"/>
                <col class="first"/>
                <col span="3"/>
                <col class="chances"/>
            </colgroup>
            <thead>
                <tr>
                    <td class="corner"></td>
                    <th scope="colgroup" colspan=if is_circular { "3" } else { "2" } class="this-run">
                        {heading}
                    </th>
                    <th scope="colgroup" colspan="5" class="published">"Published, GMAI-MMBench VAL"</th>
                </tr>
                <tr>
                    <th scope="col" class="group">{first_column}</th>
                    <th scope="col" class="this-run">{model}</th>
                    {is_circular.then(|| view! { <th scope="col">"Circular"</th> })}
                    <th scope="col" class="chance">"Chance"</th>
                    {models.collect_view()}
                    <th scope="col" class="chance">"Chance"</th>
                </tr>
            </thead>
            <tbody>
                <GroupRow grouping is_circular group=OVERALL.to_owned()/>
                {rows}
            </tbody>
        </table>
    }
}

#[component]
fn GroupRow(grouping: Grouping, is_circular: bool, group: String) -> impl IntoView {
    let cell_of = |row: &'static Published| row.cell(grouping, &group);
    let published_cells = published().iter().enumerate().map(|(place, row)| {
        view! { <PublishedCellView model=row.model group=group.clone() cell=cell_of(row) is_first=place == 0/> }
    });
    let published_chance = published().first().and_then(cell_of).map(|cell| cell.chance);
    let cell = move |state: &State, group: &str| {
        let row = &state.benchmark.row;
        if group == OVERALL { *row.overall() } else { row.cell(grouping, group) }
    };
    let figures = |of: fn(&Cell) -> Figures| {
        let group = group.clone();
        page().slice(move |state| of(&cell(state, &group)))
    };
    let key = group.clone();
    let chance = page().slice(move |state| chance_text(cell(state, &key).chance()));
    let plain = figures(Figures::of);
    let circular = is_circular.then(|| {
        view! { <LiveCell model="circular" group=group.clone() figures=figures(Figures::circular)/> }
    });
    view! {
        <tr class:overall=group == OVERALL>
            <th scope="row" class="group">{group.clone()}</th>
            <LiveCell model="this-run" group=group.clone() figures=plain/>
            {circular}
            <LiveChance text=chance/>
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
