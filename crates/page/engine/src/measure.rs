//! How fast a machine is, found by running it.

use model::backend::{Backend, BackendError, Linear, Shape};
use protocol::Speed;
use tensor::Dtype;

use crate::Host;

/// Of one matrix: 3.3 MB in Q8_0, the shape of a projection of the 2B model.
const SHAPE: Shape = Shape::new(2048, 1536);
/// Taken in turn, so that what is measured is not a small cache.
const N_MATRICES: usize = 4;
/// Rows of activations of a prompt.
const N_MANY_ROWS: usize = 32;
/// A measurement this long stands out from the clock's grain and the scheduler's.
const LONG_ENOUGH_SECS: f64 = 0.02;
/// And it must stand out from the way to the host, which varies by as much as it is long where a browser looks for finished work
/// only now and then.
const LONG_ENOUGH_READBACKS: f64 = 2.0;
/// The longest series of products: a machine that does it faster than can be told is fast enough.
const MAX_PRODUCTS: usize = 256;
/// A series that was too short is followed by one so many times as long.
const GROWTH: usize = 16;
/// Of which the median is taken, unless they take too long.
const N_MEASUREMENTS: usize = 3;
/// What all of them may take.
const MAX_SECS: f64 = 0.1;

/// Multiplies random Q8_0 matrices with one row and with many: about a third of a second, more where each
/// reading takes long.
///
/// # Errors
/// When the machine fails.
pub async fn measure<B: Backend, H: Host>(b: &mut B, host: &H) -> Result<Speed, BackendError> {
    let bytes = random_q8_0(SHAPE);
    let mut weights = Vec::new();
    for _ in 0..N_MATRICES {
        weights.push(Linear { weight: b.weight(Dtype::Q8_0, SHAPE, &bytes)?, bias: None });
    }
    let (n_bytes, n_elements) = (bytes.len() as f64, SHAPE.n_elements() as f64);
    drop(bytes);
    let read_bytes_per_sec = n_bytes / secs_per_product(b, host, &weights, 1).await?;
    let n_flops = 2.0 * n_elements * N_MANY_ROWS as f64;
    let flops_per_sec = n_flops / secs_per_product(b, host, &weights, N_MANY_ROWS).await?;
    Ok(Speed { read_bytes_per_sec, flops_per_sec })
}

async fn secs_per_product<B: Backend, H: Host>(
    b: &mut B,
    host: &H,
    weights: &[Linear<B::Weight>],
    n_rows: usize,
) -> Result<f64, BackendError> {
    let values: Vec<f32> = (0..n_rows * SHAPE.cols).map(|i| (i % 31) as f32 / 31.0 - 0.5).collect();
    let x = b.upload(Shape::new(n_rows, SHAPE.cols), &values)?;
    // The first product may have to compile its kernel.
    series(b, host, weights, &x, 1).await?;
    let long_enough_secs = LONG_ENOUGH_SECS.max(LONG_ENOUGH_READBACKS * b.readback_secs());
    let mut n = 1;
    let mut secs = series(b, host, weights, &x, n).await?;
    while secs < long_enough_secs && n < MAX_PRODUCTS {
        n = (GROWTH * n).min(MAX_PRODUCTS);
        secs = series(b, host, weights, &x, n).await?;
    }
    let mut all = vec![secs];
    while all.len() < N_MEASUREMENTS && all.iter().sum::<f64>() < MAX_SECS {
        all.push(series(b, host, weights, &x, n).await?);
    }
    all.sort_by(f64::total_cmp);
    // Where the products are hidden by the way, a part of that is the least that can be said of them.
    let least_secs = (b.readback_secs() / 4.0).max(f64::MIN_POSITIVE);
    Ok(all[all.len() / 2].max(least_secs) / n as f64)
}

/// Seconds for `n` products one after the other, without the way of the result to the host.
async fn series<B: Backend, H: Host>(
    b: &mut B,
    host: &H,
    weights: &[Linear<B::Weight>],
    x: &B::Tensor,
    n: usize,
) -> Result<f64, BackendError> {
    host.breathe().await;
    let started_secs = host.now_secs();
    let mut y = x.clone();
    for w in weights.iter().cycle().take(n) {
        y = b.linear(x, w)?;
    }
    // One row is enough to know that all are done, and is soon read.
    let last = b.last_row(&y)?;
    b.read(&last).await?;
    Ok(host.now_secs() - started_secs - b.readback_secs())
}

/// Blocks of a scale (f16) and 32 signed bytes. The scale is small, so that products stay finite.
fn random_q8_0(shape: Shape) -> Vec<u8> {
    let n_blocks = shape.n_elements() / Dtype::Q8_0.block_len();
    let mut bytes = Vec::with_capacity(n_blocks * Dtype::Q8_0.block_bytes());
    let mut state: u32 = 0x9E37_79B9;
    for _ in 0..n_blocks {
        // 2^-10 in f16.
        bytes.extend(0x1400_u16.to_le_bytes());
        for _ in 0..Dtype::Q8_0.block_len() {
            // A linear congruential generator (Numerical Recipes); its high bits are random enough to be multiplied.
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            bytes.push((state >> 24) as u8);
        }
    }
    bytes
}
