use model::backend::Backend;
use protocol::{Profile, ProfileRow, Speed};

/// What was timed since this was last asked, in the terms of the protocol. The answer that it belongs to stands whatever
/// becomes of it, so a fault is a note.
pub(crate) async fn profile<B: Backend>(b: &mut B, speed: Option<Speed>) -> Profile {
    let (times, note) = match b.take_profile().await {
        Ok(times) if times.is_empty() => (times, Some("This machine has no clock for its kernels.".into())),
        Ok(times) => (times, None),
        Err(error) => (Vec::new(), Some(error.to_string())),
    };
    let row = |time: model::backend::StepTime| ProfileRow {
        label: time.label.to_owned(),
        n: time.n,
        secs: time.secs,
        n_bytes: time.n_bytes,
        n_flops: time.n_flops,
    };
    Profile {
        backend: b.description(),
        read_bytes_per_sec: speed.map(|speed| speed.read_bytes_per_sec),
        rows: times.into_iter().map(row).collect(),
        note,
    }
}
