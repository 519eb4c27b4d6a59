use bench::{Grouping, MIN_N, footnotes};
use leptos::prelude::*;

use crate::browser::page::page;

/// How a cell is read, and what must be known of the published ones.
#[component]
pub(super) fn Notes() -> impl IntoView {
    let page = page();
    let hides_mark = page.slice(|state| !state.benchmark.as_printed);
    let is_other = page.slice(|state| state.benchmark.grouping != Grouping::Department);
    view! {
        <div class="legend hint">
            <p>
                <svg class="strip" viewBox="0 0 102 12" preserveAspectRatio="none" aria-hidden="true">
                    <rect class="track" x="0" y="5.5" width="102" height="1"></rect>
                    <rect class="tick" x="25" y="1" width="1.5" height="10"></rect>
                    <rect class="band" x="45" y="4" width="40" height="4"></rect>
                    <rect class="mark" x="68" y="2" width="2.5" height="8"></rect>
                </svg>
                "From 0 to 100 %: share of right answers, its 95 % interval, and chance as a thin line. \
                Below it right answers of questions, and the interval in figures. Questions alike in every label count as belonging together."
            </p>
            <p class="small-note">{format!("Grey: fewer than {MIN_N} questions, too few to conclude from.")}</p>
        </div>
        <ul class="footnotes hint">
            <li hidden=hides_mark><span aria-hidden="true">"† "</span>{footnotes::DIFFERS}</li>
            <li>{footnotes::SOURCE}</li>
            <li>{footnotes::CONDITIONS}</li>
            <li hidden=is_other>{footnotes::NO_DEPARTMENT}</li>
            <li>{footnotes::UNREAD}</li>
        </ul>
    }
}
