use leptos::prelude::*;

use crate::browser::page::page;
use crate::state::State;

/// Says that a device was lost and how far the model is back, over the page until the job goes on.
#[component]
pub(crate) fn RebuildingNotice() -> impl IntoView {
    let page = page();
    let sentence = page.slice(State::rebuilding_sentence);
    let mib = page.slice(|state| {
        let rebuilding = state.rebuilding.as_ref()?;
        (rebuilding.mib_total > 0).then_some((rebuilding.mib_done, rebuilding.mib_total))
    });
    let text = page.slice(|state| state.rebuilding.as_ref().map(|it| it.progress_text()));
    view! {
        <div id="rebuilding" role="status" hidden=move || sentence.with(Option::is_none)>
            <p>{sentence}</p>
            <p class="rebuilding-figure" aria-hidden="true">{text}</p>
            <progress
                aria-label="Loading the model again"
                value=move || mib.get().map(|(done, _)| done.to_string())
                max=move || mib.get().map_or("1".to_owned(), |(_, total)| total.to_string())
            ></progress>
        </div>
    }
}
