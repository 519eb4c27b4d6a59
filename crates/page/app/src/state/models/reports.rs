use catalogue::choose;
use download::{Keep, OrderId, Report, StoredModel, Wanted};

use super::download::{Download, FileProgress, Kind, Stage};
use super::listing::{Listing, Looking, failure, lack};
use super::{Downloader, acts, entries, opening};
use crate::format;
use crate::state::{Failure, State};

/// Takes one report of the downloader. Reports of orders that the page no longer waits for change nothing. `now_secs` is any steady
/// clock.
pub(in crate::state) fn apply_report(state: &mut State, report: Report, now_secs: f64) {
    match report {
        Report::Started => {
            state.models.downloader = Downloader::Running;
            state.take_inventory();
        }
        Report::Listed { id, files } => listed(state, id, files),
        // Nothing asks for it: lengths come with a list, or with the download.
        Report::Looked { .. } => {}
        Report::Waiting { id } => {
            with(state, id, |download| download.stage = Stage::Waiting { other_tab: true });
            opening::check_waits(state, id);
        }
        Report::Progress { id, file, n_done, n_total, n_received } => with(state, id, |download| {
            let progress = FileProgress { name: String::new(), n_done, n_total, n_received };
            download.note(file, progress, now_secs);
        }),
        Report::Warned { id, warning } => with(state, id, |download| {
            if !download.warnings.contains(&warning) {
                download.warnings.push(warning);
            }
        }),
        Report::Fetched { id, model, n_received } => fetched(state, id, &model, n_received),
        Report::Checked { id, n_chunks, n_repaired } => checked(state, id, n_chunks, n_repaired),
        Report::Stopped { id } => stopped(state, id),
        Report::Inventory { id, models, space } => {
            if state.models.take_aside(id) {
                inventory(state, models, space);
            }
        }
        Report::Deleted { id, n_freed } => {
            if state.models.take_aside(id) {
                state.models.news = format!("Deleted; {} are free again.", format::bytes(n_freed));
                state.take_inventory();
            }
        }
        Report::Failed { id, trouble } => failed(state, id, failure(trouble)),
        Report::Refused { why } => {
            state.message = Some(Failure {
                message: format!("The download was not understood ({why})."),
                remedy: "Load the page again; if an update of it was just published, that is the reason."
                    .into(),
            });
        }
    }
}

/// The downloader ended by itself: what it was at has failed and can go on with another.
pub(in crate::state) fn downloader_died(state: &mut State, why: &str) {
    let models = &mut state.models;
    models.downloader = Downloader::Died { why: why.into() };
    models.asides.clear();
    let failure = Failure {
        message: format!("The downloads have stopped working: {why}"),
        remedy: "Start them again; what arrived is kept.".into(),
    };
    for download in models.downloads.iter_mut().filter(|download| download.stage.is_under_way()) {
        (download.stage, download.stopping) = (Stage::Failed(failure.clone()), None);
    }
    for listing in
        models.listings.values_mut().chain(&mut models.own).filter(|listing| listing.order().is_some())
    {
        listing.looking = Looking::Failed(failure.clone());
    }
    models.opening.take_if(|opening| opening.checking.is_some());
}

fn with(state: &mut State, id: OrderId, change: impl FnOnce(&mut Download)) {
    if let Some(download) = at_order(state, id) {
        change(download);
    }
}

fn at_order(state: &mut State, id: OrderId) -> Option<&mut Download> {
    state.models.downloads.iter_mut().find(|it| it.order == id && it.stage.is_under_way())
}

fn listed(state: &mut State, id: OrderId, files: Vec<Wanted>) {
    if let Some(own) = state.models.own.as_mut().filter(|own| own.order() == Some(id)) {
        let choice = choose(&files);
        let wants = std::mem::take(&mut own.then_fetch);
        own.looking = match lack(&own.place, &choice) {
            Some(failure) => Looking::Failed(failure),
            None => Looking::Known(choice),
        };
        if wants {
            acts::fetch_own(state, 0, 0);
        }
        return;
    }
    let Some((name, listing)) = listing_of(state, id) else { return };
    let Some(entry) = entries().iter().find(|entry| entry.id == name) else { return };
    let files: Vec<Wanted> =
        files.into_iter().filter(|file| entry.takes(&listing.place, &file.name)).collect();
    let choice = choose(&files);
    if let Some(failure) = lack(&listing.place, &choice) {
        return no_listing(state, &name, failure);
    }
    listing.looking = Looking::Known(choice);
    if std::mem::take(&mut listing.then_fetch) {
        acts::fetch_entry(state, &name, 0, 0);
    }
}

fn listing_of(state: &mut State, id: OrderId) -> Option<(String, &mut Listing)> {
    let listings = state.models.listings.iter_mut();
    listings.map(|(name, listing)| (name.clone(), listing)).find(|(_, listing)| listing.order() == Some(id))
}

/// A hub has not what an entry needs: the next one is asked. When none is left, the last reason stands.
fn no_listing(state: &mut State, name: &str, failure: Failure) {
    let Some(listing) = state.models.listings.get_mut(name) else { return };
    let (place, then_fetch) = (listing.place.clone(), listing.then_fetch);
    listing.looking = Looking::Failed(failure);
    let entry = entries().iter().find(|entry| entry.id == name);
    if let Some(next) = entry.and_then(|entry| acts::place_after(entry, &place)) {
        acts::ask(state, name, next, then_fetch);
    }
}

fn fetched(state: &mut State, id: OrderId, model: &StoredModel, n_received: u64) {
    let Some(download) = at_order(state, id) else { return };
    download.note_store(model);
    download.key = model.key.clone();
    let result = match n_received {
        0 => "In the store; nothing had to be fetched".into(),
        n => format!("In the store; {} came over the network", format::bytes(n)),
    };
    (download.stage, download.stopping) = (Stage::Done { result }, None);
    state.models.news = format!("{} is in the store.", model.title);
    // At once, so that it can be opened; the inventory brings the rest.
    let stored = state.models.stored.get_or_insert_default();
    stored.retain(|it| it.key != model.key);
    stored.insert(0, model.clone());
    state.take_inventory();
}

fn checked(state: &mut State, id: OrderId, n_chunks: u32, n_repaired: u32) {
    let Some(download) = at_order(state, id) else { return };
    let result = match n_repaired {
        0 => format!("Checked: all {n_chunks} pieces are as they were fetched"),
        n => format!("Checked: {n} of {n_chunks} pieces were damaged and were fetched again"),
    };
    let news = format!("{}. {result}.", download.title);
    (download.stage, download.stopping) = (Stage::Done { result }, None);
    state.models.news = news;
    state.take_inventory();
    opening::checked(state, id, n_repaired);
}

fn stopped(state: &mut State, id: OrderId) {
    let Some(download) = at_order(state, id) else { return };
    let number = download.number;
    let goes = download.stopping == Some(Keep::Nothing) || download.kind == Kind::Check;
    (download.stage, download.stopping) = (Stage::Paused, None);
    if goes {
        state.models.downloads.retain(|it| it.number != number);
    }
    state.models.opening.take_if(|it| it.is_checked_by(id));
    state.take_inventory();
}

fn failed(state: &mut State, id: OrderId, failure: Failure) {
    if let Some(download) = at_order(state, id) {
        (download.stage, download.stopping) = (Stage::Failed(failure.clone()), None);
        state.models.news =
            format!("{} could not be fetched. {} {}", download.title, failure.message, failure.remedy);
        if let Some(said) = opening::check_failed(state, id, &failure) {
            state.message = Some(said);
        }
        state.take_inventory();
    } else if let Some(own) = state.models.own.as_mut().filter(|own| own.order() == Some(id)) {
        own.looking = Looking::Failed(failure);
    } else if let Some((name, _)) = listing_of(state, id) {
        no_listing(state, &name, failure);
    } else if state.models.take_aside(id) {
        state.message = Some(failure);
    }
}

fn inventory(state: &mut State, found: Vec<StoredModel>, space: download::Space) {
    let models = &mut state.models;
    models.space = space;
    let (whole, parts): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|it| it.files.iter().all(|file| file.is_whole));
    // What rests here and was finished, or deleted, by another tab is over.
    models.downloads.retain(|it| {
        let is_whole = whole.iter().any(|model| model.key == it.key);
        let is_there = is_whole || parts.iter().any(|model| model.key == it.key);
        it.kind == Kind::Check
            || match it.stage {
                Stage::Paused => !is_whole && (is_there || !it.is_found),
                Stage::Failed(_) => !is_whole,
                _ => true,
            }
    });
    for part in &parts {
        match models.downloads.iter_mut().find(|it| it.key == part.key) {
            Some(known) if !known.stage.is_under_way() => known.note_store(part),
            Some(_) => {}
            None => {
                models.last_download += 1;
                models.downloads.push(Download::found(models.last_download, part));
            }
        }
    }
    models.stored = Some(whole);
}
