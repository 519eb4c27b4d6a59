use leptos::html::Button;
use leptos::prelude::*;

use crate::browser::page::page;
use crate::state::State;
use crate::state::benchmark::{Benchmark, Stage, Then};

/// What the first button does.
#[derive(Clone, Copy)]
enum Act {
    Start,
    StartAgain,
    Pause,
    Resume,
}

impl Act {
    fn of(benchmark: &Benchmark) -> Self {
        match benchmark.stage {
            Stage::Opening { then: Then::Begin { .. } | Then::Resume, .. } | Stage::Running => Self::Pause,
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
    let id = page.slice(|state| Act::of(&state.benchmark).id());
    let label = page.slice(|state| Act::of(&state.benchmark).label());
    let is_blocked = page.slice(|state| match Act::of(&state.benchmark) {
        Act::Pause => false,
        Act::Resume => state.has_model().is_err() || state.resume_needs().is_some(),
        Act::Start | Act::StartAgain => !can_start(state),
    });
    // A run that was left offers to go on; another can begin all the same.
    let is_left = page.slice(|state| state.benchmark.stage.is_kept());
    let cannot_start = page.slice(|state| !can_start(state));
    let cannot_stop = page.slice(|state| state.benchmark.stage.can_start());
    let press = move |_| match page.peek(|state| Act::of(&state.benchmark)) {
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
                id=id
                class="primary"
                node_ref=first
                disabled=is_blocked
                aria-describedby="benchmark-status"
                on:click=press
            >
                {label}
            </button>
            <Show when=move || is_left.get()>
                <button
                    type="button"
                    id="benchmark-start"
                    disabled=cannot_start
                    on:click=move |_| page.start_benchmark()
                >
                    "Start again"
                </button>
            </Show>
            <button type="button" id="benchmark-stop" disabled=cannot_stop on:click=stop>
                "Stop"
            </button>
        </div>
    }
}

fn can_start(state: &State) -> bool {
    let benchmark = &state.benchmark;
    state.has_model().is_ok() && benchmark.has_choice() && benchmark.stage.can_start()
}
