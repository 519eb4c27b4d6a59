use std::sync::Arc;

use futures_channel::oneshot;
use model::backend::BackendError;

use crate::faults::{Faults, lost};

/// Words on their way to the host.
#[derive(Debug)]
pub struct Readback {
    staging: wgpu::Buffer,
    mapped: oneshot::Receiver<Result<(), wgpu::BufferAsyncError>>,
    submission: wgpu::SubmissionIndex,
}

impl Readback {
    /// Begins to map what `submission` puts into `staging`.
    pub(crate) fn begin(staging: wgpu::Buffer, submission: wgpu::SubmissionIndex) -> Self {
        let (sender, mapped) = oneshot::channel();
        // Whoever waited may be gone by now.
        staging.map_async(wgpu::MapMode::Read, .., move |result| drop(sender.send(result)));
        Self { staging, mapped, submission }
    }

    /// The words.
    pub(crate) async fn finish(
        self,
        device: &wgpu::Device,
        faults: &Arc<Faults>,
    ) -> Result<Vec<u32>, BackendError> {
        wait(device, self.submission);
        let mapped = faults.or_lost(self.mapped).await?;
        faults.check()?;
        // Mapping fails on a lost device alone: allocation and copy were guarded before.
        match mapped {
            Ok(Ok(())) => {}
            _ => return Err(lost("a buffer could not be read".to_owned())),
        }
        let bytes = self.staging.get_mapped_range(..).map_err(|e| lost(e.to_string()))?;
        let (words, _) = bytes.as_chunks::<4>();
        Ok(words.iter().map(|word| u32::from_le_bytes(*word)).collect())
    }
}

/// A buffer for `n_bytes` that are copied to the host.
pub(crate) fn staging(device: &wgpu::Device, n_bytes: u64) -> wgpu::Buffer {
    device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("read"),
        size: n_bytes,
        usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
        mapped_at_creation: false,
    })
}

/// Lets callbacks of everything up to `submission` run; a browser does so by itself.
#[cfg_attr(target_arch = "wasm32", expect(unused_variables, reason = "polling does nothing in a browser"))]
pub(crate) fn wait(device: &wgpu::Device, submission: wgpu::SubmissionIndex) {
    #[cfg(not(target_arch = "wasm32"))]
    {
        let poll = wgpu::PollType::Wait { submission_index: Some(submission), timeout: None };
        // It fails on a lost device alone, and that is told by its callback.
        drop(device.poll(poll));
    }
}
