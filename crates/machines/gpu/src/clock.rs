//! Times dispatches: the device's clock is read at both ends of their passes.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::backend::{BackendError, StepTime};

use crate::faults::Faults;
use crate::readback::{Readback, staging};
use crate::recording::Dispatch;

/// The most queries that WebGPU allows in a set; a dispatch takes two.
const N_QUERIES: u32 = 4096;
const QUERY_BYTES: u64 = 8;

#[derive(Debug)]
pub(crate) struct Clock {
    period_ns: f64,
    queries: wgpu::QuerySet,
    resolved: wgpu::Buffer,
    /// Dispatches of the submission that is being encoded.
    timed: Vec<TimedDispatch>,
    staging: Option<wgpu::Buffer>,
    under_way: Vec<(Vec<TimedDispatch>, Readback)>,
}

#[derive(Clone, Copy, Debug)]
struct TimedDispatch {
    label: &'static str,
    n_bytes: u64,
    n_flops: u64,
}

/// The two queries of a pass.
pub(crate) struct Timestamps {
    queries: wgpu::QuerySet,
    first: u32,
}

impl Timestamps {
    pub(crate) fn writes(&self) -> wgpu::ComputePassTimestampWrites<'_> {
        wgpu::ComputePassTimestampWrites {
            query_set: &self.queries,
            beginning_of_pass_write_index: Some(self.first),
            end_of_pass_write_index: Some(self.first + 1),
        }
    }
}

impl Clock {
    pub(crate) fn new(device: &wgpu::Device, period_ns: f32) -> Self {
        let queries = device.create_query_set(&wgpu::QuerySetDescriptor {
            label: Some("clock"),
            ty: wgpu::QueryType::Timestamp,
            count: N_QUERIES,
        });
        let resolved = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("clock"),
            size: QUERY_BYTES * u64::from(N_QUERIES),
            usage: wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC,
            mapped_at_creation: false,
        });
        let period_ns = f64::from(period_ns);
        Self { period_ns, queries, resolved, timed: Vec::new(), staging: None, under_way: Vec::new() }
    }

    /// Queries for a dispatch; `None` if this submission has none left.
    pub(crate) fn time(&mut self, dispatch: &Dispatch) -> Option<Timestamps> {
        let first = 2 * self.timed.len() as u32;
        if first + 2 > N_QUERIES {
            return None;
        }
        let Dispatch { n_bytes, n_flops, .. } = *dispatch;
        self.timed.push(TimedDispatch { label: dispatch.launch.kernel.name, n_bytes, n_flops });
        Some(Timestamps { queries: self.queries.clone(), first })
    }

    /// Copies the queries of a submission to a buffer that the host can read.
    pub(crate) fn resolve(&mut self, device: &wgpu::Device, encoder: &mut wgpu::CommandEncoder) {
        let n = 2 * self.timed.len() as u32;
        if n == 0 {
            return;
        }
        let n_bytes = QUERY_BYTES * u64::from(n);
        let staging = staging(device, n_bytes);
        encoder.resolve_query_set(&self.queries, 0..n, &self.resolved, 0);
        encoder.copy_buffer_to_buffer(&self.resolved, 0, &staging, 0, n_bytes);
        self.staging = Some(staging);
    }

    pub(crate) fn begin_read(&mut self, submission: &wgpu::SubmissionIndex) {
        if let Some(staging) = self.staging.take() {
            let readback = Readback::begin(staging, submission.clone());
            self.under_way.push((std::mem::take(&mut self.timed), readback));
        }
    }

    /// Sums by label, the longest time first.
    pub(crate) async fn take(
        &mut self,
        device: &wgpu::Device,
        faults: &Arc<Faults>,
    ) -> Result<Vec<StepTime>, BackendError> {
        let mut sums: BTreeMap<&'static str, StepTime> = BTreeMap::new();
        for (timed, readback) in std::mem::take(&mut self.under_way) {
            let words = readback.finish(device, faults).await?;
            for (dispatch, [begin_low, begin_high, end_low, end_high]) in
                timed.iter().zip(words.as_chunks::<4>().0)
            {
                let ticks = |low: u32, high: u32| u64::from(high) << 32 | u64::from(low);
                // If the clock was reset in between, the time would be negative.
                let n_ticks = ticks(*end_low, *end_high).saturating_sub(ticks(*begin_low, *begin_high));
                let label = dispatch.label;
                let sum =
                    sums.entry(label).or_insert(StepTime { label, n: 0, secs: 0.0, n_bytes: 0, n_flops: 0 });
                sum.n += 1;
                sum.secs += n_ticks as f64 * self.period_ns * 1e-9;
                sum.n_bytes += dispatch.n_bytes;
                sum.n_flops += dispatch.n_flops;
            }
        }
        let mut sums: Vec<_> = sums.into_values().collect();
        sums.sort_by(|a, b| b.secs.total_cmp(&a.secs));
        Ok(sums)
    }
}
