//! The browser's host for the engine: a dedicated module worker.
//!
//! The page posts `{command, bulk: [ArrayBuffer | File, ...]}` and is posted `{event, bulk: [ArrayBuffer, ...]}`.
//! [`Command::Stop`] and [`Command::LoseDevice`] are taken the moment they arrive, and [`Command::Runs`] by a part of its own that
//! knows no session; everything else waits its turn. While none waits, what can come later (a model's vision tower) comes step by
//! step.

mod dispatch;
mod files;
mod host;
mod indexes;
mod machine;
mod message;
mod runs;
mod source;
mod stored;
#[cfg(test)]
mod tests;
mod webgpu;

use std::rc::Rc;

use async_channel::{Receiver, RecvError};
use engine::Host as _;
use protocol::{Command, Event};
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::Closure;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use crate::host::WorkerHost;
use crate::machine::Machine;
use crate::message::Incoming;

fn main() {
    console_error_panic_hook::set_once();
    let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else {
        // The only place it can run in is a worker; a test runner loads it elsewhere.
        return;
    };
    let host = Rc::new(WorkerHost::new(scope.clone()));
    let (sender, receiver) = async_channel::unbounded();
    let inbox = Rc::clone(&host);
    let runs = runs::start(Rc::clone(&host));
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
        let Some(incoming) = Incoming::read(&message.data(), &inbox) else { return };
        match incoming.command {
            Command::Stop { job } => inbox.stop(job),
            Command::LoseDevice => inbox.lose_device(),
            Command::Runs { job, act } => drop(runs.try_send((job, act))),
            // Both receivers live as long as the worker, so no channel is ever closed.
            _ => drop(sender.try_send(incoming)),
        }
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    wasm_bindgen_futures::spawn_local(async move {
        let mut machine = Machine::cpu(Rc::clone(&host));
        host.emit(Event::Started);
        while let Ok(incoming) = next(&receiver, &mut machine).await {
            machine = serve(machine, incoming).await;
        }
    });
}

/// The next command. Until it comes, the machine continues with work that can wait; a command waits for at most one step of that.
async fn next(receiver: &Receiver<Incoming>, machine: &mut Machine) -> Result<Incoming, RecvError> {
    loop {
        if let Ok(incoming) = receiver.try_recv() {
            return Ok(incoming);
        }
        if !machine.advance().await {
            return receiver.recv().await;
        }
    }
}

async fn serve(mut machine: Machine, Incoming { command, bulk }: Incoming) -> Machine {
    if let Command::ChooseBackend { job, choice } = command {
        return machine.choose(job, choice).await;
    }
    machine.carry_out(command, &bulk).await;
    machine
}
