use serde_json::Value;

/// An entry of the console that a spec must not leave behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// An error: logged, thrown, or a file that did not come.
    ConsoleError(String),
    /// The page's policy refused something.
    Refused(String),
}

/// What the console holds that should not be there. Its workers' errors are among them.
pub(super) fn problems(console: &[Value]) -> Vec<Problem> {
    let errors = console.iter().filter(|entry| entry["level"] == "SEVERE").map(|entry| {
        let text = entry["message"].as_str().unwrap_or("an error without a message").to_owned();
        if text.contains("Content Security Policy") {
            Problem::Refused(text)
        } else {
            Problem::ConsoleError(text)
        }
    });
    errors.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_error_is_a_problem_and_a_warning_is_none() {
        let entry = |level: &str, message: &str| json!({ "level": level, "message": message });
        let console = [
            entry("SEVERE", "app.js 1:1 Uncaught Error"),
            entry("WARNING", "slow"),
            entry(
                "SEVERE",
                "Refused to connect: it violates the following Content Security Policy directive",
            ),
        ];
        let found = problems(&console);
        assert!(matches!(&found[..], [Problem::ConsoleError(_), Problem::Refused(_)]), "{found:?}");
    }
}
