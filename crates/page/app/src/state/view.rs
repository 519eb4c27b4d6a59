/// What the page shows between header and permanent line. Its address is in the location's hash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// One image, one conversation about it.
    #[default]
    Ask,
    /// Models to fetch, on their way, and in the store.
    Models,
    /// A set of questions, answered one by one, beside what others published.
    Benchmark,
}

/// What is on view, and what was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Views {
    /// On view now.
    pub current: View,
    /// The Models view was on view: from then on it is kept, with everything that was scrolled and typed.
    pub is_models_made: bool,
    /// The same of the Benchmark view.
    pub is_benchmark_made: bool,
}

impl View {
    /// In the order of the header.
    pub const ALL: [Self; 3] = [Self::Ask, Self::Models, Self::Benchmark];

    /// The value of `data-view`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::Models => "models",
            Self::Benchmark => "benchmark",
        }
    }

    /// As the page names it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Ask => "Ask",
            Self::Models => "Models",
            Self::Benchmark => "Benchmark",
        }
    }

    /// Its address within the page.
    pub const fn hash(self) -> &'static str {
        match self {
            Self::Ask => "#ask",
            Self::Models => "#models",
            Self::Benchmark => "#benchmark",
        }
    }

    /// The view of an address; one that is no view's is the first view's.
    pub fn of_hash(hash: &str) -> Self {
        Self::ALL.into_iter().find(|view| view.hash() == hash).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_view_has_an_address_of_its_own() {
        for view in View::ALL {
            assert_eq!(View::of_hash(view.hash()), view);
            assert_eq!(view.hash().strip_prefix('#'), Some(view.name()));
        }
        assert_eq!(["", "#", "#question", "benchmark"].map(View::of_hash), [View::Ask; 4]);
    }
}
