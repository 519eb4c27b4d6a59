use anyhow::Result;
use cpu::{Cpu, Precision};
use model::backend::Backend;
use qvm::bandwidth::{add_bytes_per_sec, host_copy_bytes_per_sec};

/// What can be measured on any machine.
pub trait Measure {
    /// The result.
    type Found;

    /// Measures on one machine.
    ///
    /// # Errors
    /// If the machine fails.
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

/// Kinds of machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// The processor, all its threads.
    Cpu,
    /// The GPU that the system prefers.
    Gpu,
}

/// Measures on each of these machines that exists, and compares the others with the first.
///
/// # Errors
/// As [`Measure::on`].
pub fn on_machines<M: Measure>(kinds: &[Kind], measure: &M) -> Result<Vec<Measured<M::Found>>> {
    pollster::block_on(async {
        let mut all = Vec::new();
        for kind in kinds {
            match kind {
                Kind::Cpu => {
                    let bandwidth = host_copy_bytes_per_sec();
                    all.push(Measured::by(measure, Cpu::new(Precision::Quantised), bandwidth).await?);
                }
                Kind::Gpu => match qvm::open_gpu().await {
                    Ok(mut gpu) => {
                        let bandwidth = add_bytes_per_sec(&mut gpu).await?;
                        all.push(Measured::by(measure, gpu, bandwidth).await?);
                    }
                    Err(missing) => println!("SKIPPED: the GPU. {missing:#}"),
                },
            }
        }
        Ok(all)
    })
}

impl<T> Measured<T> {
    async fn by<M: Measure<Found = T>>(measure: &M, b: impl Backend, bandwidth: f64) -> Result<Self> {
        Ok(Self { machine: b.description(), bandwidth, found: measure.on(b).await? })
    }
}
