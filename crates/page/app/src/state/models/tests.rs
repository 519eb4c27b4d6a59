use catalogue::Verdict;
use download::{
    Keep, ModelKey, Order, OrderId, Place, Report, Space, StoredFile, StoredModel, Trouble, Wanted,
};
use protocol::{BackendKind, Command, Turns};

use super::{Downloader, Stage, StoreAct, all_keys};
use crate::state::Input;
use crate::state::testing::{Page, failure, ready};

const TWO: &str = "qwen2-vl-2b-instruct";

fn wanted(name: &str, n_bytes: u64) -> Wanted {
    Wanted {
        name: name.into(),
        mirrors: vec![format!("https://h/o/r/{name}")],
        n_bytes: (n_bytes > 0).then_some(n_bytes),
        sha256: None,
    }
}

fn listing() -> Vec<Wanted> {
    vec![
        wanted("Qwen2-VL-2B-Instruct-Q8_0.gguf", 1_650_000_000),
        wanted("Qwen2-VL-2B-Instruct-Q4_K_M.gguf", 986_000_000),
        wanted("mmproj-Qwen2-VL-2B-Instruct-Q8_0.gguf", 710_000_000),
        wanted("Other-Q4_0.gguf", 5),
    ]
}

pub(super) fn orders(state: &mut Page) -> Vec<Order> {
    state.take_orders()
}

/// The only order that was given.
#[track_caller]
pub(super) fn one(state: &mut Page) -> Order {
    let mut given = orders(state);
    assert_eq!(given.len(), 1, "{given:?}");
    given.remove(0)
}

#[track_caller]
fn list_id(order: &Order) -> (OrderId, Place) {
    match order {
        Order::List { id, place } => (*id, place.clone()),
        other => panic!("nothing was asked: {other:?}"),
    }
}

#[track_caller]
fn fetch_id(order: &Order) -> OrderId {
    match order {
        Order::Fetch { id, .. } => *id,
        other => panic!("nothing is fetched: {other:?}"),
    }
}

#[track_caller]
pub(super) fn inventory_id(state: &mut Page) -> OrderId {
    match orders(state).last() {
        Some(Order::Inventory { id }) => *id,
        other => panic!("the store was not looked at: {other:?}"),
    }
}

pub(super) fn act(state: &mut Page, act: StoreAct) -> Vec<Command> {
    state.tell(Input::Store(act))
}

pub(super) fn report(state: &mut Page, report: Report) -> Vec<Command> {
    state.tell(Input::FromDownloader(report, 0.0))
}

pub(super) fn progress(id: OrderId, file: u32, n_done: u64, n_received: u64) -> Report {
    Report::Progress { id, file, n_done, n_total: Some(10_000_000), n_received }
}

pub(super) fn trouble() -> Trouble {
    Trouble { message: "found this".into(), remedy: "do that".into() }
}

pub(super) fn stored(key: &str, n_done: u64) -> StoredModel {
    let file = StoredFile {
        key: format!("{key}-file"),
        name: "a.gguf".into(),
        mirrors: vec!["https://h/a.gguf".into()],
        n_done,
        n_total: Some(100),
        sha256: None,
        is_whole: n_done == 100,
    };
    StoredModel {
        key: ModelKey(key.into()),
        title: key.into(),
        entry: None,
        files: vec![file],
        used_at_secs: 1.0,
    }
}

fn running() -> Page {
    holding(Vec::new())
}

pub(super) fn holding(models: Vec<StoredModel>) -> Page {
    let mut state = ready(Turns::Single);
    report(&mut state, Report::Started);
    let id = inventory_id(&mut state);
    report(&mut state, Report::Inventory { id, models, space: Space::default() });
    state
}

/// A pair that is being fetched from addresses.
fn fetching() -> (Page, OrderId, u32) {
    let mut state = running();
    act(
        &mut state,
        StoreAct::FetchAddresses { text: "https://h/t.gguf".into(), vision: "https://h/mmproj.gguf".into() },
    );
    let id = fetch_id(&one(&mut state));
    let number = state.models.downloads[0].number;
    (state, id, number)
}

#[test]
fn nothing_is_asked_before_a_person_asks_and_then_one_press_is_enough() {
    let mut state = running();
    assert_eq!(state.models.downloader, Downloader::Running);
    assert_eq!(orders(&mut state), []);
    act(&mut state, StoreAct::Fetch { id: TWO.into(), text: 0, vision: 0 });
    let (id, place) = list_id(&one(&mut state));
    assert_eq!(place, Place::HuggingFace("ggml-org/Qwen2-VL-2B-Instruct-GGUF".into()));
    act(&mut state, StoreAct::Fetch { id: TWO.into(), text: 0, vision: 0 });
    assert_eq!(orders(&mut state), [], "it is asked already");
    report(&mut state, Report::Listed { id, files: listing() });
    let Order::Fetch { wish, .. } = one(&mut state) else { panic!("nothing is fetched") };
    let names: Vec<_> = wish.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["Qwen2-VL-2B-Instruct-Q4_K_M.gguf", "mmproj-Qwen2-VL-2B-Instruct-Q8_0.gguf"]);
    assert_eq!((wish.title.as_str(), wish.entry.as_deref()), ("Qwen2-VL-2B-Instruct Q4_K_M", Some(TWO)));
    act(&mut state, StoreAct::Fetch { id: TWO.into(), text: 0, vision: 0 });
    assert_eq!(orders(&mut state), [], "it is on its way already");
    act(&mut state, StoreAct::Fetch { id: TWO.into(), text: 1, vision: 0 });
    fetch_id(&one(&mut state));
    assert_eq!(state.models.downloads[0].title, "Qwen2-VL-2B-Instruct Q8_0");
}

#[test]
fn a_hub_without_the_pair_gives_way_to_the_next_and_the_last_reason_stands() {
    let mut state = running();
    act(&mut state, StoreAct::Fetch { id: TWO.into(), text: 0, vision: 0 });
    let (id, _) = list_id(&one(&mut state));
    report(&mut state, Report::Listed { id, files: vec![wanted("Qwen2-VL-2B-Instruct-Q4_0.gguf", 1)] });
    let (id, place) = list_id(&one(&mut state));
    assert_eq!(place, Place::HuggingFace("bartowski/Qwen2-VL-2B-Instruct-GGUF".into()));
    report(&mut state, Report::Failed { id, trouble: trouble() });
    assert_eq!(orders(&mut state), []);
    let entry = super::entries().iter().find(|entry| entry.id == TWO).unwrap();
    assert_eq!(state.card(entry, 0, 0).failure, Some(failure()));
    assert_eq!(state.message, None, "the card says it");
    act(&mut state, StoreAct::Look(TWO.into()));
    let (_, place) = list_id(&one(&mut state));
    assert_eq!(
        place,
        Place::HuggingFace("ggml-org/Qwen2-VL-2B-Instruct-GGUF".into()),
        "from the first again"
    );
}

#[test]
fn a_card_tells_sizes_and_whether_they_fit() {
    let mut state = running();
    state.backend.chosen = Some(BackendKind::Cpu);
    state.models.device.memory_gib = Some(8.0);
    let entry = |id: &str| super::entries().iter().find(|entry| entry.id == id).unwrap();
    let card = state.card(entry(TWO), 0, 0);
    assert!(card.size.starts_with("About 1.70 GB to download as Q4_K_M, reckoned"), "{}", card.size);
    assert_eq!(card.fit.unwrap().verdict, Verdict::Tight);
    assert_eq!(state.card(entry("qwen2-vl-7b-instruct"), 0, 0).fit.unwrap().verdict, Verdict::No);
    assert_eq!(state.recommended(), Some(TWO));
    act(&mut state, StoreAct::Look(TWO.into()));
    let (id, _) = list_id(&one(&mut state));
    report(&mut state, Report::Listed { id, files: listing() });
    assert_eq!(orders(&mut state), [], "looking fetches nothing");
    let card = state.card(entry(TWO), 1, 0);
    assert!(card.size.starts_with("2.36 GB to download"), "{}", card.size);
    assert_eq!(card.variants.unwrap().0, ["Q4_K_M, 986.0 MB", "Q8_0, 1.65 GB"]);
    state.models.space = Space { used_bytes: Some(500_000_000), quota_bytes: Some(2_000_000_000) };
    assert_eq!(state.card(entry(TWO), 0, 0).fit.unwrap().verdict, Verdict::No, "1.5 GB are free");
    assert_eq!(state.recommended(), Some("phantom"));
}

#[test]
fn a_download_tells_bytes_rate_and_time_left() {
    let (mut state, id, number) = fetching();
    let at = |state: &mut Page, file, n, now| {
        state.tell(Input::FromDownloader(progress(id, file, n, n), now));
    };
    assert_eq!(state.models.download(number).unwrap().stage, Stage::Waiting { other_tab: false });
    report(&mut state, Report::Waiting { id });
    assert!(state.models.download(number).unwrap().stage_text().contains("Another tab"));
    at(&mut state, 0, 0, 10.0);
    at(&mut state, 1, 0, 10.0);
    (1..=4).for_each(|n| at(&mut state, 0, n * 1_000_000, 10.0 + n as f64));
    let download = state.models.download(number).unwrap();
    assert_eq!(download.stage.name(), "fetching");
    assert_eq!(
        (download.bytes_text(), download.rate_text(), download.eta_text()),
        ("4.0 of 20.0 MB".into(), "1.0 MB/s".into(), "16 s left".into())
    );
    assert_eq!(download.files[0].bytes_text(), "4.0 of 10.0 MB");
    report(&mut state, Report::Warned { id, warning: "no ranges".into() });
    report(&mut state, Report::Warned { id, warning: "no ranges".into() });
    assert_eq!(state.models.download(number).unwrap().warnings, ["no ranges"]);
}

#[test]
fn bytes_that_were_there_before_are_no_rate() {
    let (mut state, id, number) = fetching();
    for (second, n) in [(0.0, 0), (1.0, 1_000_000)] {
        state.tell(Input::FromDownloader(progress(id, 0, 8_000_000 + n, n), second));
    }
    assert_eq!(state.models.download(number).unwrap().rate_text(), "1.0 MB/s");
}

#[test]
fn a_pause_keeps_what_arrived_and_a_cancel_does_not() {
    let (mut state, id, number) = fetching();
    act(&mut state, StoreAct::Pause(number));
    assert_eq!(one(&mut state), Order::Stop { id, keep: Keep::Arrived });
    assert_eq!(state.models.download(number).unwrap().stage_text(), "Pausing");
    report(&mut state, Report::Stopped { id });
    assert_eq!(state.models.download(number).unwrap().stage, Stage::Paused);
    orders(&mut state);

    act(&mut state, StoreAct::Resume(number));
    let again = fetch_id(&one(&mut state));
    assert_ne!(again, id);
    report(&mut state, progress(id, 0, 5, 5));
    assert_eq!(state.models.download(number).unwrap().stage.name(), "waiting", "the order before is over");

    act(&mut state, StoreAct::Cancel(number));
    assert_eq!(one(&mut state), Order::Stop { id: again, keep: Keep::Nothing });
    report(&mut state, Report::Stopped { id: again });
    assert_eq!(state.models.downloads, []);
}

#[test]
fn cancelling_what_rests_deletes_what_arrived() {
    let (mut state, id, number) = fetching();
    let key = state.models.downloads[0].key.clone();
    report(&mut state, Report::Failed { id, trouble: trouble() });
    let download = state.models.download(number).unwrap();
    assert_eq!(download.stage, Stage::Failed(failure()));
    assert!(state.models.news.contains("found this"), "{}", state.models.news);
    orders(&mut state);
    act(&mut state, StoreAct::Cancel(number));
    let Order::Delete { models, .. } = one(&mut state) else { panic!("nothing is deleted") };
    assert_eq!((models, state.models.downloads.len()), (vec![key], 0));
}

#[test]
fn a_download_that_is_over_is_in_the_store_at_once() {
    let (mut state, id, number) = fetching();
    report(&mut state, Report::Fetched { id, model: stored("m", 100), n_received: 0 });
    let download = state.models.download(number).unwrap();
    assert_eq!(
        (download.stage.name(), download.stage_text().as_str()),
        ("done", "In the store; nothing had to be fetched")
    );
    assert!(state.models.stored(&ModelKey("m".into())).is_some());
    inventory_id(&mut state);
    act(&mut state, StoreAct::Cancel(number));
    assert_eq!(
        (orders(&mut state), state.models.downloads.len()),
        (vec![], 0),
        "it is put away, not deleted"
    );
}

#[test]
fn reports_of_orders_that_are_over_change_nothing() {
    let (mut state, id, _) = fetching();
    report(&mut state, Report::Failed { id, trouble: trouble() });
    orders(&mut state);
    let before = state.clone();
    let stray = OrderId(999);
    for late in [
        progress(id, 0, 1, 1),
        progress(stray, 0, 1, 1),
        Report::Fetched { id, model: stored("m", 100), n_received: 1 },
        Report::Stopped { id },
        Report::Waiting { id },
        Report::Failed { id, trouble: trouble() },
        Report::Failed { id: stray, trouble: trouble() },
        Report::Listed { id: stray, files: listing() },
        Report::Checked { id: stray, n_chunks: 1, n_repaired: 1 },
        Report::Inventory { id: stray, models: vec![stored("x", 100)], space: Space::default() },
        Report::Deleted { id: stray, n_freed: 1 },
    ] {
        assert_eq!(report(&mut state, late.clone()), [], "{late:?}");
        assert!(state == before, "{late:?}");
    }
}

#[test]
fn what_an_earlier_visit_left_unfinished_can_go_on() {
    let mut state = holding(vec![stored("whole", 100), stored("half", 40)]);
    assert_eq!(state.models.stored.as_ref().unwrap().len(), 1);
    let [half] = &state.models.downloads[..] else { panic!("{:?}", state.models.downloads) };
    assert_eq!((half.stage.name(), half.n_done(), half.n_total()), ("paused", 40, Some(100)));
    let number = half.number;
    act(&mut state, StoreAct::Resume(number));
    let Order::Fetch { wish, .. } = one(&mut state) else { panic!("nothing is fetched") };
    assert_eq!((wish.title.as_str(), wish.files[0].n_bytes), ("half", None));
    assert_eq!(
        all_keys(&state),
        [ModelKey("whole".into())],
        "what is under way is not deleted with the rest"
    );
}

#[test]
fn a_file_that_was_not_begun_is_fetched_from_where_the_wish_had_it() {
    let (before, _, _) = fetching();
    let download = &before.models.downloads[0];
    let (key, wish) = (download.key.clone(), download.wish.clone());
    let bare = |wanted: &Wanted| StoredFile {
        key: download::file_key(wanted),
        name: wanted.name.clone(),
        mirrors: wanted.mirrors.clone(),
        n_done: 0,
        n_total: None,
        sha256: wanted.sha256.clone(),
        is_whole: false,
    };
    let files = wish.files.iter().map(bare).collect();
    let model = StoredModel { key, title: download.title.clone(), entry: None, files, used_at_secs: 0.0 };
    let mut state = ready(Turns::Single);
    report(&mut state, Report::Started);
    let id = inventory_id(&mut state);
    report(&mut state, Report::Inventory { id, models: vec![model], space: Space::default() });
    let number = state.models.downloads[0].number;
    act(&mut state, StoreAct::Resume(number));
    let Order::Fetch { wish: again, .. } = one(&mut state) else { panic!("nothing is fetched") };
    assert_eq!(again, wish);
}

#[test]
fn what_another_tab_finished_or_deleted_is_no_download_here() {
    for then in [vec![stored("half", 100)], vec![]] {
        let mut state = holding(vec![stored("half", 40)]);
        report(&mut state, Report::Started);
        let id = inventory_id(&mut state);
        report(&mut state, Report::Inventory { id, models: then, space: Space::default() });
        assert_eq!(state.models.downloads, []);
    }
}

#[test]
fn a_downloader_that_died_leaves_downloads_that_can_go_on() {
    let (mut state, _, number) = fetching();
    act(&mut state, StoreAct::Look(TWO.into()));
    orders(&mut state);
    state.tell(Input::DownloaderDied("unreachable".into()));
    assert_eq!((state.models.downloader.name(), orders(&mut state)), ("died", vec![]));
    assert_eq!(state.models.download(number).unwrap().stage.name(), "failed");
    assert!(state.models.listings[TWO].failure().is_some());
    act(&mut state, StoreAct::RestartDownloader);
    act(&mut state, StoreAct::Resume(number));
    fetch_id(&one(&mut state));
}

#[test]
fn a_place_of_ones_own_is_listed_and_a_manifest_is_fetched_at_once() {
    let mut state = running();
    act(&mut state, StoreAct::ListOwn(" o/r ".into()));
    assert_eq!(state.message, None);
    let (id, place) = list_id(&one(&mut state));
    assert_eq!(place, Place::HuggingFace("o/r".into()));
    report(&mut state, Report::Listed { id, files: listing() });
    assert_eq!(
        state.models.own.as_ref().unwrap().labels().unwrap().0.len(),
        3,
        "nothing is left out by name"
    );
    act(&mut state, StoreAct::FetchOwn { text: 1, vision: 0 });
    let Order::Fetch { wish, .. } = one(&mut state) else { panic!("nothing is fetched") };
    assert_eq!((wish.title.as_str(), wish.entry), ("Other-Q4_0", None));
    act(&mut state, StoreAct::ListOwn("not a repository".into()));
    assert!(state.message.is_some());

    act(
        &mut state,
        StoreAct::FetchAddresses { text: "https://h/m/manifest.json".into(), vision: String::new() },
    );
    assert_eq!(state.message, None);
    let (id, place) = list_id(&one(&mut state));
    assert_eq!(place, Place::Manifest("https://h/m/manifest.json".into()));
    report(
        &mut state,
        Report::Listed { id, files: vec![wanted("text-Q8_0.gguf", 5), wanted("mmproj.gguf", 6)] },
    );
    fetch_id(&one(&mut state));
    act(
        &mut state,
        StoreAct::FetchAddresses { text: "http://h/m/manifest.json".into(), vision: String::new() },
    );
    assert!(state.message.is_some());

    act(&mut state, StoreAct::ListOwn("o/r".into()));
    let (id, _) = list_id(&one(&mut state));
    report(
        &mut state,
        Report::Listed { id, files: vec![wanted("x-IQ4_XS.gguf", 5), wanted("mmproj.gguf", 6)] },
    );
    let said = state.models.own.as_ref().unwrap().failure().unwrap().message.clone();
    assert!(said.contains("no text model") && said.contains("IQ4_XS"), "{said}");
}
