use leptos::prelude::*;

use super::choice::Choice;
use super::row::QuestionRow;
use crate::browser::keyed::Keyed;
use crate::browser::page::page;
use crate::state::benchmark::{BenchmarkAct, Column, Direction, Filter, N_ROWS};

/// Every question that was asked, a row each, added as the run goes.
#[component]
pub(super) fn QuestionList() -> impl IntoView {
    let page = page();
    let run = page.slice(|state| state.benchmark.run_number);
    let n_asked = page.slice(|state| state.benchmark.run.as_ref().map_or(0, bench::Run::n_asked));
    let has_answers = page.slice(|state| !state.benchmark.answers().is_empty());
    let n_rows = page.slice(|state| state.benchmark.list.n_rows);
    let revision = page.slice(|state| state.benchmark.list.revision);
    // Made anew when the run or the list's shape changed, not whenever anything on the page did.
    let track = move || {
        n_asked.track();
        run.track();
        revision.track();
    };
    let numbers = Memo::new(move |_| {
        track();
        page.peek(|state| state.benchmark.listed())
    });
    let counts = Memo::new(move |_| {
        track();
        page.peek(|state| state.benchmark.filter_counts())
    });
    let n_listed = move || numbers.with(Vec::len) as u32;
    let n_hidden = move || n_listed().saturating_sub(n_rows.get());
    // A new run's rows are others, though their numbers are the same.
    let keys = Memo::new(move |_| {
        let run = run.get().to_string();
        let n_rows = n_rows.get() as usize;
        numbers.get().into_iter().take(n_rows).map(|number| (number, run.clone())).collect()
    });
    view! {
        <section class="questions" aria-labelledby="questions-title">
            <div class="questions-head">
                <h2 id="questions-title">"Questions"</h2>
                <Choice
                    id="filter-task"
                    label="Of"
                    options=page.slice(|state| state.benchmark.group_choices())
                    chosen=|state| &state.benchmark.list.group
                    choose=BenchmarkAct::ListGroup
                />
                <Filters counts/>
            </div>
            <p class="hint nothing-listed" hidden=has_answers>
                "Each question appears here with its answer as soon as it is answered."
            </p>
            <p class="hint nothing-listed" hidden=move || !has_answers.get() || n_listed() != 0>
                "None of the questions so far."
            </p>
            <div
                class="table-frame list-frame"
                role="region"
                aria-labelledby="questions-title"
                tabindex="0"
                hidden=move || n_listed() == 0
            >
                <table id="questions">
                    // Fixed widths, so that a row more does not lay out all the others anew.
                    <colgroup>{Column::ALL.map(|column| view! { <col class=format!("of-{}", column.name())/> })}</colgroup>
                    <thead>
                        <tr>{Column::ALL.map(|column| view! { <Heading column/> })}</tr>
                    </thead>
                    <tbody>
                        <Keyed keys row=|(number, _)| view! { <QuestionRow number/> }.into_any()/>
                    </tbody>
                </table>
                <button
                    type="button"
                    id="questions-more"
                    hidden=move || n_hidden() == 0
                    on:click=move |_| page.benchmark(BenchmarkAct::ShowMore)
                >
                    {move || format!("Show {} more of {}", n_hidden().min(N_ROWS), n_hidden())}
                </button>
            </div>
        </section>
    }
}

#[component]
fn Heading(column: Column) -> impl IntoView {
    let page = page();
    let sort = page.slice(move |state| match state.benchmark.list.order {
        order if order.column != column => "none",
        order if order.direction == Direction::Ascending => "ascending",
        _ => "descending",
    });
    view! {
        <th scope="col" data-column=column.name() aria-sort=sort>
            <button type="button" on:click=move |_| page.benchmark(BenchmarkAct::Sort(column))>
                {column.title()}
                <svg class="sort" viewBox="0 0 8 12" aria-hidden="true">
                    <path class="up" d="M4 1 7 5H1z"/>
                    <path class="down" d="M4 11 1 7h6z"/>
                </svg>
            </button>
        </th>
    }
}

/// All, right ones, wrong ones and those that are worth a look, each with its count.
#[component]
fn Filters(counts: Memo<Vec<u32>>) -> impl IntoView {
    let page = page();
    let button = move |(place, filter): (usize, Filter)| {
        let is_pressed =
            page.slice(move |state| if state.benchmark.list.filter == filter { "true" } else { "false" });
        let count = move || counts.with(|counts| counts.get(place).copied());
        view! {
            <button
                type="button"
                data-filter=filter.title()
                aria-pressed=is_pressed
                on:click=move |_| page.benchmark(BenchmarkAct::Filter(filter))
            >
                {filter.title()}
                <span class="count">{count}</span>
            </button>
        }
    };
    view! {
        <div class="filters" role="group" aria-label="Which questions">
            {Filter::ALL.into_iter().enumerate().map(button).collect_view()}
        </div>
    }
}
