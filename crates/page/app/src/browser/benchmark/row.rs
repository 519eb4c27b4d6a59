use leptos::prelude::*;

use crate::browser::page::page;
use crate::format;
use crate::state::benchmark::{BenchmarkAct, answer_text, preference_text, truth_text};

/// One question and its answer. Neither changes any more, so nothing here follows the state.
#[component]
pub(super) fn QuestionRow(number: u32) -> impl IntoView {
    let page = page();
    let answered = page.peek(|state| state.benchmark.answer(number).cloned())?;
    let (answer, truth) = (answer_text(&answered), truth_text(&answered));
    let hit = answered.hit.map(|hit| if hit { "true" } else { "false" });
    let is_read = answered.letter().is_some();
    let disagrees = answered.disagrees();
    Some(view! {
        <tr data-number=number.to_string() data-hit=hit>
            <td class="measure">{number + 1}</td>
            <td class="result">{result(answered.hit, "–")}</td>
            <td class="asked">
                <button type="button" class="link" on:click=move |_| page.benchmark(BenchmarkAct::OpenQuestion(number))>
                    {answered.question.question.clone()}
                </button>
            </td>
            <td class:unread=!is_read>{answer}</td>
            <td>{truth}</td>
            <td class="measure" data-disagrees=disagrees.then_some("")>
                {preference_text(&answered)}
                {disagrees.then_some(" ≠ text")}
            </td>
            <td class="task">{answered.question.clinical_task}</td>
            <td class="measure">{format::duration(answered.reply.seconds)}</td>
        </tr>
    })
}

/// A sign and a word, so that it does not hang on colour; where the right answer is not known, what is said instead.
pub(super) fn result(hit: Option<bool>, unknown: &'static str) -> impl IntoView {
    match hit {
        Some(true) => view! { <span class="hit"><Sign path="M2 6.5 5 9.5 10.5 3"/>"right"</span> }.into_any(),
        Some(false) => view! { <span class="miss"><Sign path="M3 3l6 6M9 3l-6 6"/>"wrong"</span> }.into_any(),
        None => unknown.into_any(),
    }
}

#[component]
fn Sign(path: &'static str) -> impl IntoView {
    view! { <svg class="sign" viewBox="0 0 12 12" aria-hidden="true"><path d=path/></svg> }
}
