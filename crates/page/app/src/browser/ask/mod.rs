//! The Ask view: the image on the left, the conversation on the right.

mod asides;
mod composer;
mod conversation;
mod examples;
mod turn;
mod viewer;

use leptos::prelude::*;

use composer::Composer;
use conversation::Conversation;
use examples::Examples;
use viewer::Viewer;

/// One image, one conversation about it.
#[component]
pub(crate) fn AskView() -> impl IntoView {
    view! {
        <div class="ask">
            <section class="image-side" aria-label="Image">
                <Viewer/>
                <Examples/>
            </section>
            <section class="talk-side" aria-label="Questions and answers">
                <Conversation/>
                <Composer/>
            </section>
        </div>
    }
}
