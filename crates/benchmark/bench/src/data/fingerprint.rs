use crate::Question;

/// Names a list of questions by its contents: 16 hexadecimal digits of a BLAKE3 hash over every text and every right answer, in
/// order. The length of each text is hashed before the text, so different lists never give the same bytes.
pub fn fingerprint(questions: &[Question]) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&(questions.len() as u64).to_le_bytes());
    for question in questions {
        add(&mut hasher, question);
    }
    hasher.finalize().to_hex()[..16].to_owned()
}

fn add(hasher: &mut blake3::Hasher, question: &Question) {
    let Question {
        index,
        question,
        options,
        answer,
        category,
        clinical_task,
        department,
        granularity,
        modality,
        original_task,
    } = question;
    let mut text = |text: &str| {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    };
    text(index);
    text(question);
    for label in [category, clinical_task, department, granularity, modality, original_task] {
        text(label);
    }
    text(&answer.map(|letter| letter.to_string()).unwrap_or_default());
    hasher.update(&(options.len() as u64).to_le_bytes());
    for option in options {
        hasher.update(&(option.len() as u64).to_le_bytes());
        hasher.update(option.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Letter;

    fn question() -> Question {
        Question {
            index: "1".into(),
            question: "Which?".into(),
            options: ["liver", "spleen"].map(String::from).to_vec(),
            answer: Letter::of(1),
            category: "spleen".into(),
            ..Question::default()
        }
    }

    #[test]
    fn the_same_questions_have_the_same_name_on_every_machine() {
        assert_eq!(fingerprint(&[]), "71e0a99173564931");
        assert_eq!(fingerprint(&[question()]), "c38578cd9a8d4672");
    }

    #[test]
    fn whatever_differs_gives_another_name() {
        let of = |change: fn(&mut Question)| {
            let mut changed = question();
            change(&mut changed);
            changed
        };
        let changed = [
            of(|_| {}),
            of(|q| q.index = "2".into()),
            of(|q| q.question.push(' ')),
            of(|q| q.options.swap(0, 1)),
            of(|q| q.options = vec!["livers".into(), "pleen".into()]),
            of(|q| q.options.push(String::new())),
            of(|q| q.answer = None),
            of(|q| q.answer = Letter::of(0)),
            of(|q| q.category.clear()),
            // The same text in another place.
            of(|q| q.clinical_task = std::mem::take(&mut q.category)),
            of(|q| q.department = std::mem::take(&mut q.category)),
            of(|q| q.granularity = std::mem::take(&mut q.category)),
            of(|q| q.modality = std::mem::take(&mut q.category)),
            of(|q| q.original_task = std::mem::take(&mut q.category)),
        ];
        let mut names: Vec<String> = changed.iter().map(|q| fingerprint(std::slice::from_ref(q))).collect();
        names.push(fingerprint(&[]));
        names.push(fingerprint(&changed[..2]));
        names.push(fingerprint(&[changed[1].clone(), changed[0].clone()]));
        assert!(names.iter().all(|name| name.len() == 16 && name.bytes().all(|b| b.is_ascii_hexdigit())));
        let n = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), n);
    }
}
