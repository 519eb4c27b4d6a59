use std::cell::{Cell, RefCell};
use std::collections::HashSet;

use engine::Host;
use protocol::{Event, JobId};
use wasm_bindgen::JsCast as _;
use web_sys::DedicatedWorkerGlobalScope;

use crate::{indexes, message};

/// Time between two looks at incoming messages: short enough for Stop to feel immediate, long enough to cost nothing.
const BREATH_INTERVAL_SECS: f64 = 0.02;

/// The worker's global scope as the engine sees it.
pub(crate) struct WorkerHost {
    scope: DedicatedWorkerGlobalScope,
    stopped: RefCell<HashSet<JobId>>,
    last_breath_secs: Cell<f64>,
    /// What takes the graphics device away, where there is one.
    loss: RefCell<Option<gpu::Loss>>,
}

impl WorkerHost {
    pub(crate) fn new(scope: DedicatedWorkerGlobalScope) -> Self {
        Self {
            scope,
            stopped: RefCell::default(),
            last_breath_secs: Cell::new(0.0),
            loss: RefCell::default(),
        }
    }

    /// Notes that a job is to end.
    pub(crate) fn stop(&self, job: JobId) {
        self.stopped.borrow_mut().insert(job);
    }

    /// Keeps what takes the graphics device away.
    pub(crate) fn set_loss(&self, loss: Option<gpu::Loss>) {
        self.loss.replace(loss);
    }

    /// Destroys the graphics device, if there is one.
    pub(crate) fn lose_device(&self) {
        if let Some(loss) = &*self.loss.borrow() {
            loss.lose();
        }
    }

    /// Tells a fault of the program on the console.
    pub(crate) fn log(&self, what: &str) {
        web_sys::console::error_1(&what.into());
    }

    /// Posts an event to the page, with the bytes that travel beside it.
    pub(crate) fn end(&self, (event, bulk): (Event, Option<Vec<u8>>)) {
        let posted = message::outgoing(&event, bulk)
            .and_then(|(message, buffers)| self.scope.post_message_with_transfer(&message, &buffers));
        if let Err(error) = posted {
            self.log(&format!("an event could not be posted: {error:?}"));
        }
    }

    fn seconds(&self) -> f64 {
        self.scope.performance().map_or(0.0, |p| p.now() / 1000.0)
    }
}

impl Host for WorkerHost {
    fn now_secs(&self) -> f64 {
        self.seconds()
    }

    fn emit(&self, event: Event) {
        self.end((event, None));
    }

    async fn breathe(&self) {
        if self.seconds() - self.last_breath_secs.get() < BREATH_INTERVAL_SECS {
            return;
        }
        if let Err(error) = web::yield_to_event_loop().await {
            self.log(&format!("the event loop could not be reached: {error}"));
        }
        self.last_breath_secs.set(self.seconds());
    }

    fn is_stopped(&self, job: JobId) -> bool {
        self.stopped.borrow().contains(&job)
    }

    async fn stored(&self, name: &str) -> Option<Vec<u8>> {
        indexes::recall(name).await
    }

    async fn store(&self, name: &str, bytes: Vec<u8>) {
        if let Err(error) = indexes::keep(name, &bytes).await {
            web_sys::console::warn_1(
                &format!("{name} could not be kept and is made again another time: {error}").into(),
            );
        }
    }

    /// WebAssembly's memory, which never shrinks.
    fn heap_bytes(&self) -> Option<u64> {
        let buffer = wasm_bindgen::memory().unchecked_into::<js_sys::WebAssembly::Memory>().buffer();
        Some(u64::from(buffer.unchecked_into::<js_sys::ArrayBuffer>().byte_length()))
    }
}
