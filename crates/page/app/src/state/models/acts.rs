//! What a person does with models.

use catalogue::Entry;
use download::{Keep, ModelKey, Order, Place, Wish};

use super::listing::{Listing, Looking};
use super::{Kind, Stage, entries, opening, own};
use crate::state::{Failure, State};

/// What a person does.
#[derive(Clone, Debug, PartialEq)]
pub enum StoreAct {
    /// Asks the hub of this entry what it has; after one that failed, the next.
    Look(String),
    /// Fetches the chosen pair of an entry; if its hub was not asked yet, that first.
    Fetch {
        /// Of the entry.
        id: String,
        /// Which of its text models.
        text: usize,
        /// Which of its vision towers.
        vision: usize,
    },
    /// Asks what the place of this name or address has.
    ListOwn(String),
    /// Fetches the chosen pair of that place.
    FetchOwn {
        /// Which of its text models.
        text: usize,
        /// Which of its vision towers.
        vision: usize,
    },
    /// Fetches a pair from two addresses, or what a manifest names.
    FetchAddresses {
        /// Of the text model, or of a manifest.
        text: String,
        /// Of the vision tower; empty beside a manifest.
        vision: String,
    },
    /// Lets the download of this number rest; what arrived stays.
    Pause(u32),
    /// Goes on with a download that rests or failed.
    Resume(u32),
    /// Ends a download; what arrived goes. One that is over leaves the list.
    Cancel(u32),
    /// Opens a model of the store.
    Open(ModelKey),
    /// Reads a stored model again, and fetches what is damaged. One that is open makes way first: its files are in use.
    Check(ModelKey),
    /// Deletes models of the store. If one of them is open, all wait until another is in its place.
    Delete(Vec<ModelKey>),
    /// Starts the downloader again.
    RestartDownloader,
}

/// Does it.
pub(in crate::state) fn act(state: &mut State, act: StoreAct) {
    match act {
        StoreAct::Look(id) => look(state, &id, false),
        StoreAct::Fetch { id, text, vision } => fetch_entry(state, &id, text, vision),
        StoreAct::ListOwn(place) => state.message = list_own(state, &place).err(),
        StoreAct::FetchOwn { text, vision } => fetch_own(state, text, vision),
        StoreAct::FetchAddresses { text, vision } => {
            state.message = fetch_addresses(state, &text, &vision).err();
        }
        StoreAct::Pause(number) => stop(state, number, Keep::Arrived),
        StoreAct::Resume(number) => resume(state, number),
        StoreAct::Cancel(number) => cancel(state, number),
        StoreAct::Open(key) => {
            if !state.refuses_while_busy("open the model") {
                opening::open(state, &key, false);
            }
        }
        StoreAct::Check(key) => check(state, &key),
        StoreAct::Delete(keys) => {
            if !state.refuses_while_busy("delete it") {
                delete(state, keys);
            }
        }
        StoreAct::RestartDownloader => state.start_downloader(),
    }
}

/// With `then_fetch` the first pair is fetched at once.
fn look(state: &mut State, id: &str, then_fetch: bool) {
    let Some(entry) = entries().iter().find(|entry| entry.id == id) else { return };
    let before = state.models.listings.get(id);
    if let Some(Looking::Asked(_)) = before.map(|listing| &listing.looking) {
        if let Some(listing) = state.models.listings.get_mut(id) {
            listing.then_fetch |= then_fetch;
        }
        return;
    }
    let failed = before.filter(|listing| listing.failure().is_some()).map(|listing| listing.place.clone());
    let next =
        failed.and_then(|place| place_after(entry, &place)).or_else(|| entry.repositories().next().cloned());
    if let Some(place) = next {
        ask(state, id, place, then_fetch);
    }
}

pub(super) fn place_after(entry: &Entry, place: &Place) -> Option<Place> {
    entry.repositories().skip_while(|it| *it != place).nth(1).cloned()
}

pub(super) fn ask(state: &mut State, id: &str, place: Place, then_fetch: bool) {
    let order = state.order(|id| Order::List { id, place: place.clone() });
    state.models.listings.insert(id.into(), Listing { place, looking: Looking::Asked(order), then_fetch });
}

pub(super) fn fetch_entry(state: &mut State, id: &str, text: usize, vision: usize) {
    let Some(entry) = entries().iter().find(|entry| entry.id == id) else { return };
    let wish = state.models.listings.get(id).and_then(|listing| {
        let label = &listing.pair(text, vision)?.0.label;
        listing.wish(format!("{} {label}", entry.title), Some(entry.id.clone()), text, vision)
    });
    match wish {
        Some(wish) => state.fetch(wish),
        None => look(state, id, true),
    }
}

fn list_own(state: &mut State, text: &str) -> Result<(), Failure> {
    let place = Place::parse(text.trim()).map_err(|error| Failure {
        message: error.to_string(),
        remedy: "Correct it, then list the files again.".into(),
    })?;
    list_place(state, place, false);
    Ok(())
}

fn list_place(state: &mut State, place: Place, then_fetch: bool) {
    let order = state.order(|id| Order::List { id, place: place.clone() });
    state.models.own = Some(Listing { place, looking: Looking::Asked(order), then_fetch });
}

pub(super) fn fetch_own(state: &mut State, text: usize, vision: usize) {
    let wish = state.models.own.as_ref().and_then(|listing| own_wish(listing, text, vision));
    if let Some(wish) = wish {
        state.fetch(wish);
    }
}

/// Of a place that no entry knows, the text model's file says what it is.
fn own_wish(listing: &Listing, text: usize, vision: usize) -> Option<Wish> {
    let name = &listing.pair(text, vision)?.0.files.first()?.name;
    listing.wish(name.trim_end_matches(".gguf").into(), None, text, vision)
}

fn fetch_addresses(state: &mut State, text: &str, vision: &str) -> Result<(), Failure> {
    let (text, vision) = (text.trim(), vision.trim());
    let path = text.split(['?', '#']).next().unwrap_or_default();
    if vision.is_empty() && path.to_ascii_lowercase().ends_with(".json") {
        own::judge(text)?;
        list_place(state, Place::Manifest(text.into()), true);
    } else {
        state.fetch(own::wish_of_addresses(text, vision)?);
    }
    Ok(())
}

fn stop(state: &mut State, number: u32, keep: Keep) {
    let models = &mut state.models;
    let Some(download) = models.downloads.iter_mut().find(|it| it.number == number) else { return };
    download.stopping = Some(keep);
    let id = download.order;
    state.give(Order::Stop { id, keep });
}

fn resume(state: &mut State, number: u32) {
    let Some(download) = state.models.download(number).filter(|it| !it.stage.is_under_way()) else { return };
    let (kind, wish, key) = (download.kind, download.wish.clone(), download.key.clone());
    let order = state.order(|id| match kind {
        Kind::Fetch => Order::Fetch { id, wish },
        Kind::Check => Order::Check { id, model: key },
    });
    let Some(download) = state.models.downloads.iter_mut().find(|it| it.number == number) else { return };
    (download.order, download.stage, download.stopping) = (order, Stage::Waiting { other_tab: false }, None);
    download.files.iter_mut().for_each(|file| file.n_received = 0);
    download.pace.rest();
}

fn cancel(state: &mut State, number: u32) {
    let Some(download) = state.models.download(number) else { return };
    let (kind, key) = (download.kind, download.key.clone());
    match (&download.stage, kind) {
        (stage, Kind::Fetch) if stage.is_under_way() => return stop(state, number, Keep::Nothing),
        (stage, Kind::Check) if stage.is_under_way() => return stop(state, number, Keep::Arrived),
        (Stage::Paused | Stage::Failed(_), Kind::Fetch) if state.models.stored(&key).is_none() => {
            state.delete(vec![key]);
        }
        _ => {}
    }
    state.models.downloads.retain(|it| it.number != number);
}

fn check(state: &mut State, key: &ModelKey) {
    let is_at_it = state.models.downloads.iter().any(|it| it.key == *key && it.stage.is_under_way());
    if let Some(model) = state.models.stored(key).filter(|_| !is_at_it).cloned() {
        state.check(&model);
        if state.holds(key) {
            state.make_way();
        }
    }
}

fn delete(state: &mut State, keys: Vec<ModelKey>) {
    if keys.is_empty() {
        return;
    }
    state.models.downloads.retain(|it| !keys.contains(&it.key) || it.stage.is_under_way());
    if keys.iter().any(|key| state.holds(key)) {
        state.models.to_delete = keys;
        state.make_way();
    } else {
        state.delete(keys);
    }
}

/// Every model of the store, and what is left of unfinished ones.
pub fn all_keys(state: &State) -> Vec<ModelKey> {
    let unfinished =
        state.models.downloads.iter().filter(|it| it.kind == Kind::Fetch && !it.stage.is_under_way());
    let mut keys: Vec<ModelKey> =
        state.models.stored.iter().flatten().map(|model| model.key.clone()).collect();
    for download in unfinished {
        if !keys.contains(&download.key) {
            keys.push(download.key.clone());
        }
    }
    keys
}
