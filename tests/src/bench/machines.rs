use anyhow::Result;
use cpu::{Cpu, Precision};
use model::backend::Backend;
use qvm::bandwidth::{add_bytes_per_sec, host_copy_bytes_per_sec};

/// What can be measured on any machine.
pub trait Measure {
    /// What comes of it.
    type Found;

    /// Measures on one machine.
    ///
    /// # Errors
    /// Where the machine fails.
    fn on<B: Backend>(&self, b: B) -> impl Future<Output = Result<Self::Found>>;
}

/// A machine, how fast it moves bytes, and what was measured there.
#[derive(Debug)]
pub struct Measured<T> {
    /// As the machine calls itself.
    pub machine: String,
    /// Bytes per second.
    pub bandwidth: f64,
    /// What was measured.
    pub found: T,
}

/// Measures on every machine there is, the CPU first: what the others are compared with.
///
/// # Errors
/// As [`Measure::on`].
pub fn on_every_machine<M: Measure>(measure: &M) -> Result<Vec<Measured<M::Found>>> {
    let cpu = Cpu::new(Precision::Quantised);
    let machine = cpu.description();
    let bandwidth = host_copy_bytes_per_sec();
    let found = pollster::block_on(measure.on(cpu))?;
    let mut all = vec![Measured { machine, bandwidth, found }];
    match pollster::block_on(qvm::open_gpu()) {
        Ok(mut gpu) => {
            let machine = gpu.description();
            let bandwidth = pollster::block_on(add_bytes_per_sec(&mut gpu))?;
            let found = pollster::block_on(measure.on(gpu))?;
            all.push(Measured { machine, bandwidth, found });
        }
        Err(missing) => println!("SKIPPED: the GPU. {missing:#}"),
    }
    Ok(all)
}
