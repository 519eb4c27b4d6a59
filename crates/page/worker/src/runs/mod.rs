//! Runs of the benchmark that outlive the tab: one file of lines each, to which every answer is appended as it comes. No image is
//! ever among them.
//!
//! Nothing here knows a session, so it answers while one is at work. Acts are carried out one after another.

mod desk;
mod private;
mod shelf;
#[cfg(test)]
mod tests;
mod trouble;

use std::rc::Rc;

use async_channel::{Receiver, Sender};
use engine::Host as _;
use protocol::{JobId, RunAct};

use crate::host::WorkerHost;
use desk::Desk;
use private::Private;
use shelf::{Memory, Shelf};

/// Where acts are sent to; each ends with an event of its job.
pub(crate) fn start(host: Rc<WorkerHost>) -> Sender<(JobId, RunAct)> {
    let (sender, receiver) = async_channel::unbounded();
    wasm_bindgen_futures::spawn_local(async move {
        if Private::is_granted().await {
            serve(Desk::new(Private), &host, &receiver).await;
        } else {
            serve(Desk::new(Memory::default()), &host, &receiver).await;
        }
    });
    sender
}

async fn serve<S: Shelf>(mut desk: Desk<S>, host: &WorkerHost, receiver: &Receiver<(JobId, RunAct)>) {
    while let Ok((job, act)) = receiver.recv().await {
        let (event, bulk) = desk.carry_out(job, act).await;
        host.emit(event, bulk);
    }
}
