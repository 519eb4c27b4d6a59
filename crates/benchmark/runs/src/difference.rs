use bench::Conditions;

/// What the first condition is that differs, with both values, as part of a sentence. The date of beginning may differ.
pub fn difference(found: &Conditions, expected: &Conditions) -> Option<String> {
    let found = Conditions { date: expected.date.clone(), ..found.clone() };
    if found == *expected {
        return None;
    }
    // Conditions are plain texts and numbers, which always have a JSON form.
    let fields = |conditions: &Conditions| serde_json::to_value(conditions).unwrap_or_default();
    let (found, expected) = (fields(&found), fields(expected));
    let differing = expected.as_object()?.iter().find(|(key, value)| found.get(key) != Some(value));
    differing.map(|(key, value)| {
        let found = found.get(key).unwrap_or_default();
        format!("its {} is {found}, not {value}", key.replace('_', " "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::conditions;

    #[test]
    fn the_first_difference_is_named_and_the_date_may_differ() {
        let other = Conditions { model: "other".into(), ..conditions() };
        assert_eq!(
            difference(&conditions(), &other).as_deref(),
            Some("its model is \"Qwen2-VL-2B\", not \"other\"")
        );
        let later = Conditions { date: "2099-01-01".into(), ..conditions() };
        assert_eq!(difference(&conditions(), &later), None);
    }
}
