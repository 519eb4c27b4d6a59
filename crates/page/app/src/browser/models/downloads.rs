use leptos::prelude::*;

use crate::browser::keyed::Keyed;
use crate::browser::page::page;
use crate::state::models::{Download, Kind, Stage, StoreAct};

/// What is on its way, rests, or is over, until a person puts it away.
#[component]
pub(super) fn DownloadsList() -> impl IntoView {
    let page = page();
    let numbers =
        page.slice(|state| state.models.downloads.iter().map(|it| (it.number, String::new())).collect());
    view! {
        <section
            id="downloads-list"
            class="models-part"
            aria-labelledby="downloads-title"
            hidden=move || numbers.with(Vec::is_empty)
        >
            <h2 id="downloads-title">"Downloads"</h2>
            <Keyed keys=numbers row=|(number, _)| view! { <OneDownload number/> }.into_any()/>
        </section>
    }
}

#[component]
fn OneDownload(number: u32) -> impl IntoView {
    let page = page();
    let download = page.slice(move |state| state.models.download(number).cloned());
    let of = move |part: fn(&Download) -> String| download.with(|it| it.as_ref().map(part));
    let stage = move || download.with(|it| it.as_ref().map(|it| it.stage.name()));
    let fraction = move || download.with(|it| it.as_ref().and_then(Download::fraction));
    let is = move |test: fn(&Download) -> bool| download.with(|it| it.as_ref().is_some_and(test));
    let files = move || {
        let rows = download.with(|it| it.as_ref().map(|it| it.files.clone())).unwrap_or_default();
        let row = |file: crate::state::models::FileProgress| {
            let bytes = file.bytes_text();
            view! { <li class="file"><span class="file-name">{file.name}</span><span class="file-bytes">{bytes}</span></li> }
        };
        rows.into_iter().map(row).collect_view()
    };
    let warnings = move || {
        let warnings = download.with(|it| it.as_ref().map(|it| it.warnings.clone())).unwrap_or_default();
        warnings.into_iter().map(|text| view! { <p class="warning">{text}</p> }).collect_view()
    };
    let trouble = move || {
        download.with(|it| match it.as_ref().map(|it| &it.stage) {
            Some(Stage::Failed(failure)) => Some(format!("{} {}", failure.message, failure.remedy)),
            _ => None,
        })
    };
    view! {
        <article class="download" data-state=stage data-title=move || of(|it| it.title.clone())>
            <div class="row-head">
                <h3>{move || of(|it| it.title.clone())}</h3>
                <span class="stage">{move || of(Download::stage_text)}</span>
                <div class="row-acts">
                    <button
                        type="button"
                        class="pause"
                        hidden=move || !is(|it| it.stage.is_under_way() && it.kind == Kind::Fetch)
                        on:click=move |_| page.store(StoreAct::Pause(number))
                    >
                        "Pause"
                    </button>
                    <button
                        type="button"
                        class="resume"
                        hidden=move || !is(|it| matches!(it.stage, Stage::Paused | Stage::Failed(_)))
                        on:click=move |_| page.store(StoreAct::Resume(number))
                    >
                        "Resume"
                    </button>
                    <button type="button" class="cancel" on:click=move |_| page.store(StoreAct::Cancel(number))>
                        {move || if is(|it| matches!(it.stage, Stage::Done { .. })) { "Put away" } else { "Cancel" }}
                    </button>
                </div>
            </div>
            <progress
                aria-label="Download"
                hidden=move || is(|it| matches!(it.stage, Stage::Done { .. }))
                value=move || fraction().map(|(done, _)| done.to_string())
                    .or_else(|| (!is(|it| it.stage.is_under_way())).then(|| "0".into()))
                max=move || fraction().map_or("1".to_owned(), |(_, total)| total.to_string())
            ></progress>
            <p class="figures">
                <span class="bytes">{move || of(Download::bytes_text)}</span>
                <span class="rate">{move || of(Download::rate_text)}</span>
                <span class="eta">{move || of(Download::eta_text)}</span>
            </p>
            <ul class="files">{files}</ul>
            {warnings}
            <p class="trouble error" role="alert" hidden=move || trouble().is_none()>{trouble}</p>
        </article>
    }
}
