//! Errors after the call: a GPU API accepts every call and reports errors later.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use model::backend::BackendError;

use crate::error::NAME;

/// Whether the device is lost, and the first error outside of any scope.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    lost: Option<String>,
    uncaptured: Option<String>,
    waiting: Vec<Waker>,
}

impl Faults {
    /// Watches a device.
    pub(crate) fn watch(device: &wgpu::Device) -> Arc<Self> {
        let faults = Arc::new(Self::default());
        let seen = Arc::clone(&faults);
        device.set_device_lost_callback(move |reason, message| {
            seen.lose(if message.is_empty() { format!("{reason:?}") } else { message });
        });
        let seen = Arc::clone(&faults);
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            seen.seen().uncaptured.get_or_insert(error.to_string());
        }));
        faults
    }

    /// Marks the device as lost. The first reason counts.
    pub(crate) fn lose(&self, why: String) {
        let waiting = {
            let mut seen = self.seen();
            seen.lost.get_or_insert(why);
            std::mem::take(&mut seen.waiting)
        };
        waiting.into_iter().for_each(Waker::wake);
    }

    /// An error if the device is lost, or has refused something since the last call.
    pub(crate) fn check(&self) -> Result<(), BackendError> {
        let mut seen = self.seen();
        if let Some(why) = &seen.lost {
            return Err(lost(why.clone()));
        }
        match seen.uncaptured.take() {
            Some(message) => Err(BackendError::Device { verb: "submit", backend: NAME, message }),
            None => Ok(()),
        }
    }

    /// Waits for `future` or for the loss of the device: a lost device may never answer.
    pub(crate) async fn or_lost<T>(&self, future: impl Future<Output = T>) -> Result<T, BackendError> {
        let mut future = pin!(future);
        poll_fn(|context| match future.as_mut().poll(context) {
            Poll::Ready(value) => Poll::Ready(Ok(value)),
            Poll::Pending => self.poll_lost(context),
        })
        .await
    }

    fn poll_lost<T>(&self, context: &mut Context<'_>) -> Poll<Result<T, BackendError>> {
        let mut seen = self.seen();
        if let Some(why) = &seen.lost {
            return Poll::Ready(Err(lost(why.clone())));
        }
        if !seen.waiting.iter().any(|waker| waker.will_wake(context.waker())) {
            seen.waiting.push(context.waker().clone());
        }
        Poll::Pending
    }

    /// A callback that panicked cannot leave this half changed.
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn lost(message: String) -> BackendError {
    BackendError::Lost { backend: NAME, message }
}

/// Error scopes that are closed and have not answered yet.
#[derive(Default)]
pub(crate) struct Scopes(Vec<Scope>);

struct Scope {
    verb: &'static str,
    needed_bytes: u64,
    answer: Pin<Box<dyn Future<Output = Option<wgpu::Error>>>>,
}

impl std::fmt::Debug for Scopes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} open scopes", self.0.len())
    }
}

impl Scopes {
    /// Runs `work` in an error scope for each of `filters`.
    pub(crate) fn guard<T>(
        &mut self,
        device: &wgpu::Device,
        filters: &[wgpu::ErrorFilter],
        (verb, needed_bytes): (&'static str, u64),
        work: impl FnOnce() -> T,
    ) -> T {
        let guards: Vec<_> = filters.iter().map(|filter| device.push_error_scope(*filter)).collect();
        let done = work();
        for guard in guards.into_iter().rev() {
            self.0.push(Scope { verb, needed_bytes, answer: Box::pin(guard.pop()) });
        }
        done
    }

    /// Adds a scope in which nothing was allocated.
    pub(crate) fn add(&mut self, verb: &'static str, guard: wgpu::ErrorScopeGuard) {
        self.0.push(Scope { verb, needed_bytes: 0, answer: Box::pin(guard.pop()) });
    }

    /// Waits for all answers, and reports the first error.
    pub(crate) async fn check(
        &mut self,
        device: &wgpu::Device,
        faults: &Faults,
        in_use_bytes: u64,
    ) -> Result<(), BackendError> {
        for scope in std::mem::take(&mut self.0) {
            let Some(error) = faults.or_lost(scope.answer).await? else { continue };
            // On a lost device everything is invalid, and such an error may arrive before the loss itself. Waiting for one
            // more scope gives the loss time to arrive.
            let scope_of_nothing = device.push_error_scope(wgpu::ErrorFilter::Validation).pop();
            drop(faults.or_lost(scope_of_nothing).await?);
            faults.check()?;
            let Scope { verb, needed_bytes, .. } = scope;
            let message = format!("{error} ({} MiB were in use)", in_use_bytes >> 20);
            return Err(match error {
                wgpu::Error::OutOfMemory { .. } => {
                    BackendError::Memory { verb, backend: NAME, needed_bytes, message }
                }
                wgpu::Error::Validation { .. } | wgpu::Error::Internal { .. } => {
                    BackendError::Device { verb, backend: NAME, message }
                }
            });
        }
        faults.check()
    }
}
