//! The first test of a device: whether it computes, and how long an answer takes.

use model::backend::{Backend, Ids, Shape};
use tensor::Dtype;

use crate::device::Device;
use crate::error::GpuError;
use crate::executor::Executor;
use crate::machine::Gpu;
use crate::open::Options;

/// How many trials are timed; the shortest counts.
const N_TRIALS: usize = 3;

impl Gpu {
    /// Opens a device, checks that it computes, and measures how long a word takes to reach the host. `now_secs` is any clock.
    ///
    /// # Errors
    /// If there is no adapter or no device, or the device computes something wrong.
    pub async fn open(options: Options, now_secs: impl Fn() -> f64) -> Result<Self, GpuError> {
        let mut gpu = Self::on(Device::open(options).await?);
        let probed = probe(&mut gpu, now_secs).await;
        let useless = |message: String| GpuError::Useless {
            adapter: gpu.device.adapter_name().to_owned(),
            // Compilers quote the source after their first line.
            message: message.lines().next().unwrap_or_default().to_owned(),
        };
        let secs = probed.map_err(useless)?;
        gpu.device.set_readback_secs(secs);
        Ok(gpu)
    }
}

/// Seconds that a word takes to reach the host, or what is wrong with the device.
async fn probe<D: Executor>(gpu: &mut Gpu<D>, now_secs: impl Fn() -> f64) -> Result<f64, String> {
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
    keeps_small_halves(gpu).await?;
    Ok(shortest_secs.max(0.0))
}

/// Scales of Q6_K are often halves below 2^-14, which WGSL lets a device treat as zero. The answers would be nonsense, and no
/// error would say so.
async fn keeps_small_halves<D: Executor>(gpu: &mut Gpu<D>) -> Result<(), String> {
    // 2^-24, 2^-15 and the like: subnormal halves, and one that is not.
    let halves: [u16; 8] = [1, 0x0200, 0x83FF, 0x3C00, 0x0155, 0x8001, 0x0010, 0x0400];
    let bytes: Vec<u8> = halves.iter().flat_map(|half| half.to_le_bytes()).collect();
    let mut expected = [0.0; 8];
    tensor::dequantise(Dtype::F16, &bytes, &mut expected).map_err(|e| e.to_string())?;
    let table = [&bytes[..], &bytes[..]].concat();
    let table = gpu.weight(Dtype::F16, Shape::new(2, 8), &table).map_err(|e| e.to_string())?;
    let row = gpu.embed(&table, Ids::Host(&[1])).map_err(|e| e.to_string())?;
    let found = gpu.read(&row).await.map_err(|e| e.to_string())?;
    if found == expected { Ok(()) } else { Err(format!("it read halves {expected:?} as {found:?}")) }
}
