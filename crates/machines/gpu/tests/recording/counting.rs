use gpu::recording::{BufferId, Recording};
use gpu::{Executor, Features, Region};
use model::backend::{BackendError, StepTime};

/// Runs nothing, and keeps the recordings.
#[derive(Debug)]
pub(crate) struct Counting {
    pub(crate) max_binding_bytes: u64,
    pub(crate) submitted: std::rc::Rc<std::cell::RefCell<Vec<Recording>>>,
}

impl Executor for Counting {
    type Readback = usize;

    fn adapter_name(&self) -> &str {
        "none"
    }
    fn features(&self) -> Features {
        Features::default()
    }
    fn max_binding_bytes(&self) -> u64 {
        self.max_binding_bytes
    }
    fn readback_secs(&self) -> f64 {
        0.0
    }
    fn create(&mut self, _: BufferId, n_bytes: u64) {
        assert!(n_bytes <= self.max_binding_bytes.next_multiple_of(256), "a buffer of {n_bytes} bytes");
    }
    fn destroy(&mut self, _: BufferId) {}
    fn write(&mut self, _: BufferId, _: u64, _: &[u32]) {}
    fn submit(&mut self, recording: &Recording, region: Option<Region>) -> Option<usize> {
        self.submitted.borrow_mut().push(recording.clone());
        region.map(|region| region.n_bytes as usize / 4)
    }
    async fn finish_read(&mut self, n_words: usize) -> Result<Vec<u32>, BackendError> {
        Ok(vec![0; n_words])
    }
    async fn settle(&mut self) -> Result<(), BackendError> {
        Ok(())
    }
    async fn reopen(&mut self) -> Result<(), BackendError> {
        Ok(())
    }
    fn set_profiling(&mut self, _: bool) {}
    async fn take_profile(&mut self) -> Result<Vec<StepTime>, BackendError> {
        Ok(Vec::new())
    }
}
