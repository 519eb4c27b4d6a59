use catalogue::{Choice, Variant};
use download::{OrderId, Place, Trouble, Wish};

use crate::format;
use crate::state::Failure;

/// What a host was asked about a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Listing {
    /// Where.
    pub place: Place,
    /// What came of it.
    pub looking: Looking,
    /// As soon as it is known, the first of each is fetched.
    pub(super) then_fetch: bool,
}

/// What came of a question to a host.
#[derive(Clone, Debug, PartialEq)]
pub enum Looking {
    /// Nothing yet.
    Asked(OrderId),
    /// This.
    Known(Choice),
    /// Nothing, for this reason.
    Failed(Failure),
}

impl Listing {
    /// What can be chosen, once the host told.
    pub fn choice(&self) -> Option<&Choice> {
        match &self.looking {
            Looking::Known(choice) => Some(choice),
            Looking::Asked(_) | Looking::Failed(_) => None,
        }
    }

    /// Labels of text models and of vision towers, once the host told.
    pub fn labels(&self) -> Option<(Vec<String>, Vec<String>)> {
        let of = |variants: &[Variant]| variants.iter().map(label).collect();
        self.choice().map(|choice| (of(&choice.texts), of(&choice.visions)))
    }

    /// The order whose answer it waits for.
    pub(super) fn order(&self) -> Option<OrderId> {
        match self.looking {
            Looking::Asked(order) => Some(order),
            Looking::Known(_) | Looking::Failed(_) => None,
        }
    }

    /// Why it came to nothing.
    pub fn failure(&self) -> Option<&Failure> {
        match &self.looking {
            Looking::Failed(failure) => Some(failure),
            Looking::Asked(_) | Looking::Known(_) => None,
        }
    }

    /// The chosen text model and vision tower; a place beyond the list is its last.
    pub fn pair(&self, text: usize, vision: usize) -> Option<(&Variant, &Variant)> {
        let choice = self.choice()?;
        let at = |variants: &'_ [Variant], place: usize| place.min(variants.len().wrapping_sub(1));
        Some((choice.texts.get(at(&choice.texts, text))?, choice.visions.get(at(&choice.visions, vision))?))
    }

    /// The wish for the chosen pair.
    pub(super) fn wish(
        &self,
        title: String,
        entry: Option<String>,
        text: usize,
        vision: usize,
    ) -> Option<Wish> {
        let (text, vision) = self.pair(text, vision)?;
        let files = text.files.iter().chain(&vision.files).cloned().collect();
        Some(Wish { title, entry, files })
    }
}

/// `Q4_K_M, 986.0 MB`.
fn label(variant: &Variant) -> String {
    match variant.n_bytes {
        Some(n) => format!("{}, {}", variant.label, format::bytes(n)),
        None => variant.label.clone(),
    }
}

/// What a place lacks to be a model.
pub(super) fn lack(place: &Place, choice: &Choice) -> Option<Failure> {
    let lacking = match (choice.texts.is_empty(), choice.visions.is_empty()) {
        (false, false) => return None,
        (true, true) => "no GGUF files that this program can read",
        (true, false) => "no text model that this program can read",
        (false, true) => "no vision tower (a file with mmproj in its name)",
    };
    let left: Vec<String> = choice
        .left
        .iter()
        .filter(|left| left.name.ends_with(".gguf"))
        .map(|left| format!("{} {}", left.name, left.why))
        .collect();
    let left = if left.is_empty() { String::new() } else { format!(" Left out: {}.", left.join("; ")) };
    Some(Failure {
        message: format!("{} has {lacking}.{left}", catalogue::page_of(place)),
        remedy: "Choose another repository, give the addresses of both files, or open both from disk.".into(),
    })
}

pub(super) fn failure(trouble: Trouble) -> Failure {
    Failure { message: trouble.message, remedy: trouble.remedy }
}
