use std::sync::Arc;

use futures_channel::oneshot;
use model::backend::BackendError;

use crate::faults::{Faults, lost};

/// Words that are being copied to the host.
#[derive(Debug)]
pub struct Readback {
    staging: wgpu::Buffer,
    mapped: oneshot::Receiver<Result<(), wgpu::BufferAsyncError>>,
    submission: wgpu::SubmissionIndex,
}

impl Readback {
    /// Begins to map `staging`, into which `submission` copies.
    pub(crate) fn begin(staging: wgpu::Buffer, submission: wgpu::SubmissionIndex) -> Self {
        let (sender, mapped) = oneshot::channel();
        // The receiver may be gone by now.
        staging.map_async(wgpu::MapMode::Read, .., move |result| drop(sender.send(result)));
        Self { staging, mapped, submission }
    }

    /// Waits for the words.
    pub(crate) async fn finish(
        self,
        device: &wgpu::Device,
        faults: &Arc<Faults>,
    ) -> Result<Vec<u32>, BackendError> {
        wait(device, self.submission);
        let mapped = faults.or_lost(self.mapped).await?;
        faults.check()?;
        // Mapping fails only on a lost device: allocation and copy have error scopes of their own.
        match mapped {
            Ok(Ok(())) => {}
            _ => return Err(lost("a buffer could not be read".to_owned())),
        }
        let bytes = self.staging.get_mapped_range(..).map_err(|e| lost(e.to_string()))?;
        let (words, _) = bytes.as_chunks::<4>();
        Ok(words.iter().map(|word| u32::from_le_bytes(*word)).collect())
    }
}

/// A buffer through which `n_bytes` are copied to the host.
pub(crate) fn staging(device: &wgpu::Device, n_bytes: u64) -> wgpu::Buffer {
    device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("read"),
        size: n_bytes,
        usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
        mapped_at_creation: false,
    })
}

/// Runs the callbacks of everything up to `submission`; a browser does so by itself.
#[cfg_attr(target_arch = "wasm32", expect(unused_variables, reason = "polling does nothing in a browser"))]
pub(crate) fn wait(device: &wgpu::Device, submission: wgpu::SubmissionIndex) {
    #[cfg(not(target_arch = "wasm32"))]
    {
        let poll = wgpu::PollType::Wait { submission_index: Some(submission), timeout: None };
        // It fails only on a lost device, which reports that through its callback.
        drop(device.poll(poll));
    }
}
