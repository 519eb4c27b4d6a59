use bench::{Preset, Rule};
use leptos::prelude::*;
use web_sys::HtmlInputElement;

use super::pick::Pick;
use crate::browser::page::page;
use crate::state::benchmark::{Benchmark, BenchmarkAct, MenuOption};

const PRESETS: [(&str, Preset); 3] =
    [("fast", Preset::Fast), ("advice", Preset::Advice), ("comparable", Preset::Comparable)];

/// How the next run asks, and how answers are read.
#[component]
pub(super) fn NextRun() -> impl IntoView {
    let page = page();
    let is_slow = page.slice(|state| state.benchmark.preset == Some(Preset::Comparable));
    let preset = |(name, preset): (&'static str, Preset)| {
        let tokens = preset.visual_tokens();
        MenuOption::new(name, format!("{}: {} to {}", preset.title(), tokens.min, tokens.max))
    };
    view! {
        <div class="run-setup">
            <Pick
                id="benchmark-preset"
                label="Visual tokens"
                options=[MenuOption::new("settings", "As in Settings")].into_iter().chain(PRESETS.map(preset)).collect()
                chosen=|state| {
                    let its = PRESETS.iter().find(|(_, preset)| state.benchmark.preset == Some(*preset));
                    its.map_or("settings", |(name, _)| name)
                }
                choose=|page, name| {
                    let its = PRESETS.iter().find(|(its, _)| *its == name);
                    page.benchmark(BenchmarkAct::ChoosePreset(its.map(|(_, preset)| *preset)));
                }
            />
            <p class="hint" hidden=move || !is_slow.get()>
                "Every image is enlarged to at least 1280 tokens, as VLMEvalKit does: slow."
            </p>
            <Pick
                id="benchmark-rule"
                label="Answers are read under"
                options=Rule::ALL.map(|rule| MenuOption::new(rule.name(), rule.name())).into()
                chosen=|state| state.benchmark.rule.name()
                choose=|page, name| {
                    let rule = Rule::ALL.into_iter().find(|rule| rule.name() == name);
                    page.benchmark(BenchmarkAct::ChooseRule(rule.unwrap_or_default()));
                }
                is_free=true
            />
            <Switch
                id="benchmark-circular"
                label="Circular"
                hint="Asks every rotation of the options; takes 2 to 5 times as long."
                act=BenchmarkAct::SetCircular
                is_on=|benchmark| benchmark.circular
            />
            <Switch
                id="benchmark-blank"
                label="Blank images"
                hint="Shows what is still answered from the words alone."
                act=BenchmarkAct::SetBlankImages
                is_on=|benchmark| benchmark.blank_images
            />
        </div>
    }
}

#[component]
fn Switch(
    id: &'static str,
    label: &'static str,
    hint: &'static str,
    act: fn(bool) -> BenchmarkAct,
    is_on: fn(&Benchmark) -> bool,
) -> impl IntoView {
    let page = page();
    let is_on = page.slice(move |state| is_on(&state.benchmark));
    let is_locked = page.slice(|state| !state.benchmark.stage.can_start());
    let change = move |event| {
        let on = event_target::<HtmlInputElement>(&event).checked();
        page.benchmark(act(on));
    };
    view! {
        <div class="run-option">
            <label class="check" title=hint>
                <input id=id type="checkbox" prop:checked=is_on disabled=is_locked on:change=change/>
                {label}
            </label>
            <p class="hint">{hint}</p>
        </div>
    }
}
