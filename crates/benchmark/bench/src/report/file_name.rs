use crate::{DataSet, Form, Run};

/// The file name of a run in this form, which any file system takes. VLMEvalKit's forms have its names, with the quantisation as part
/// of the model's name: `Phantom-Q8_0_phantoms_result.xlsx` and `Phantom-Q8_0_phantoms_clinical vqa task_acc.csv`. The others have
/// our own: `benchmark-Phantom-Q8_0-2026-11-25.csv`.
pub fn file_name(run: &Run, form: Form) -> String {
    let conditions = &run.conditions;
    let blank = if conditions.blank_images { "-blank-images" } else { "" };
    let model = format!("{}-{}", conditions.model, conditions.quantisation);
    let theirs = || format!("{}_{}{blank}", plain(&model), plain(data_set(&conditions.data_set)));
    // The date of an ISO 8601 moment.
    let day: String = conditions.date.chars().take_while(|&c| c != 'T').collect();
    let ours = |suffix: &str| {
        let stem = format!("benchmark-{model}{blank}-{day}");
        plain(&stem) + suffix
    };
    match form {
        Form::Csv => ours(".csv"),
        Form::Json => ours(".json"),
        Form::Markdown => ours(".md"),
        Form::Xlsx => theirs() + "_result.xlsx",
        Form::Acc(grouping) => format!("{}_{}_acc.csv", theirs(), grouping.key()),
        Form::Chart(grouping) => ours(&format!("-{}.svg", plain(grouping.key()))),
    }
}

/// As VLMEvalKit names a data set: its file without the extension.
fn data_set(data_set: &DataSet) -> &str {
    match data_set {
        DataSet::Sample { .. } => "phantoms",
        DataSet::HeldOut { .. } => "held-out-phantoms",
        DataSet::File { name, .. } => {
            let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
            name.rsplit_once('.').map_or(name, |(stem, _)| stem)
        }
    }
}

fn plain(text: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' };
    text.chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::Grouping;

    #[test]
    fn names_are_plain_and_differ_by_form() {
        let mut run = sample::run();
        run.conditions.model = "m".into();
        run.conditions.date = "2026-11-25T10:00:00Z".into();
        assert_eq!(file_name(&run, Form::Csv), "benchmark-m-Q8_0-2026-11-25.csv");
        run.conditions.model = "a/b: c".into();
        run.conditions.blank_images = true;
        assert_eq!(file_name(&run, Form::Markdown), "benchmark-a-b--c-Q8_0-blank-images-2026-11-25.md");
        assert_eq!(
            file_name(&run, Form::Chart(Grouping::ClinicalTask)),
            "benchmark-a-b--c-Q8_0-blank-images-2026-11-25-clinical-vqa-task.svg"
        );
    }

    #[test]
    fn vlmevalkits_forms_have_its_names() {
        let mut run = sample::run();
        run.conditions.model = "Qwen2-VL-2B-Instruct".into();
        assert_eq!(file_name(&run, Form::Xlsx), "Qwen2-VL-2B-Instruct-Q8_0_phantoms_result.xlsx");
        run.conditions.data_set =
            DataSet::File { name: "GMAI-MMBench_VAL.tsv".into(), n_questions: 4550, n_val: 948 };
        assert_eq!(file_name(&run, Form::Xlsx), "Qwen2-VL-2B-Instruct-Q8_0_GMAI-MMBench_VAL_result.xlsx");
        assert_eq!(
            file_name(&run, Form::Acc(Grouping::ClinicalTask)),
            "Qwen2-VL-2B-Instruct-Q8_0_GMAI-MMBench_VAL_clinical vqa task_acc.csv"
        );
        run.conditions.data_set = DataSet::File { name: "a/../own.v2.tsv".into(), n_questions: 9, n_val: 0 };
        assert_eq!(file_name(&run, Form::Xlsx), "Qwen2-VL-2B-Instruct-Q8_0_own.v2_result.xlsx");
    }
}
