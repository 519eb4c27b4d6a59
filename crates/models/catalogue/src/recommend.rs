use std::cmp::Ordering;

use crate::{Device, Entry, Need, Verdict, fit};

/// The best choice for a device. Among models with a pair to download: one that fits before one that is tight, one with a
/// published score before one without, the higher score, then the larger model. If none fits, the model that comes with the
/// page. `need_of` returns what an entry takes; an entry without that is skipped.
pub fn recommend<'a>(
    entries: &'a [Entry],
    device: &Device,
    need_of: impl Fn(&Entry) -> Option<Need>,
) -> Option<&'a Entry> {
    let carried = entries.iter().filter_map(|entry| {
        entry.repositories().next()?;
        let verdict = fit(&need_of(entry)?, device).verdict;
        (verdict <= Verdict::Tight).then_some((entry, verdict))
    });
    let best = carried.max_by(|(a, of_a), (b, of_b)| of_b.cmp(of_a).then_with(|| by_score(a, b)));
    best.map(|(entry, _)| entry).or_else(|| entries.iter().find(|entry| entry.is_bundled()))
}

fn by_score(a: &Entry, b: &Entry) -> Ordering {
    let share = |entry: &Entry| entry.score.as_ref().map_or(0.0, |score| score.share());
    share(a).total_cmp(&share(b)).then_with(|| a.n_parameters.cmp(&b.n_parameters))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Machine, PREFERRED, estimated_bytes, need, parse};

    #[test]
    fn the_best_that_a_device_carries_is_proposed() {
        let entries = parse(include_str!("../../../../web/models.json")).unwrap();
        let best = |device: Device| {
            let need_of = |entry: &Entry| {
                Some(need(entry.n_parameters, estimated_bytes(entry.n_parameters, PREFERRED, None)?))
            };
            recommend(&entries, &device, need_of).map(|entry| entry.id.as_str())
        };
        let desk = Device { machine: Machine::Cpu, memory_gib: Some(8.0), ..Device::default() };
        assert_eq!(best(desk), Some("qwen2-vl-2b-instruct"));
        assert_eq!(best(Device { machine: Machine::WebGpu, ..desk }), Some("qwen2-vl-2b-instruct"));
        assert_eq!(best(Device { is_small_device: true, ..desk }), Some("phantom"));
        assert_eq!(best(Device { free_bytes: Some(1_000_000), ..desk }), Some("phantom"));
        assert_eq!(recommend(&[], &desk, |_| None), None);
    }
}
