use bench::{Answered, Letter};
use leptos::html::{Canvas, Dialog};
use leptos::prelude::*;

use super::row::result;
use crate::browser::page::page;
use crate::browser::pixels;
use crate::format;
use crate::state::State;
use crate::state::benchmark::{OpenedImage, answer_text, listed};

/// One question with its image, over the page's right edge: what was offered, what was said, what is right.
#[component]
pub(super) fn QuestionPanel() -> impl IntoView {
    let page = page();
    let dialog = NodeRef::<Dialog>::new();
    let number = page.slice(|state| state.benchmark.opened.as_ref().map(|opened| opened.number));
    let answered = page.slice(|state| {
        let number = state.benchmark.opened.as_ref()?.number;
        state.benchmark.answer(number).cloned()
    });
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        match (number.get(), dialog.open()) {
            // It is an error only where the dialog is open already.
            (Some(_), false) => drop(dialog.show_modal()),
            (None, true) => dialog.close(),
            _ => {}
        }
    });
    let close_outside = move |event: leptos::ev::MouseEvent| {
        if dialog.get().is_some_and(|dialog| event.target().as_ref() == Some(dialog.as_ref())) {
            page.close_benchmark_question();
        }
    };
    view! {
        <dialog
            id="question-panel"
            class="side-panel"
            node_ref=dialog
            aria-labelledby="question-title"
            on:click=close_outside
            on:close=move |_| page.close_benchmark_question()
        >
            <div class="panel">
                <div class="panel-head">
                    <h2 id="question-title">
                        {move || number.get().map(|number| format!("Question {}", number + 1))}
                    </h2>
                    <Steps/>
                    <button type="button" id="question-close" on:click=move |_| page.close_benchmark_question()>
                        "Close"
                    </button>
                </div>
                <QuestionImage/>
                {move || answered.get().map(|answered| view! { <Answer answered/> })}
            </div>
        </dialog>
    }
}

/// To the question before and the one after, in the order of the list.
#[component]
fn Steps() -> impl IntoView {
    let page = page();
    let before = page.slice(|state| neighbour(state, |index| index.checked_sub(1)));
    let after = page.slice(|state| neighbour(state, |index| index.checked_add(1)));
    let button = move |id, label, neighbour: Memo<Option<u32>>| {
        view! {
            <button
                type="button"
                id=id
                disabled=move || neighbour.get().is_none()
                on:click=move |_| {
                    if let Some(number) = neighbour.get_untracked() {
                        page.open_benchmark_question(number);
                    }
                }
            >
                {label}
            </button>
        }
    };
    view! {
        <div class="steps">
            {button("question-before", "Previous", before)}
            {button("question-after", "Next", after)}
        </div>
    }
}

fn neighbour(state: &State, step: impl Fn(usize) -> Option<usize>) -> Option<u32> {
    let benchmark = &state.benchmark;
    let number = benchmark.opened.as_ref()?.number;
    let numbers = listed(benchmark.answers(), benchmark.order, benchmark.filter);
    let index = numbers.iter().position(|&its| its == number)?;
    numbers.get(step(index)?).copied()
}

#[component]
fn QuestionImage() -> impl IntoView {
    let page = page();
    let canvas = NodeRef::<Canvas>::new();
    let image = page.slice(|state| state.benchmark.opened.as_ref().map(|opened| opened.image.clone()));
    let is_blank =
        page.slice(|state| state.benchmark.run.as_ref().is_some_and(|run| run.conditions.blank_images));
    Effect::new(move |_| {
        if let (Some(canvas), Some(pixels)) = (canvas.get(), page.benchmark_image.get()) {
            pixels::draw(&canvas, &pixels);
        }
    });
    let instead = move || match image.get() {
        Some(OpenedImage::Coming(_)) => Some("The image is on its way.".to_owned()),
        Some(OpenedImage::Failed(failure)) => Some(format!("{} {}", failure.message, failure.remedy)),
        Some(OpenedImage::Shown) | None => None,
    };
    view! {
        <div class="question-image">
            <canvas
                id="question-image"
                node_ref=canvas
                role="img"
                aria-label="The question’s image"
                hidden=move || page.benchmark_image.get().is_none()
            ></canvas>
            <p class="hint" hidden=move || page.benchmark_image.get().is_some()>{instead}</p>
        </div>
        <p class="hint" hidden=move || !is_blank.get()>"In this run the model was shown grey in place of it."</p>
    }
}

#[component]
fn Answer(answered: Answered) -> impl IntoView {
    let chosen = answered.letter();
    let truth = answered.question.answer;
    let option = |letter: Letter| {
        let marks = [(truth == Some(letter), "right"), (chosen == Some(letter), "chosen")];
        let words = marks.iter().filter(|(is, _)| *is).map(|(_, word)| *word).collect::<Vec<_>>().join(", ");
        let text = answered.question.option(letter).unwrap_or_default().to_owned();
        view! {
            <li data-right=(truth == Some(letter)).then_some("") data-chosen=(chosen == Some(letter)).then_some("")>
                <span class="letter">{letter.to_string()}</span>
                <span class="option">{text}</span>
                <span class="marks">{words}</span>
            </li>
        }
    };
    let options = answered.question.letters().map(option).collect_view();
    let unread = chosen.is_none().then(|| answer_text(&answered));
    let cut = if answered.reply.is_truncated { ", cut at the limit" } else { "" };
    let question = answered.question;
    let reply = answered.reply;
    view! {
        <div class="asked-question">
            <p class="question-text">{question.question}</p>
            <ol class="options">{options}</ol>
            <p class="verdict">{result(answered.hit)}{unread.map(|why| format!(", {why}"))}</p>
        </div>
        <div class="raw">
            <h3>"Answer, word for word"</h3>
            <p class="raw-text">{reply.text}</p>
        </div>
        <dl class="facts">
            <dt>"Clinical task"</dt><dd>{question.clinical_task}</dd>
            <dt>"Department"</dt><dd>{question.department}</dd>
            <dt>"Granularity"</dt><dd>{question.granularity}</dd>
            <dt>"Modality"</dt><dd>{question.modality}</dd>
            <dt>"Time"</dt><dd>{format::duration(reply.seconds)}</dd>
            <dt>"Visual tokens"</dt><dd>{reply.n_visual_tokens}</dd>
            <dt>"Answer tokens"</dt><dd>{format!("{}{cut}", reply.n_answer_tokens)}</dd>
        </dl>
    }
}
