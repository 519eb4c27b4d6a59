//! The browser's host for the engine: a dedicated module worker.
//!
//! The page posts `{command, bulk: [ArrayBuffer | File, ...]}` and is posted `{event, bulk: [ArrayBuffer, ...]}`. A
//! [`Command::Stop`] is noted the moment it arrives; everything else waits its turn.

mod host;
mod message;
mod source;
#[cfg(test)]
mod tests;

use std::rc::Rc;

use cpu::{Cpu, Precision};
use engine::{Attachment, Host as _, Session};
use protocol::{Command, Event, ModelSource};
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::{Closure, JsValue};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use crate::host::WorkerHost;
use crate::message::Incoming;
use crate::source::WebSource;

fn main() {
    console_error_panic_hook::set_once();
    let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else {
        // The only place it can run in is a worker; a test runner loads it elsewhere.
        return;
    };
    let host = Rc::new(WorkerHost::new(scope.clone()));
    let (sender, receiver) = async_channel::unbounded();
    let inbox = Rc::clone(&host);
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
        let Some(incoming) = Incoming::read(&message.data(), &inbox) else { return };
        if let Command::Stop { job } = incoming.command {
            inbox.stop(job);
        } else {
            // The receiver lives as long as the worker, so the channel is never closed.
            let _ = sender.try_send(incoming);
        }
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    wasm_bindgen_futures::spawn_local(async move {
        let mut session = Session::new(Cpu::new(Precision::Quantised), Rc::clone(&host));
        host.emit(Event::Started, None);
        while let Ok(incoming) = receiver.recv().await {
            serve(&mut session, incoming).await;
        }
    });
}

async fn serve(session: &mut Session<Cpu, Rc<WorkerHost>>, Incoming { command, bulk }: Incoming) {
    let attachment = match &command {
        Command::LoadModel { job, source } => match sources(source, &bulk).await {
            Ok(sources) => Attachment::Sources(sources),
            Err(error) => {
                let failure = engine::EngineError::from(error).to_failure();
                session.host().emit(Event::Failed { job: *job, failure }, None);
                return;
            }
        },
        Command::OpenImage { .. } => message::bytes(&bulk).map_or(Attachment::None, Attachment::Bytes),
        _ => Attachment::None,
    };
    session.handle(command, attachment).await;
}

async fn sources(source: &ModelSource, bulk: &[JsValue]) -> Result<Vec<WebSource>, engine::SourceError> {
    match source {
        ModelSource::Own { text_url, vision_url } => {
            Ok(vec![WebSource::from_url(text_url).await?, WebSource::from_url(vision_url).await?])
        }
        ModelSource::Files { .. } => Ok(bulk.iter().filter_map(WebSource::from_file).collect()),
    }
}
