use leptos::prelude::*;

use super::row::QuestionRow;
use crate::browser::page::page;
use crate::state::benchmark::{Column, Direction, Filter, listed};

/// Every question that was asked, a row each, added as the run goes.
#[component]
pub(super) fn QuestionList() -> impl IntoView {
    let page = page();
    let run = page.slice(|state| state.benchmark.run_number);
    let n_asked = page.slice(|state| state.benchmark.answers().len());
    let shape = page.slice(|state| (state.benchmark.order, state.benchmark.filter));
    // Sorted when the run or its shape changed, not whenever anything on the page did.
    let numbers = Memo::new(move |_| {
        let (order, filter) = shape.get();
        n_asked.track();
        run.track();
        page.peek(|state| listed(state.benchmark.answers(), order, filter))
    });
    // A new run's rows are others, though their numbers are the same.
    let keys = move || {
        let run = run.get();
        numbers.get().into_iter().map(|number| (run, number)).collect::<Vec<_>>()
    };
    view! {
        <section class="questions" aria-labelledby="questions-title">
            <div class="questions-head">
                <h2 id="questions-title">"Questions"</h2>
                <Filters/>
            </div>
            <p class="hint nothing-listed" hidden=move || n_asked.get() != 0>
                "Each question appears here with its answer as soon as it is answered."
            </p>
            <p class="hint nothing-listed" hidden=move || n_asked.get() == 0 || !numbers.with(Vec::is_empty)>
                "None of the questions so far."
            </p>
            <div
                class="table-frame list-frame"
                role="region"
                aria-labelledby="questions-title"
                tabindex="0"
                hidden=move || numbers.with(Vec::is_empty)
            >
                <table id="questions">
                    // Fixed widths, so that a row more does not lay out all the others anew.
                    <colgroup>{Column::ALL.map(|column| view! { <col class=format!("of-{}", column.name())/> })}</colgroup>
                    <thead>
                        <tr>{Column::ALL.map(|column| view! { <Heading column/> })}</tr>
                    </thead>
                    <tbody>
                        <For each=keys key=|key| *key let((_run, number))>
                            <QuestionRow number/>
                        </For>
                    </tbody>
                </table>
            </div>
        </section>
    }
}

#[component]
fn Heading(column: Column) -> impl IntoView {
    let page = page();
    let order = page.slice(|state| state.benchmark.order);
    let sort = move || match order.get() {
        order if order.column != column => "none",
        order if order.direction == Direction::Ascending => "ascending",
        _ => "descending",
    };
    let press = move |_| page.change(|state| state.benchmark.order = state.benchmark.order.pressed(column));
    view! {
        <th scope="col" data-column=column.name() aria-sort=sort>
            <button type="button" on:click=press>
                {column.title()}
                <svg class="sort" viewBox="0 0 8 12" aria-hidden="true">
                    <path class="up" d="M4 1 7 5H1z"/>
                    <path class="down" d="M4 11 1 7h6z"/>
                </svg>
            </button>
        </th>
    }
}

/// All, right ones, wrong ones, each with its count.
#[component]
fn Filters() -> impl IntoView {
    let page = page();
    let current = page.slice(|state| state.benchmark.filter);
    let button = move |filter: Filter| {
        let count = page.slice(move |state| {
            state.benchmark.answers().iter().filter(|answered| filter.takes(answered)).count()
        });
        view! {
            <button
                type="button"
                data-filter=filter.title()
                aria-pressed=move || if current.get() == filter { "true" } else { "false" }
                on:click=move |_| page.change(|state| state.benchmark.filter = filter)
            >
                {filter.title()}
                <span class="count">{move || count.get()}</span>
            </button>
        }
    };
    view! { <div class="filters" role="group" aria-label="Which questions">{Filter::ALL.map(button)}</div> }
}
