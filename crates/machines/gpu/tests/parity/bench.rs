//! Runs all variants of a kernel on a software adapter, within WebGPU's default limits.

use kernels::{Features, Kernel, Launch, PipelineKey, Variant};

use model::backend::BackendError;

use crate::compare::{CANARY, compare};
use crate::harness::Gpu;

const N_CANARIES: usize = 64;

/// Widths of heads: the text models', the vision tower's, and one that does not fill whole slices.
const HEAD_DIMS: [u32; 3] = [128, 80, 20];

/// A buffer of a launch. Inputs end in canaries, so that a value read past their end spoils the result. Outputs begin as
/// canaries and end in more of them, so that missing values and values written past the end show.
pub(crate) enum Buffer<'a> {
    In(&'a [u32]),
    /// With this many words.
    Out(usize),
    /// With contents that the kernel changes.
    InOut(&'a [u32]),
}

/// An adapter, and what happened on it.
pub(crate) struct Bench {
    gpu: Gpu,
    ran: Vec<PipelineKey>,
    n_checks: usize,
    failures: Vec<String>,
}

/// Calls `case` with each variant of a kernel that the adapter can run. Reports all failures at once.
pub(crate) fn every_variant(kernel: &'static Kernel, case: fn(&mut Bench, &Variant)) {
    let Some(mut bench) = Bench::open() else { return };
    let variants = kernel.variants(&HEAD_DIMS).into_iter().filter(|variant| bench.has(variant.features));
    let variants: Vec<_> = variants.collect();
    assert!(!variants.is_empty(), "{kernel:?} has no variant for this adapter");
    for variant in &variants {
        bench.ran.clear();
        bench.n_checks = 0;
        case(&mut bench, variant);
        if !bench.ran.contains(&(kernel, *variant)) || bench.n_checks == 0 {
            bench.failures.push(format!(
                "its case made {} checks and ran {:?}",
                bench.n_checks,
                bench.ran.last()
            ));
        }
        // A case does not name its variant.
        let named = |failure: &mut String| *failure = format!("{variant:?}\n  {failure}");
        bench.failures.iter_mut().filter(|failure| !failure.starts_with("Variant")).for_each(named);
    }
    let failures = bench.failures;
    assert!(
        failures.is_empty(),
        "{} failures in {} variants:\n{}",
        failures.len(),
        variants.len(),
        failures.join("\n")
    );
}

impl Bench {
    /// The software adapter, or a visible skip.
    pub(crate) fn open() -> Option<Self> {
        match pollster::block_on(Gpu::open()) {
            Ok(gpu) => Some(Self { gpu, ran: Vec::new(), n_checks: 0, failures: Vec::new() }),
            Err(error) => {
                assert!(std::env::var_os("CI").is_none(), "CI installs a software adapter: {error}");
                eprintln!("SKIPPED: {error}");
                None
            }
        }
    }

    fn has(&self, wanted: Features) -> bool {
        let Features { f16, subgroups, packed_dot } = self.gpu.features();
        (f16 || !wanted.f16) && (subgroups || !wanted.subgroups) && (packed_dot || !wanted.packed_dot)
    }

    /// Runs a launch, and returns the words of its outputs in order.
    pub(crate) fn run(&mut self, launch: &Launch, buffers: &[Buffer<'_>]) -> Vec<Vec<u32>> {
        self.ran.push(launch.pipeline());
        let with_canaries = |words: &[u32]| [words, &[CANARY; N_CANARIES]].concat();
        let bound: Vec<_> = buffers
            .iter()
            .map(|buffer| match buffer {
                Buffer::In(words) | Buffer::InOut(words) => self.gpu.buffer(&with_canaries(words)),
                Buffer::Out(n) => self.gpu.buffer(&vec![CANARY; *n + N_CANARIES]),
            })
            .collect();
        pollster::block_on(self.gpu.run(launch, &bound.iter().collect::<Vec<_>>())).unwrap();
        let outputs = buffers.iter().zip(&bound).filter_map(|(buffer, bound)| {
            let n = match buffer {
                Buffer::In(_) => return None,
                Buffer::Out(n) => *n,
                Buffer::InOut(words) => words.len(),
            };
            let mut words = self.gpu.read(bound).unwrap();
            let canaries = words.split_off(n);
            assert!(
                canaries.iter().all(|&word| word == CANARY),
                "{:?} wrote past its output",
                launch.pipeline()
            );
            Some(words)
        });
        outputs.collect()
    }

    /// Runs a launch with one output, and compares it.
    pub(crate) fn expect(
        &mut self,
        what: &str,
        launch: &Launch,
        buffers: &[Buffer<'_>],
        expected: &[f64],
        most: f64,
    ) {
        let found = self.run(launch, buffers).remove(0);
        self.check(compare(what, &found, expected, most));
    }

    pub(crate) fn check(&mut self, outcome: Result<(), String>) {
        self.n_checks += 1;
        self.failures.extend(outcome.err());
    }
}

#[test]
#[should_panic(expected = "1 failures in 1 variants")]
fn a_case_that_runs_another_kernel_fails() {
    every_variant(&kernels::pointwise::ADD, crate::pointwise::swiglu);
}

#[test]
fn a_refused_launch_is_an_error() {
    let Some(Bench { mut gpu, .. }) = Bench::open() else { return };
    let launch = kernels::norm::rms_norm(1, 4, 1e-6, Features::default()).unwrap();
    let x = gpu.buffer(&[0; 4]);
    // The input is also the output.
    let aliased = pollster::block_on(gpu.run(&launch, &[&x, &x, &x]));
    assert!(matches!(aliased, Err(BackendError::Device { .. })), "{aliased:?}");
}
