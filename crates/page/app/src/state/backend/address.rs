use protocol::{BackendChoice, Failure};

use super::words::{CHOICES, name};

/// What the page's address asks for: `?backend=cpu`, `webgpu` or `measured`. `None` where it does not say; a word that is
/// none of the three comes back as it stands.
pub fn choice_of_query(query: &str) -> Result<Option<BackendChoice>, String> {
    let wanted = query.trim_start_matches('?').split('&').find_map(|pair| pair.strip_prefix("backend="));
    match wanted {
        None => Ok(None),
        Some(wanted) => CHOICES
            .into_iter()
            .find(|choice| name(*choice).eq_ignore_ascii_case(wanted))
            .map(Some)
            .ok_or_else(|| wanted.to_owned()),
    }
}

/// What is said of a word that [`choice_of_query`] does not know.
pub fn unknown_choice(wanted: &str) -> Failure {
    let known = CHOICES.map(name).join(", ");
    Failure {
        message: format!("The page’s address asks for the backend “{wanted}”; known are {known}."),
        remedy: "The faster one is used. Correct the address, or choose in the settings.".into(),
    }
}
