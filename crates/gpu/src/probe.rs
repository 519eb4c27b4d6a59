//! The first thing a device is asked: whether it computes, and how long an answer takes.

use model::backend::{Backend, Shape};

use crate::executor::Executor;
use crate::machine::Gpu;

/// Trials; the shortest counts.
const N_TRIALS: usize = 3;

/// Seconds that a word takes to the host, or what is wrong with the device.
pub(crate) async fn probe<D: Executor>(gpu: &mut Gpu<D>, now_secs: impl Fn() -> f64) -> Result<f64, String> {
    let shape = Shape::new(1, 8);
    let values: Vec<f32> = (0..8_u8).map(f32::from).collect();
    let expected: Vec<f32> = values.iter().map(|x| x + x).collect();
    let mut shortest_secs = f64::INFINITY;
    // The first trial compiles a pipeline and is not counted.
    for trial in 0..=N_TRIALS {
        let x = gpu.upload(shape, &values).map_err(|e| e.to_string())?;
        let sum = gpu.add(&x, &x).map_err(|e| e.to_string())?;
        let started_secs = now_secs();
        let found = gpu.read(&sum).await.map_err(|e| e.to_string())?;
        if found != expected {
            return Err(format!("it doubled {values:?} and got {found:?}"));
        }
        if trial > 0 {
            shortest_secs = shortest_secs.min(now_secs() - started_secs);
        }
    }
    Ok(shortest_secs.max(0.0))
}
