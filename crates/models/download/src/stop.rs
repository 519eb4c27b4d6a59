use std::{
    cell::{Cell, RefCell},
    pin::pin,
    task::{Poll, Waker},
};

use crate::Keep;

/// Whether an order was stopped, and a way to wait for something only until it is.
#[derive(Default)]
pub(crate) struct Stop {
    keep: Cell<Option<Keep>>,
    waker: RefCell<Option<Waker>>,
}

impl Stop {
    /// Stops the order. Only the first call counts.
    pub(crate) fn set(&self, keep: Keep) {
        if self.keep.get().is_none() {
            self.keep.set(Some(keep));
        }
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    /// The output of a future, unless the order is stopped first, which drops the future.
    pub(crate) async fn until<T>(&self, future: impl Future<Output = T>) -> Result<T, Keep> {
        let mut future = pin!(future);
        std::future::poll_fn(|context| {
            if let Some(keep) = self.keep.get() {
                return Poll::Ready(Err(keep));
            }
            if let Poll::Ready(value) = future.as_mut().poll(context) {
                return Poll::Ready(Ok(value));
            }
            // An order waits in one place at a time, so one waker is enough.
            self.waker.replace(Some(context.waker().clone()));
            Poll::Pending
        })
        .await
    }
}

/// The output of a future, or `None` if the other one is ready first.
pub(crate) async fn before<T>(future: impl Future<Output = T>, limit: impl Future<Output = ()>) -> Option<T> {
    let mut future = pin!(future);
    let mut limit = pin!(limit);
    std::future::poll_fn(|context| {
        if let Poll::Ready(value) = future.as_mut().poll(context) {
            return Poll::Ready(Some(value));
        }
        limit.as_mut().poll(context).map(|()| None)
    })
    .await
}
