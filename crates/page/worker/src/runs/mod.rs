//! The page's runs, and what is asked of them. They outlive the tab where the browser grants private files.
//!
//! Nothing here knows a session, so it answers while one is at work. Acts are carried out one after another.

mod acts;
mod private;
#[cfg(test)]
mod tests;

use std::rc::Rc;

use async_channel::{Receiver, Sender};
use protocol::{JobId, RunAct};
use runs::{MemoryStore, RunStore, Runs};

use crate::host::WorkerHost;
use private::Private;

/// Where acts are sent to; each ends with an event of its job.
pub(crate) fn start(host: Rc<WorkerHost>) -> Sender<(JobId, RunAct)> {
    let (sender, receiver) = async_channel::unbounded();
    wasm_bindgen_futures::spawn_local(async move {
        if Private::is_granted().await {
            serve(Runs::new(Private), &host, &receiver).await;
        } else {
            serve(Runs::new(MemoryStore::default()), &host, &receiver).await;
        }
    });
    sender
}

async fn serve<S: RunStore>(runs: Runs<S>, host: &WorkerHost, receiver: &Receiver<(JobId, RunAct)>) {
    while let Ok((job, act)) = receiver.recv().await {
        host.end(acts::carry_out(&runs, job, act).await);
    }
}
