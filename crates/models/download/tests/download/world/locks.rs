use std::{
    cell::RefCell,
    collections::{BTreeSet, VecDeque},
    rc::Rc,
    task::{Poll, Waker},
};

use download::{Locks, ShelfError};

/// Locks that every tab shares.
#[derive(Clone, Default)]
pub(crate) struct MemoryLocks(Rc<State>);

#[derive(Default)]
struct State {
    held: RefCell<BTreeSet<String>>,
    waiting: RefCell<VecDeque<Waker>>,
}

pub(crate) struct Guard(MemoryLocks, String);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.0.held.borrow_mut().remove(&self.1);
        self.0.0.waiting.take().into_iter().for_each(Waker::wake);
    }
}

impl MemoryLocks {
    pub(crate) fn take(&self, name: &str) -> Option<Guard> {
        self.0.held.borrow_mut().insert(name.to_owned()).then(|| Guard(self.clone(), name.to_owned()))
    }
}

impl Locks for MemoryLocks {
    type Guard = Guard;

    async fn try_lock(&self, name: &str) -> Result<Option<Guard>, ShelfError> {
        Ok(self.take(name))
    }

    async fn lock(&self, name: &str) -> Result<Guard, ShelfError> {
        Ok(std::future::poll_fn(|context| match self.take(name) {
            Some(guard) => Poll::Ready(guard),
            None => {
                self.0.waiting.borrow_mut().push_back(context.waker().clone());
                Poll::Pending
            }
        })
        .await)
    }
}
