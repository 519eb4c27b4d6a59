//! Pause and cancel, at any moment.

use std::rc::Rc;

use download::{Keep, Order, OrderId, Report};

use crate::world::{CHUNK, Fault, Hosted, ID, World, fetch_order, fetched, sample, wanted};

const URL: &str = "https://host.example/model.gguf";
const N: usize = 20 * CHUNK as usize + 17;

/// Stops a fetch after some seconds of a world in which each piece takes its time.
fn stopped(world: &World, keep: Keep, after_secs: f64) -> Vec<Report> {
    let (keeper, told) = world.keeper();
    let stopper = Rc::clone(&keeper);
    let clock = world.clock.clone();
    world.run(vec![
        Box::pin(async move { keeper.obey(fetch_order(vec![wanted("model.gguf", &[URL])])).await }),
        Box::pin(async move {
            clock.pause(after_secs).await;
            stopper.obey(Order::Stop { id: ID, keep }).await;
        }),
    ]);
    told.take()
}

/// Half of the file, and then silence.
fn halting() -> World {
    let world = World::new();
    world.hosts.put(URL, Hosted::failing(sample(N, 1), [Fault::None, Fault::StallAfter(N / 2)]));
    world
}

#[test]
fn a_pause_keeps_what_has_arrived() {
    let world = halting();
    let reports = stopped(&world, Keep::Arrived, 1.0);
    assert_eq!(reports.last(), Some(&Report::Stopped { id: ID }));
    assert!(world.clock.now_secs() < 2.0, "a silent host holds nobody up");
    world.hosts.n_served();
    let (model, n_received) = fetched(&world.fetch(vec![wanted("model.gguf", &[URL])]));
    assert_eq!(world.data(&model.files[0].key), sample(N, 1));
    assert_eq!(n_received, (N - N / 2 / CHUNK as usize * CHUNK as usize) as u64);
}

#[test]
fn a_cancelled_download_leaves_nothing() {
    let world = halting();
    assert_eq!(stopped(&world, Keep::Nothing, 1.0).last(), Some(&Report::Stopped { id: ID }));
    assert_eq!(world.shelf.names(), Vec::<String>::new());
}

#[test]
fn a_back_off_and_a_wait_for_another_tab_end_at_once() {
    let world = World::new();
    world.hosts.put(URL, Hosted::always(sample(N, 1), Fault::Status(503, Some("50"))));
    assert_eq!(stopped(&world, Keep::Arrived, 3.0).last(), Some(&Report::Stopped { id: ID }));
    assert!(world.clock.now_secs() < 4.0);

    let world = halting();
    let key = download::file_key(&wanted("model.gguf", &[URL]));
    let _other_tab = world.locks.take(&download::lock_name(&key)).unwrap();
    let reports = stopped(&world, Keep::Arrived, 3.0);
    assert!(reports.contains(&Report::Waiting { id: ID }), "{reports:?}");
    assert_eq!(reports.last(), Some(&Report::Stopped { id: ID }));
}

#[test]
fn stopping_what_is_over_or_unknown_is_no_error() {
    let world = World::new();
    assert_eq!(world.obey(Order::Stop { id: OrderId(99), keep: Keep::Nothing }), []);
}

#[test]
fn a_whole_model_survives_the_cancelling_of_another_fetch_of_it() {
    let world = World::new();
    world.hosts.put(URL, Hosted::new(sample(N, 1)));
    let (model, _) = fetched(&world.fetch(vec![wanted("model.gguf", &[URL])]));
    let _loaded = world.locks.take(&download::lock_name(&model.files[0].key)).unwrap();
    assert_eq!(stopped(&world, Keep::Nothing, 1.0).last(), Some(&Report::Stopped { id: ID }));
    assert_eq!(world.data(&model.files[0].key), sample(N, 1));
}
