//! Reading a stored model again.

use download::{Order, Report, StoredModel};

use crate::world::{CHUNK, Fault, Hosted, ID, World, failed, fetched, sample, wanted};

const FIRST: &str = "https://first.example/model.gguf";
const SECOND: &str = "https://second.example/model.gguf";
const N: usize = 5 * CHUNK as usize + 17;

fn stored() -> (World, StoredModel) {
    let world = World::new();
    world.hosts.put(FIRST, Hosted::new(sample(N, 1)));
    world.hosts.put(SECOND, Hosted::new(sample(N, 1)));
    let (model, _) = fetched(&world.fetch(vec![wanted("model.gguf", &[FIRST, SECOND])]));
    world.hosts.n_served();
    (world, model)
}

fn check(world: &World, model: &StoredModel) -> Vec<Report> {
    world.obey(Order::Check { id: ID, model: model.key.clone() })
}

#[test]
fn a_sound_model_is_read_and_nothing_is_fetched() {
    let (world, model) = stored();
    let reports = check(&world, &model);
    assert_eq!(reports.last(), Some(&Report::Checked { id: ID, n_chunks: 6, n_repaired: 0 }));
    assert_eq!(world.hosts.n_served(), 0);
    assert!(
        reports.iter().any(|report| matches!(report, Report::Progress { n_done, .. } if *n_done == N as u64))
    );
}

#[test]
fn one_flipped_bit_costs_exactly_one_chunk() {
    let (world, model) = stored();
    let name = download::data_name(&model.files[0].key);
    world.shelf.flip(&name, 3 * CHUNK as usize + 1);
    assert_ne!(world.shelf.contents(&name), Some(sample(N, 1)));
    let reports = check(&world, &model);
    assert_eq!(reports.last(), Some(&Report::Checked { id: ID, n_chunks: 6, n_repaired: 1 }));
    assert_eq!(world.hosts.n_served(), u64::from(CHUNK));
    assert_eq!(world.shelf.contents(&name), Some(sample(N, 1)));
}

#[test]
fn bytes_that_are_missing_at_the_end_are_mended_too() {
    let (world, model) = stored();
    let name = download::data_name(&model.files[0].key);
    world.shelf.put(&name, sample(N, 1)[..N - 1].to_vec());
    assert_eq!(check(&world, &model).last(), Some(&Report::Checked { id: ID, n_chunks: 6, n_repaired: 1 }));
    assert_eq!(world.shelf.contents(&name), Some(sample(N, 1)));
}

#[test]
fn a_host_without_ranges_mends_too() {
    let (world, model) = stored();
    let name = download::data_name(&model.files[0].key);
    world.hosts.change(FIRST, |hosted| hosted.has_no_ranges = true);
    world.shelf.flip(&name, N - 1);
    assert_eq!(check(&world, &model).last(), Some(&Report::Checked { id: ID, n_chunks: 6, n_repaired: 1 }));
    assert_eq!(world.shelf.contents(&name), Some(sample(N, 1)));
}

#[test]
fn the_next_mirror_mends_where_the_first_has_another_file() {
    let (world, model) = stored();
    let name = download::data_name(&model.files[0].key);
    world.hosts.put(FIRST, Hosted::new(sample(N, 2)));
    world.shelf.flip(&name, 70);
    assert_eq!(check(&world, &model).last(), Some(&Report::Checked { id: ID, n_chunks: 6, n_repaired: 1 }));
    assert_eq!(world.shelf.contents(&name), Some(sample(N, 1)));
}

#[test]
fn where_every_host_has_another_file_the_model_is_not_whole_any_more() {
    let (world, model) = stored();
    world.hosts.put(FIRST, Hosted::new(sample(N, 2)));
    world.hosts.put(SECOND, Hosted::new(sample(N, 2)));
    world.shelf.flip(&download::data_name(&model.files[0].key), 70);
    let trouble = failed(&check(&world, &model));
    assert!(trouble.message.contains("cannot be downloaded again"), "{trouble:?}");
    let inventory = world.obey(Order::Inventory { id: ID });
    let Some(Report::Inventory { models, .. }) = inventory.last() else { panic!("{inventory:?}") };
    assert!(!models[0].files[0].is_whole);
    // And a fetch takes what the hosts have now.
    let (model, _) = fetched(&world.fetch(vec![wanted("model.gguf", &[FIRST, SECOND])]));
    assert_eq!(world.data(&model.files[0].key), sample(N, 2));
}

#[test]
fn where_no_host_answers_the_record_of_what_is_damaged_stays() {
    let (world, model) = stored();
    for mirror in [FIRST, SECOND] {
        world.hosts.change(mirror, |hosted| hosted.always = Some(Fault::Unreachable));
    }
    let name = download::data_name(&model.files[0].key);
    world.shelf.flip(&name, 70);
    failed(&check(&world, &model));
    world.hosts.change(SECOND, |hosted| hosted.always = None);
    assert_eq!(check(&world, &model).last(), Some(&Report::Checked { id: ID, n_chunks: 6, n_repaired: 1 }));
    assert_eq!(world.shelf.contents(&name), Some(sample(N, 1)));
}

#[test]
fn what_is_not_there_or_not_whole_is_not_checked() {
    let (world, model) = stored();
    let unknown = download::ModelKey("nothing".to_owned());
    assert!(failed(&world.obey(Order::Check { id: ID, model: unknown })).message.contains("no model"));
    world.shelf.put(&download::ledger_name(&model.files[0].key), Vec::new());
    assert!(failed(&check(&world, &model)).message.contains("as a whole"));
}
