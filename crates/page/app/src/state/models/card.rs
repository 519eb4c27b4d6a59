use std::sync::LazyLock;

use catalogue::{Catalogue, Entry, Fit, Need, PREFERRED, estimated_bytes, fit, need, recommend};
use download::ModelKey;

use super::{Kind, Listing, Looking};
use crate::catalogue::read;
use crate::format;
use crate::state::{Failure, State};

const MODELS_JSON: &str = include_str!("../../../../../../web/models.json");

/// The catalogue. It is compiled in and a test keeps it well-formed, so an unreadable one is empty.
pub fn entries() -> &'static [Entry] {
    static ENTRIES: LazyLock<Vec<Entry>> =
        LazyLock::new(|| read::<Catalogue>(MODELS_JSON).map(|it| it.models).unwrap_or_default());
    &ENTRIES
}

/// What a card shows beside the entry's own words.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// Whether this device carries it; `None` where nothing tells how large it is.
    pub fit: Option<Fit>,
    /// Download and memory, in words.
    pub size: String,
    /// It is in the store under this name.
    pub stored: Option<ModelKey>,
    /// It is on its way into the store.
    pub is_fetching: bool,
    /// Its host is being asked.
    pub is_asked: bool,
    /// What it answered: labels of text models and of vision towers.
    pub variants: Option<(Vec<String>, Vec<String>)>,
    /// Why nothing came of asking.
    pub failure: Option<Failure>,
}

impl State {
    /// An entry's card, with the text model and vision tower that are chosen there.
    pub fn card(&self, entry: &Entry, text: usize, vision: usize) -> Card {
        let listing = self.models.listings.get(&entry.id);
        let device = self.device();
        let stored =
            self.models.stored.iter().flatten().find(|model| model.entry.as_ref() == Some(&entry.id));
        let known = listing.and_then(|listing| pair_bytes(listing, text, vision));
        let in_store = stored.map(super::whole_bytes);
        // What is in the store already need not be fetched.
        let needs = in_store.or(known).map(|n| need(entry.n_parameters, n)).or_else(|| estimate(entry));
        let needs_here = needs.map(|it| {
            if stored.is_some() || entry.is_bundled() { Need { download_bytes: 0, ..it } } else { it }
        });
        Card {
            fit: needs_here.map(|needs| fit(&needs, &device)),
            size: needs.map_or_else(String::new, |needs| {
                size_text(&needs, entry, in_store.is_some(), known.is_some())
            }),
            stored: stored.map(|model| model.key.clone()),
            is_fetching: self.models.downloads.iter().any(|it| {
                it.wish.entry.as_ref() == Some(&entry.id) && it.kind == Kind::Fetch && it.stage.is_under_way()
            }),
            is_asked: listing.is_some_and(|listing| matches!(listing.looking, Looking::Asked(_))),
            variants: listing.and_then(Listing::labels),
            failure: listing.and_then(Listing::failure).cloned(),
        }
    }

    /// Size and fit of the pair that is chosen in a place of the person's own. How many parameters it has nobody told; its length
    /// says which shape it has.
    pub fn own_fit(&self, text: usize, vision: usize) -> Option<(String, Fit)> {
        let n = pair_bytes(self.models.own.as_ref()?, text, vision)?;
        let needs = need(2 * n, n);
        let (download, memory) = (format::bytes(needs.download_bytes), format::bytes(needs.memory_bytes));
        Some((format!("{download} to download; about {memory} of memory"), fit(&needs, &self.device())))
    }

    /// The entry that is proposed for this device.
    pub fn recommended(&self) -> Option<&'static str> {
        let need_of = |entry: &Entry| {
            let known = self.models.listings.get(&entry.id).and_then(|listing| pair_bytes(listing, 0, 0));
            let needs = known.map(|n| need(entry.n_parameters, n)).or_else(|| estimate(entry))?;
            let is_stored =
                self.models.stored.iter().flatten().any(|model| model.entry.as_ref() == Some(&entry.id));
            Some(if is_stored { Need { download_bytes: 0, ..needs } } else { needs })
        };
        recommend(entries(), &self.device(), need_of).map(|entry| entry.id.as_str())
    }
}

fn pair_bytes(listing: &Listing, text: usize, vision: usize) -> Option<u64> {
    let (text, vision) = listing.pair(text, vision)?;
    Some(text.n_bytes? + vision.n_bytes?)
}

fn estimate(entry: &Entry) -> Option<Need> {
    let quantisation = if entry.is_bundled() { "Q8_0" } else { PREFERRED };
    let n = estimated_bytes(entry.n_parameters, quantisation, entry.text_bytes.get(quantisation).copied())?;
    Some(need(entry.n_parameters, n))
}

fn size_text(needs: &Need, entry: &Entry, is_stored: bool, is_known: bool) -> String {
    let (download, memory) = (format::bytes(needs.download_bytes), format::bytes(needs.memory_bytes));
    if entry.is_bundled() {
        return format!("Comes with the page; about {memory} of memory");
    }
    if is_stored {
        return format!("{download} in the store; about {memory} of memory");
    }
    if is_known {
        return format!("{download} to download; about {memory} of memory");
    }
    let what = if entry.repositories().next().is_none() { "once packed" } else { "to download" };
    format!("About {download} {what} as {PREFERRED}, reckoned from its size; about {memory} of memory")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::BUNDLED;

    #[test]
    fn the_catalogue_says_of_the_bundled_model_what_the_page_does() {
        let bundled = entries().iter().find(|entry| entry.is_bundled()).unwrap();
        let [catalogue::Source::Bundled { text, vision }] = &bundled.sources[..] else {
            panic!("{bundled:?}")
        };
        assert_eq!(
            (text.as_str(), vision.as_str(), bundled.title.as_str()),
            (BUNDLED.text_path, BUNDLED.vision_path, BUNDLED.title)
        );
    }

    #[test]
    fn published_scores_are_those_of_the_benchmark() {
        let mut n_compared = 0;
        for entry in entries() {
            let Some(score) = &entry.score else { continue };
            let row = bench::published().iter().find(|row| row.model == entry.title).unwrap();
            let overall = row.overall(bench::Grouping::Department).unwrap().score;
            assert_eq!((score.hits, score.n), (overall.hits, overall.n), "{}", entry.id);
            n_compared += 1;
        }
        assert_eq!(n_compared, 3);
    }
}
