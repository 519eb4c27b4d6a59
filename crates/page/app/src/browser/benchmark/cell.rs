use bench::{Cell, Interval, PublishedCell, Score};
use leptos::prelude::*;

use crate::format;

/// What a cell shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Figures {
    score: Score,
    interval: Option<Interval>,
    chance: Option<f64>,
}

impl Figures {
    /// Of the questions as they stand.
    pub(super) fn of(cell: &Cell) -> Self {
        Self { score: cell.score(), interval: cell.interval(), chance: cell.chance() }
    }

    /// Of circular evaluation.
    pub(super) fn circular(cell: &Cell) -> Self {
        Self { score: cell.circular(), interval: cell.circular_interval(), chance: None }
    }
}

/// This run's counts of one group, as asked or circular. It flashes softly when they change.
#[component]
pub(super) fn LiveCell(model: &'static str, group: String, figures: Memo<Figures>) -> impl IntoView {
    let score = move || figures.get().score;
    // Two animations that are alike: going from one to the other starts anew.
    let flash = RwSignal::new("");
    Effect::new(move |before: Option<u32>| {
        let n = score().n;
        if before.is_some_and(|before| n > before) {
            flash.set(if n.is_multiple_of(2) { "even" } else { "odd" });
        }
        n
    });
    view! {
        <td
            class="score live"
            class:small=move || score().is_small()
            data-model=model
            data-group=group
            data-hits=move || score().hits.to_string()
            data-n=move || score().n.to_string()
            data-flash=flash
            on:animationend=move |_| flash.set("")
        >
            {move || body(figures.get(), None)}
        </td>
    }
}

/// What guessing gets right on the questions that this run was asked.
#[component]
pub(super) fn LiveChance(text: Memo<String>) -> impl IntoView {
    view! { <td class="chance">{text}</td> }
}

/// What guessing gets right on the published rows' questions.
pub(super) fn chance_cell(chance: Option<f64>) -> impl IntoView {
    view! { <td class="chance">{chance_text(chance)}</td> }
}

pub(super) fn chance_text(chance: Option<f64>) -> String {
    chance.map_or_else(|| "–".into(), format::percent)
}

/// A published cell, as recounted; what was printed stands below it where a person wants to see it.
#[component]
pub(super) fn PublishedCellView(
    model: &'static str,
    group: String,
    cell: Option<&'static PublishedCell>,
    is_first: bool,
) -> impl IntoView {
    let Some(cell) = cell else {
        return view! { <td class="score" class:gap=is_first>"–"</td> }.into_any();
    };
    let Score { hits, n } = cell.score;
    let printed = cell.printed.map(|value| {
        let mark = cell.differs().then(|| {
            view! { <span aria-hidden="true">"†"</span><span class="visually-hidden">" differs"</span> }
        });
        view! { <span class="printed" class:differs=cell.differs()>"printed "{value}{mark}</span> }
    });
    let figures = Figures { score: cell.score, interval: cell.interval(), chance: Some(cell.chance) };
    view! {
        <td
            class="score"
            class:gap=is_first
            class:small=cell.score.is_small()
            data-model=model
            data-group=group
            data-hits=hits.to_string()
            data-n=n.to_string()
        >
            {body(figures, printed.map(IntoAny::into_any))}
        </td>
    }
    .into_any()
}

fn body(figures: Figures, below: Option<AnyView>) -> impl IntoView {
    let (Some(accuracy), Some(interval)) = (figures.score.accuracy(), figures.interval) else {
        return view! { <span class="figure">"–"</span> }.into_any();
    };
    let Score { hits, n } = figures.score;
    view! {
        <span class="figure">{format::percent(accuracy)}</span>
        {strip(accuracy, interval, figures.chance)}
        <span class="detail">
            {format!("{hits}/{n}")}
            <span class="range">{format::percent_range(interval.low, interval.high)}</span>
        </span>
        {below}
    }
    .into_any()
}

/// The share on a line from 0 to 100 %: a band for the interval, a mark for the share, a tick for chance.
fn strip(accuracy: f64, interval: Interval, chance: Option<f64>) -> impl IntoView {
    let at = |share: f64| format!("{:.2}", 100.0 * share);
    let width = at(interval.high - interval.low);
    let chance =
        chance.map(|chance| view! { <rect class="tick" x=at(chance) y="1" width="1.5" height="10"></rect> });
    view! {
        <svg class="strip" viewBox="0 0 102 12" preserveAspectRatio="none" aria-hidden="true">
            <rect class="track" x="0" y="5.5" width="102" height="1"></rect>
            {chance}
            <rect class="band" x=at(interval.low) y="4" width=width height="4"></rect>
            <rect class="mark" x=at(accuracy) y="2" width="2.5" height="8"></rect>
        </svg>
    }
}
