use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::Remedies;
use crate::browser::page::page;
use crate::state::Input;

/// A failure and its remedy, over the page until it is closed.
#[component]
pub(crate) fn Message() -> impl IntoView {
    let page = page();
    let message = page.slice(|state| state.message.clone());
    let text = move || message.get().map(|failure| failure.message);
    let remedy = move || message.get().map(|failure| failure.remedy);
    let close = move |_| {
        page.input(Input::CloseMessage);
        // The button that had the focus is gone; the work goes on at the question.
        let field = document().get_element_by_id("question").and_then(|it| it.dyn_into::<HtmlElement>().ok());
        if let Some(field) = field {
            drop(field.focus());
        }
    };
    view! {
        <div id="message" role="alert" hidden=move || message.get().is_none()>
            <div class="message-body">
                <p class="message-text">{text}</p>
                <p class="message-remedy">{remedy}</p>
            </div>
            <div class="message-acts">
                <Remedies/>
                <button type="button" id="message-close" on:click=close>"Close"</button>
            </div>
        </div>
    }
}
