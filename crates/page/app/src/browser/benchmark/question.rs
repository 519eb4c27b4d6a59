use bench::{Answered, Letter};
use leptos::html::{Canvas, Dialog};
use leptos::prelude::*;

use super::row::result;
use crate::browser::page::page;
use crate::browser::pixels;
use crate::format;
use crate::state::State;
use crate::state::benchmark::{BenchmarkAct, OpenedImage, answer_text};

/// One question with its image, over the page's right edge: what was offered, what was said, what is right.
#[component]
pub(super) fn QuestionPanel() -> impl IntoView {
    let page = page();
    let dialog = NodeRef::<Dialog>::new();
    let number = page.slice(|state| state.benchmark.opened.as_ref().map(|opened| opened.number));
    let title =
        page.slice(|state| state.benchmark.opened.as_ref().map(|it| format!("Question {}", it.number + 1)));
    let run = page.slice(|state| state.benchmark.run_number);
    // An answer changes with its run alone.
    let answered = move || {
        run.track();
        let number = number.get()?;
        page.peek(|state| state.benchmark.answer(number).cloned())
    };
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
            page.benchmark(BenchmarkAct::CloseQuestion);
        }
    };
    view! {
        <dialog
            id="question-panel"
            class="side-panel"
            node_ref=dialog
            aria-labelledby="question-title"
            on:click=close_outside
            on:close=move |_| page.benchmark(BenchmarkAct::CloseQuestion)
        >
            <div class="panel">
                <div class="panel-head">
                    <h2 id="question-title">
                        {title}
                    </h2>
                    <Steps/>
                    <button type="button" id="question-close" on:click=move |_| page.benchmark(BenchmarkAct::CloseQuestion)>
                        "Close"
                    </button>
                </div>
                <QuestionImage/>
                {move || answered().map(|answered| view! { <Answer answered/> })}
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
                        page.benchmark(BenchmarkAct::OpenQuestion(number));
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
    let numbers = benchmark.listed();
    let index = numbers.iter().position(|&its| its == number)?;
    numbers.get(step(index)?).copied()
}

#[component]
fn QuestionImage() -> impl IntoView {
    let page = page();
    let canvas = NodeRef::<Canvas>::new();
    let instead = page.slice(|state| match &state.benchmark.opened.as_ref()?.image {
        OpenedImage::Coming(_) => Some("The image is on its way.".to_owned()),
        OpenedImage::Failed(failure) => Some(format!("{} {}", failure.message, failure.remedy)),
        OpenedImage::Shown => None,
    });
    let is_shown =
        page.slice(|state| !state.benchmark.run.as_ref().is_some_and(|run| run.conditions.blank_images));
    Effect::new(move |_| {
        if let (Some(canvas), Some(pixels)) = (canvas.get(), page.benchmark_image.get()) {
            pixels::draw(&canvas, &pixels);
        }
    });
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
        <p class="hint" hidden=is_shown>"In this run the model was shown grey in place of it."</p>
    }
}

#[component]
fn Answer(answered: Answered) -> impl IntoView {
    let unread = answered.letter().is_none().then(|| answer_text(&answered));
    let verdict = result(answered.hit, "the right answer is not known");
    let circular =
        answered.circular_hit.map(|hit| if hit { ", in every rotation" } else { ", not in every rotation" });
    let options = answered.question.letters().map(|letter| option(&answered, letter)).collect_view();
    let has_preference = !answered.reply.preference.is_empty();
    let disagrees = answered.disagrees().then_some(" Here the text names another option.");
    let preference_hint = has_preference.then(|| {
        view! {
            <p class="hint">
                "Bars: relative preference among the options, from the first token; not a confidence."
                {disagrees}
            </p>
        }
    });
    let rotations = rotations(&answered);
    let facts = facts(&answered);
    let fact = |(term, text): (&'static str, String)| {
        let text = if text.is_empty() { "–".into() } else { text };
        view! { <dt>{term}</dt><dd>{text}</dd> }
    };
    view! {
        <div class="asked-question">
            <p class="question-text">{answered.question.question}</p>
            <ol class="options">{options}</ol>
            {preference_hint}
            <p class="verdict">{verdict}{circular}{unread.map(|why| format!(", {why}"))}</p>
        </div>
        <div class="raw">
            <h3>"Answer, word for word"</h3>
            <p class="raw-text">{answered.reply.text}</p>
            {rotations}
        </div>
        <dl class="facts">{facts.map(fact).collect_view()}</dl>
    }
}

/// One option: its letter and text, how the first token prefers it, whether it is right and whether it was chosen.
fn option(answered: &Answered, letter: Letter) -> impl IntoView + use<> {
    let is_right = answered.question.answer == Some(letter);
    let is_chosen = answered.letter() == Some(letter);
    let words = match (is_right, is_chosen) {
        (true, true) => "right, chosen",
        (true, false) => "right",
        (false, true) => "chosen",
        (false, false) => "",
    };
    let text = answered.question.option(letter).unwrap_or_default().to_owned();
    let share = answered.reply.preference.get(letter.index()).copied();
    let figure = share.map(|share| view! { <span class="marks">{format::whole_percent(share)}</span> });
    let bar = share.map(|share| {
        view! {
            <svg class="share" viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
                <rect width=thousandths(share) height="1"></rect>
            </svg>
        }
    });
    view! {
        <li
            data-right=is_right.then_some("")
            data-chosen=is_chosen.then_some("")
            data-share=share.map(thousandths)
        >
            <span class="letter">{letter.to_string()}</span>
            <span class="option">{text}</span>
            <span class="marks">{words}</span>
            {figure}
            {bar}
        </li>
    }
}

fn thousandths(share: f32) -> String {
    format!("{:.3}", f64::from(share))
}

/// What was said to each rotation, with the letter at which its right option stood.
fn rotations(answered: &Answered) -> impl IntoView + use<> {
    let rotation = |(by, rotation): (usize, &bench::Rotation)| {
        let right = answered.question.rotated(by).answer.map(|letter| format!("Right: {letter}"));
        view! { <li><span class="letter">{right}</span><span class="raw-text">{rotation.text.clone()}</span></li> }
    };
    let rotations = (1..).zip(&answered.reply.rotations).map(rotation).collect_view();
    (!rotations.is_empty()).then(|| {
        view! { <h3>"Options moved up by 1, 2, … places"</h3><ol class="rotations">{rotations}</ol> }
    })
}

fn facts(answered: &Answered) -> impl Iterator<Item = (&'static str, String)> + use<> {
    let Answered { question, reply, .. } = answered;
    let cut = if reply.is_truncated { ", cut at the limit" } else { "" };
    [
        ("Index in the set", question.index.clone()),
        ("Category", question.category.clone()),
        ("Clinical task", question.clinical_task.clone()),
        ("Department", question.department.clone()),
        ("Modality", question.modality.clone()),
        ("Granularity", question.granularity.clone()),
        ("Time", format::duration(reply.seconds)),
        ("Visual tokens", reply.n_visual_tokens.to_string()),
        ("Answer tokens", format!("{}{cut}", reply.n_answer_tokens)),
    ]
    .into_iter()
}
