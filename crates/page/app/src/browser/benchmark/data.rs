use bench::{Extent, Problem, Selection};
use leptos::html::Input;
use leptos::prelude::*;
use protocol::Failure;
use web_sys::{HtmlInputElement, Url};

use super::pick::{Number, Pick};
use crate::browser::intake::picked;
use crate::browser::page::{Page, page};
use crate::state::State;
use crate::state::benchmark::data::{EXTENTS, extent_of};
use crate::state::benchmark::{BenchmarkAct, DataKind, MenuOption};

/// Where the questions come from, and which of them are asked.
#[component]
pub(super) fn DataPicker() -> impl IntoView {
    let page = page();
    let kind = page.slice(|state| state.benchmark.choice.kind.name());
    let is_first = page.slice(|state| state.benchmark.choice.extent_name() == "first");
    let is_sample = move || kind.get() == DataKind::Sample.name();
    let is_kind = move |its: DataKind| kind.get() == its.name();
    view! {
        <div class="run-setup">
            <Pick
                id="benchmark-data"
                label="Questions"
                options=DataKind::ALL.map(|kind| MenuOption::new(kind.name(), kind.title())).into()
                chosen=|state| state.benchmark.choice.kind.name()
                choose=|page, name| {
                    let kind = DataKind::ALL.into_iter().find(|kind| kind.name() == name);
                    page.benchmark(BenchmarkAct::ChooseKind(kind.unwrap_or_default()));
                }
            />
            <div class="setup-part" hidden=move || !is_kind(DataKind::File)><PickedFile/></div>
            <div class="setup-part" hidden=move || !is_kind(DataKind::Address)><Address/></div>
            <div class="setup-part" hidden=is_sample>
                <Pick
                    id="benchmark-extent"
                    label="Asked"
                    options=EXTENTS.map(|(name, title)| MenuOption::new(name, title)).into()
                    chosen=|state| state.benchmark.choice.extent_name()
                    choose=|page, name| choose_selection(page, |selection| selection.extent = extent_of(name))
                />
                <div hidden=move || !is_first.get()>
                    <Number
                        id="benchmark-first"
                        label="How many"
                        value=|state| match state.benchmark.choice.selection.extent {
                            Extent::First(n) => n,
                            _ => 0,
                        }
                        write=|page, n| choose_selection(page, |selection| selection.extent = Extent::First(n.max(1)))
                    />
                </div>
                <Number
                    id="benchmark-seed"
                    label="Seed of the order"
                    value=|state| state.benchmark.choice.selection.seed
                    write=|page, seed| choose_selection(page, |selection| selection.seed = seed)
                />
            </div>
            <Told/>
        </div>
    }
}

#[component]
fn PickedFile() -> impl IntoView {
    let page = page();
    let name = page.slice(|state| state.benchmark.choice.file.as_ref().map(|file| file.name.clone()));
    let is_locked = page.slice(|state| !state.benchmark.stage.can_start());
    let open = move |event| {
        if let Some(file) = picked(&event_target::<HtmlInputElement>(&event)).pop() {
            page.open_data_file(file);
        }
    };
    view! {
        <span class="file-button">
            <input
                id="data-file"
                type="file"
                class="visually-hidden"
                accept=".tsv,.jsonl,.json"
                disabled=is_locked
                aria-describedby="data-file-hint"
                on:change=open
            />
            <label for="data-file">"Choose file"</label>
        </span>
        <span class="data-name">{name}</span>
        <p id="data-file-hint" class="hint">
            "The file stays on this disk. It is read once to learn where its rows lie. Use only images you may use and that \
            carry no names, dates or numbers, in the file or in the picture itself."
        </p>
    }
}

#[component]
fn Address() -> impl IntoView {
    let page = page();
    let field = NodeRef::<Input>::new();
    let is_locked = page.slice(|state| !state.benchmark.stage.can_start());
    let open = move |_| {
        if let Some(field) = field.get_untracked() {
            open_address(page, &field.value());
        }
    };
    view! {
        <label class="choice-of">
            "Address"
            <input
                id="data-address"
                node_ref=field
                type="text"
                inputmode="url"
                autocomplete="off"
                spellcheck="false"
                disabled=is_locked
                aria-describedby="data-address-hint"
            />
        </label>
        <button type="button" id="data-open" disabled=is_locked on:click=open>"Open"</button>
        <p id="data-address-hint" class="hint">
            "An address on this page's own host, which must answer byte ranges."
        </p>
    }
}

/// Opens an address, which may be relative to the page's.
fn open_address(page: Page, address: &str) {
    let base = document().base_uri().ok().flatten().unwrap_or_default();
    let origin = window().location().origin().unwrap_or_default();
    page.benchmark(match Url::new_with_base(address.trim(), &base) {
        Ok(url) if url.origin() == origin && !address.trim().is_empty() => {
            BenchmarkAct::ChooseAddress(url.href())
        }
        _ => BenchmarkAct::RefuseAddress(Failure {
            message: "This is no address on this page’s own host.".into(),
            remedy: format!("Give one that begins with {origin}/, or download the file and choose it."),
        }),
    });
}

fn choose_selection(page: Page, change: impl FnOnce(&mut Selection)) {
    let mut selection = page.peek(|state| state.benchmark.choice.selection);
    change(&mut selection);
    page.benchmark(BenchmarkAct::ChooseSelection(selection));
}

/// How far a file is read, what was found in it, and what is wrong with its rows.
#[component]
fn Told() -> impl IntoView {
    let page = page();
    let read = |part: fn((u64, u64)) -> u64| {
        page.slice(move |state| state.benchmark.bytes_read().map(|read| part(read).to_string()))
    };
    let (done, total) = (read(|read| read.0), read(|read| read.1));
    let status = page.slice(|state| state.benchmark.data_status());
    let is_fault = page.slice(|state| state.benchmark.choice.failure.is_some());
    view! {
        <div class="setup-told">
            <progress
                id="data-progress"
                aria-label="File read"
                hidden=move || total.get().is_none()
                value=done
                max=total
            ></progress>
            <p id="data-status" role="status" class:error=is_fault>{status}</p>
            <Problems/>
        </div>
    }
}

#[component]
fn Problems() -> impl IntoView {
    let page = page();
    let n = page.slice(n_problems);
    let revision = page.slice(|state| state.benchmark.choice.revision);
    let row = |problem: &Problem| {
        view! {
            <tr data-row=problem.row.to_string()>
                <td>{problem.row.to_string()}</td>
                <td>{problem.index.clone()}</td>
                <td>{problem.message.clone()}</td>
            </tr>
        }
    };
    let rows = move || {
        revision.track();
        page.peek(|state| state.benchmark.choice.problems.iter().map(row).collect_view())
    };
    let summary = move || {
        revision.track();
        let n_shown = page.peek(|state| state.benchmark.choice.problems.len());
        match n.get() {
            n if n as usize > n_shown => format!("Rows with a problem: the first {n_shown} of {n}"),
            n => format!("Rows with a problem: {n}"),
        }
    };
    view! {
        <details id="data-problems" hidden=move || n.get() == 0>
            <summary>{summary}</summary>
            <div class="table-frame">
                <table>
                    <thead><tr><th scope="col">"Row"</th><th scope="col">"Index"</th><th scope="col">"Found"</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
}

/// The sample has none.
const fn n_problems(state: &State) -> u32 {
    let choice = &state.benchmark.choice;
    if matches!(choice.kind, DataKind::Sample) { 0 } else { choice.n_problems }
}
