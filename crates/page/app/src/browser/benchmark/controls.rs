use leptos::html::Button;
use leptos::prelude::*;

use crate::browser::page::{Page, now_secs, page};
use crate::state::State;
use crate::state::benchmark::{Benchmark, BenchmarkAct, Stage, Then};

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
        Act::Start | Act::StartAgain => start(page),
        Act::Pause => page.benchmark(BenchmarkAct::Pause),
        Act::Resume => page.benchmark(BenchmarkAct::Resume(now_secs())),
    };
    let stop = move |_| {
        page.benchmark(BenchmarkAct::Stop);
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
                    on:click=move |_| start(page)
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

fn start(page: Page) {
    let date = String::from(js_sys::Date::new_0().to_iso_string());
    // Enough to tell runs apart that began in the same second.
    let salt = ((js_sys::Math::random() * 1e9) as u32).to_string();
    page.benchmark(BenchmarkAct::Start { date, salt, now_secs: now_secs() });
}

fn can_start(state: &State) -> bool {
    let benchmark = &state.benchmark;
    state.has_model().is_ok() && benchmark.has_choice() && benchmark.stage.can_start()
}
