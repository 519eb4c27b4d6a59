use bench::Sheet;
use leptos::prelude::*;

use super::choice::Choice;
use crate::browser::keyed::Keyed;
use crate::browser::page::page;
use crate::state::benchmark::BenchmarkAct;

/// The worker's analysis of the run on view: a chart, and tables that compare the run with published answers and with another run.
#[component]
pub(super) fn Analysis() -> impl IntoView {
    let page = page();
    // The chart, and each sheet.
    let n_parts =
        page.slice(|state| state.benchmark.analysis().map_or(0, |analysis| analysis.sheets.len() as u32 + 1));
    let revision = page.slice(|state| state.benchmark.looks.revision);
    let others = page.slice(|state| state.benchmark.comparison_choices());
    // A new analysis has new keys, so all of it is drawn again: with erased components, an `inner_html` that changes is not
    // followed.
    let keys = Memo::new(move |_| {
        let revision = revision.get().to_string();
        (0..n_parts.get()).map(|place| (place, revision.clone())).collect()
    });
    let part = move |place: u32| {
        page.peek(|state| {
            let analysis = state.benchmark.analysis()?;
            let Some(sheet) = place.checked_sub(1) else { return Some(chart(analysis.chart.clone())) };
            analysis.sheets.get(sheet as usize).map(|sheet| table(sheet.clone()))
        })
    };
    view! {
        <section id="analysis" aria-labelledby="analysis-title" hidden=move || n_parts.get() == 0>
            <div class="questions-head">
                <h2 id="analysis-title">"Analysis"</h2>
                <Choice
                    id="compare-with"
                    label="Compare with"
                    options=others
                    chosen=|state| state.benchmark.against()
                    choose=BenchmarkAct::CompareWith
                />
            </div>
            <div class="sheets"><Keyed keys row=move |(place, _)| part(place).into_any()/></div>
        </section>
    }
}

/// The chart is an `svg` element whose texts `bench` has escaped.
fn chart(svg: String) -> AnyView {
    view! { <div id="chart" inner_html=svg></div> }.into_any()
}

fn table(sheet: Sheet) -> AnyView {
    let Sheet { title, note, columns, rows } = sheet;
    let name = title.clone();
    let heading = |column: String| view! { <th scope="col">{column}</th> };
    let cell = |text: String| view! { <td>{text}</td> };
    let row = |texts: Vec<String>| view! { <tr>{texts.into_iter().map(cell).collect_view()}</tr> };
    let rows = (!rows.is_empty()).then(|| {
        view! {
            <div class="table-frame" role="region" tabindex="0" aria-label=title.clone()>
                <table>
                    <thead>
                        <tr>{columns.into_iter().map(heading).collect_view()}</tr>
                    </thead>
                    <tbody>{rows.into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        }
    });
    view! {
        <section data-sheet=name>
            <h3>{title}</h3>
            <p class="hint">{note}</p>
            {rows}
        </section>
    }
    .into_any()
}
