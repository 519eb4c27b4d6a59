use leptos::html::Button;
use leptos::prelude::*;
use web_sys::HtmlInputElement;

use crate::browser::page::page;
use crate::state::benchmark::{Benchmark, Stage};

/// What the first button does.
#[derive(Clone, Copy, PartialEq)]
enum Act {
    Start,
    StartAgain,
    Pause,
    Resume,
}

impl Act {
    fn of(benchmark: &Benchmark) -> Self {
        match benchmark.stage {
            Stage::Opening { .. } | Stage::Running => Self::Pause,
            Stage::Paused(_) => Self::Resume,
            _ if benchmark.run.is_some() => Self::StartAgain,
            _ => Self::Start,
        }
    }

    const fn id(self) -> &'static str {
        match self {
            Self::Start | Self::StartAgain => "benchmark-start",
            Self::Pause => "benchmark-pause",
            Self::Resume => "benchmark-resume",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Start => "Start",
            Self::StartAgain => "Start again",
            Self::Pause => "Pause",
            Self::Resume => "Resume",
        }
    }
}

/// Start, Pause or Resume, and Stop. The first three are one button, so that it keeps the focus when its meaning changes.
#[component]
pub(super) fn RunButtons() -> impl IntoView {
    let page = page();
    let first = NodeRef::<Button>::new();
    let act = page.slice(|state| Act::of(&state.benchmark));
    let lacks_model = page.slice(|state| state.has_model().is_err());
    let can_stop = page.slice(|state| !state.benchmark.stage.can_start());
    let press = move |_| match act.get_untracked() {
        Act::Start | Act::StartAgain => page.start_benchmark(),
        Act::Pause => page.pause_benchmark(),
        Act::Resume => page.resume_benchmark(),
    };
    let stop = move |_| {
        page.stop_benchmark();
        // There is nothing more to stop, and a button that cannot be pressed cannot keep the focus.
        if let Some(first) = first.get_untracked() {
            drop(first.focus());
        }
    };
    view! {
        <div class="run-buttons">
            <button
                type="button"
                id=move || act.get().id()
                class="primary"
                node_ref=first
                disabled=move || lacks_model.get() && act.get() != Act::Pause
                aria-describedby="benchmark-status"
                on:click=press
            >
                {move || act.get().label()}
            </button>
            <button type="button" id="benchmark-stop" disabled=move || !can_stop.get() on:click=stop>
                "Stop"
            </button>
        </div>
    }
}

/// Whether the next run hides the images.
#[component]
pub(super) fn BlankImages() -> impl IntoView {
    let page = page();
    let is_blank = page.slice(|state| state.benchmark.blank_images);
    let is_locked = page.slice(|state| !state.benchmark.stage.can_start());
    let change = move |event| {
        let blank = event_target::<HtmlInputElement>(&event).checked();
        page.change(|state| state.benchmark.blank_images = blank);
    };
    view! {
        <div class="run-option">
            <label class="check">
                <input
                    id="benchmark-blank"
                    type="checkbox"
                    prop:checked=move || is_blank.get()
                    disabled=move || is_locked.get()
                    aria-describedby="benchmark-blank-hint"
                    on:change=change
                />
                "Blank images"
            </label>
            <p id="benchmark-blank-hint" class="hint">"Shows what is still answered from the words alone."</p>
        </div>
    }
}
