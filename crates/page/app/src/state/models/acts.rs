//! What a person does with models. What the downloader is told lies in the outbox; what the worker is told is given back.

use catalogue::Entry;
use download::{Keep, ModelKey, Order, Place, Wish};
use protocol::Command;

use super::listing::{Listing, Looking};
use super::{Kind, Stage, entries, opening, own};
use crate::state::{Failure, State};

/// Asks an entry's hub what it has; after one that failed, the next. With `then_fetch` the first pair is fetched at once.
pub fn look(state: &mut State, id: &str, then_fetch: bool) {
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
    let order = state.models.order(|id| Order::List { id, place: place.clone() });
    state.models.listings.insert(id.into(), Listing { place, looking: Looking::Asked(order), then_fetch });
}

/// Fetches the chosen pair of an entry; where its hub was not asked yet, that first.
pub fn fetch_entry(state: &mut State, id: &str, text: usize, vision: usize) {
    let Some(entry) = entries().iter().find(|entry| entry.id == id) else { return };
    let wish = state.models.listings.get(id).and_then(|listing| {
        let label = &listing.pair(text, vision)?.0.label;
        listing.wish(format!("{} {label}", entry.title), Some(entry.id.clone()), text, vision)
    });
    match wish {
        Some(wish) => state.models.fetch(wish),
        None => look(state, id, true),
    }
}

/// Asks what a place that a person named has.
pub fn list_own(state: &mut State, text: &str) -> Result<(), Failure> {
    let place = Place::parse(text.trim()).map_err(|error| Failure {
        message: error.to_string(),
        remedy: "Correct it, then list the files again.".into(),
    })?;
    list_place(state, place, false);
    Ok(())
}

fn list_place(state: &mut State, place: Place, then_fetch: bool) {
    let order = state.models.order(|id| Order::List { id, place: place.clone() });
    state.models.own = Some(Listing { place, looking: Looking::Asked(order), then_fetch });
}

/// Fetches the chosen pair of the place that a person named.
pub fn fetch_own(state: &mut State, text: usize, vision: usize) {
    let wish = state.models.own.as_ref().and_then(|listing| own_wish(listing, text, vision));
    if let Some(wish) = wish {
        state.models.fetch(wish);
    }
}

/// Of a place that no entry knows, the text model's file says what it is.
pub(super) fn own_wish(listing: &Listing, text: usize, vision: usize) -> Option<Wish> {
    let name = &listing.pair(text, vision)?.0.files.first()?.name;
    listing.wish(name.trim_end_matches(".gguf").into(), None, text, vision)
}

/// Fetches a pair from two addresses, or what a manifest names.
pub fn fetch_addresses(state: &mut State, text: &str, vision: &str) -> Result<(), Failure> {
    let (text, vision) = (text.trim(), vision.trim());
    let path = text.split(['?', '#']).next().unwrap_or_default();
    if vision.is_empty() && path.to_ascii_lowercase().ends_with(".json") {
        own::judge(text)?;
        list_place(state, Place::Manifest(text.into()), true);
    } else {
        state.models.fetch(own::wish_of_addresses(text, vision)?);
    }
    Ok(())
}

/// Lets a download rest; what arrived stays.
pub fn pause(state: &mut State, number: u32) {
    stop(state, number, Keep::Arrived);
}

fn stop(state: &mut State, number: u32, keep: Keep) {
    let models = &mut state.models;
    let Some(download) = models.downloads.iter_mut().find(|it| it.number == number) else { return };
    download.stopping = Some(keep);
    let id = download.order;
    models.outbox.push(Order::Stop { id, keep });
}

/// Goes on with a download that rests or failed.
pub fn resume(state: &mut State, number: u32) {
    let models = &mut state.models;
    let Some(at) = models.downloads.iter().position(|it| it.number == number) else { return };
    if models.downloads[at].stage.is_under_way() {
        return;
    }
    let (kind, wish, key) =
        (models.downloads[at].kind, models.downloads[at].wish.clone(), models.downloads[at].key.clone());
    let order = models.order(|id| match kind {
        Kind::Fetch => Order::Fetch { id, wish },
        Kind::Check => Order::Check { id, model: key },
    });
    let download = &mut models.downloads[at];
    (download.order, download.stage, download.stopping) = (order, Stage::Waiting { other_tab: false }, None);
    download.files.iter_mut().for_each(|file| file.n_received = 0);
    download.pace.rest();
}

/// Ends a download; what arrived goes. One that is over leaves the list.
pub fn cancel(state: &mut State, number: u32) {
    let Some(download) = state.models.download(number) else { return };
    let (kind, key) = (download.kind, download.key.clone());
    match (&download.stage, kind) {
        (stage, Kind::Fetch) if stage.is_under_way() => return stop(state, number, Keep::Nothing),
        (stage, Kind::Check) if stage.is_under_way() => return stop(state, number, Keep::Arrived),
        (Stage::Paused | Stage::Failed(_), Kind::Fetch) if state.models.stored(&key).is_none() => {
            state.models.delete(vec![key]);
        }
        _ => {}
    }
    state.models.downloads.retain(|it| it.number != number);
}

/// Opens a model of the store.
pub fn open_stored(state: &mut State, key: &ModelKey) -> Option<Command> {
    opening::open(state, key, false)
}

/// Reads a stored model again, and fetches what is damaged. One that is open makes way first: its files are in use.
pub fn check(state: &mut State, key: &ModelKey) {
    let models = &mut state.models;
    let is_at_it = models.downloads.iter().any(|it| it.key == *key && it.stage.is_under_way());
    if let Some(model) = models.stored(key).filter(|_| !is_at_it).cloned() {
        models.check(&model);
        state.models.to_close |= state.holds(key);
    }
}

/// Deletes models of the store. Where one of them is open, all wait until another is in its place.
pub fn delete(state: &mut State, keys: Vec<ModelKey>) {
    let models = &mut state.models;
    if keys.is_empty() {
        return;
    }
    models.downloads.retain(|it| !keys.contains(&it.key) || it.stage.is_under_way());
    if keys.iter().any(|key| state.holds(key)) {
        state.models.to_delete = keys;
        state.models.to_close = true;
    } else {
        state.models.delete(keys);
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

/// The downloader is started again.
pub fn downloader_restarts(state: &mut State) {
    state.models.downloader = super::Downloader::Starting;
}
