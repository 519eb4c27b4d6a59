//! How fast a machine moves bytes, which bounds how fast it can decode.

use std::num::NonZero;
use std::thread;

use model::backend::{Backend, BackendError, Shape};

use crate::clock::now_secs;
use crate::workload::wait_for;

/// Bytes of one array: far more than any cache, less than WebGPU's default limit of a binding (128 MiB).
const ARRAY_BYTES: usize = 96 << 20;

const RUNS: usize = 5;

/// Bytes per second that all threads together copy in main memory; each byte counts as read and as written. It is the best
/// of a few runs: what the machine can do when other programs leave it alone.
pub fn host_copy_bytes_per_sec() -> f64 {
    let n_threads = thread::available_parallelism().map_or(1, NonZero::get);
    // Not zeros: the system may map one page of zeros many times.
    let from = vec![1_u8; ARRAY_BYTES];
    let mut to = vec![2_u8; ARRAY_BYTES];
    let part = ARRAY_BYTES.div_ceil(n_threads);
    let secs = (0..RUNS).map(|_| {
        let started_secs = now_secs();
        thread::scope(|scope| {
            for (from, to) in from.chunks(part).zip(to.chunks_mut(part)) {
                scope.spawn(move || to.copy_from_slice(from));
            }
        });
        now_secs() - started_secs
    });
    (2 * ARRAY_BYTES) as f64 / secs.fold(f64::INFINITY, f64::min)
}

/// Bytes per second that a machine moves while it adds two large activations, the verb that computes least: it reads two
/// arrays and writes one.
///
/// # Errors
/// If the machine fails.
pub async fn add_bytes_per_sec<B: Backend>(b: &mut B) -> Result<f64, BackendError> {
    const ADDITIONS: usize = 4;
    let shape = Shape::new(ARRAY_BYTES / size_of::<f32>() / 4096, 4096);
    let x = b.upload(shape, &vec![1.0; shape.n_elements()])?;
    let y = b.upload(shape, &vec![0.5; shape.n_elements()])?;
    let mut best_secs = f64::INFINITY;
    for _ in 0..RUNS {
        let started_secs = now_secs();
        let mut sum = b.add(&x, &y)?;
        for _ in 1..ADDITIONS {
            sum = b.add(&x, &y)?;
        }
        wait_for(b, &sum).await?;
        best_secs = best_secs.min(now_secs() - started_secs);
    }
    Ok((3 * ADDITIONS * ARRAY_BYTES) as f64 / best_secs)
}
