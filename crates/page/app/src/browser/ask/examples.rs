use leptos::prelude::*;

use crate::browser::page::page;
use crate::catalogue;
use crate::state::{State, TalkAct};

/// A strip of images with known answers: one press shows a whole job.
#[component]
pub(crate) fn Examples() -> impl IntoView {
    let page = page();
    let can_show = page.slice(State::can_show_example);
    let buttons = catalogue::examples().into_iter().map(|example| {
        let path = example.path();
        let title = example.title.clone();
        view! {
            <li>
                <button
                    type="button"
                    class="example"
                    title=example.question.clone()
                    disabled=move || !can_show.get()
                    on:click=move |_| page.talk(TalkAct::Example(example.clone()))
                >
                    <img src=path alt="" width="140" height="140" loading="eager"/>
                    <span>{title}</span>
                </button>
            </li>
        }
    });
    view! {
        <section id="examples" aria-labelledby="examples-title">
            <h2 id="examples-title">"Examples"</h2>
            <ul>{buttons.collect_view()}</ul>
        </section>
    }
}
