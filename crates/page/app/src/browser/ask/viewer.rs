use leptos::html::Canvas;
use leptos::prelude::*;
use web_sys::HtmlInputElement;

use crate::browser::page::page;
use crate::browser::{intake, pixels};
use crate::state::{Picture, TalkAct};

/// The image as the model gets it, or the place to put one.
#[component]
pub(crate) fn Viewer() -> impl IntoView {
    let page = page();
    let picture = page.slice(|state| state.picture.clone());
    let busy = page.slice(|state| state.is_busy());
    let state = move || {
        picture.with(|picture| match picture {
            Picture::Absent => "absent",
            Picture::Opening { previous: Some(_), .. } => "replacing",
            Picture::Opening { previous: None, .. } => "opening",
            Picture::Ready(_) => "ready",
        })
    };
    let caption = move || picture.with(Picture::caption);
    let absent = move || picture.with(|picture| *picture == Picture::Absent);

    let canvas = NodeRef::<Canvas>::new();
    Effect::new(move |_| {
        let (Some(canvas), Some(pixels)) = (canvas.get(), page.preview.get()) else { return };
        pixels::draw(&canvas, &pixels);
    });
    let pick = move |event: web_sys::Event| {
        intake::take(page, intake::picked(&event_target::<HtmlInputElement>(&event)));
    };
    view! {
        <div id="drop-zone" data-state=state>
            <canvas
                id="image-preview"
                node_ref=canvas
                role="img"
                aria-label=caption
                hidden=move || page.preview.get().is_none()
            ></canvas>
            <div class="invitation" hidden=move || !absent()>
                <svg viewBox="0 0 48 48" aria-hidden="true">
                    <path d="M6 16V6h10M32 6h10v10M42 32v10H32M16 42H6V32"/>
                    <path d="M24 16v16M16 24h16"/>
                </svg>
                <p>"Drop an image here, paste it, or choose a file."</p>
                <p class="hint">"PNG, JPEG, WebP, BMP, GIF or TIFF. It does not leave this device."</p>
            </div>
        </div>
        <div class="image-bar">
            <p id="image-info">{move || if absent() { "No image yet".to_owned() } else { caption() }}</p>
            <span class="file-button">
                <input
                    id="image-input"
                    class="visually-hidden"
                    type="file"
                    accept="image/*,.png,.jpg,.jpeg,.webp,.bmp,.gif,.tif,.tiff"
                    disabled=busy
                    on:change=pick
                />
                <label for="image-input">{move || if absent() { "Choose image" } else { "Replace" }}</label>
            </span>
            <button
                type="button"
                id="image-remove"
                disabled=move || busy.get() || absent()
                on:click=move |_| page.talk(TalkAct::RemoveImage)
            >
                "Remove"
            </button>
        </div>
    }
}
