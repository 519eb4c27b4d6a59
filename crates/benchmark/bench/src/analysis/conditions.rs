use crate::report::{progress, visual_tokens};
use crate::{Conditions, KeptRun, Run};

/// A run's name, or what it ran if it has none.
pub(super) fn name(kept: &KeptRun) -> String {
    if !kept.name.trim().is_empty() {
        return format!("“{}”", kept.name.trim());
    }
    let c = &kept.run.conditions;
    format!("{} {}, {}", c.model, c.quantisation, c.date)
}

/// Says that a run is not complete; empty if it is.
pub(super) fn partial(name: &str, run: &Run) -> String {
    if run.is_complete() {
        return String::new();
    }
    format!(" {name} is partial: {}.", progress(run))
}

/// One sentence on how the conditions of two runs differ, apart from the date and the choice of questions.
pub(super) fn differences(this: &Conditions, other: &Conditions) -> String {
    let yes_no = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    let all = |c: &Conditions| {
        [
            ("model", c.model.clone()),
            ("quantisation", c.quantisation.clone()),
            ("backend", c.backend.clone()),
            ("visual tokens", visual_tokens(c.visual_tokens)),
            ("answer tokens at most", c.max_answer_tokens.to_string()),
            ("blank images", yes_no(c.blank_images)),
            ("data set", c.data_set.description()),
            ("software", c.software.clone()),
        ]
    };
    let differing: Vec<String> = all(this)
        .into_iter()
        .zip(all(other))
        .filter(|((_, a), (_, b))| a != b)
        .map(|((what, a), (_, b))| format!("{what} ({a} against {b})"))
        .collect();
    if differing.is_empty() {
        return "Both ran under the same conditions.".to_owned();
    }
    format!(
        "They differ in {}; the difference below is the effect of all of these together.",
        differing.join(", ")
    )
}
