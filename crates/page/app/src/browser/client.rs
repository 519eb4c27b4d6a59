//! The typed client of the inference worker: commands with their bulk go out, events with theirs come in.

use std::rc::Rc;

use gloo::events::EventListener;
use js_sys::{Array, Object, Reflect};
use protocol::{Command, Event};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, ErrorEvent, MessageEvent, Url, Worker, WorkerOptions, WorkerType};

/// What the worker said.
pub(crate) enum FromWorker {
    /// An event and what travelled beside it.
    Event(Event, Array),
    /// It ended by itself.
    Died(String),
}

/// What travels beside a command.
pub(crate) enum Bulk {
    /// A buffer, which is given away.
    Buffer(js_sys::ArrayBuffer),
    /// Handles of files on disk, which are copied; their contents are not.
    Files(Vec<web_sys::File>),
}

/// A running worker. It ends when this is dropped.
pub(crate) struct Client {
    worker: Worker,
    address: String,
    started: bool,
    held: Vec<(Command, Bulk)>,
    _listeners: [EventListener; 2],
}

const BOOT: &str = include_str!("boot_worker.js");

impl Client {
    /// Starts a worker whose script lies at `base`.
    pub(crate) fn start(base: &str, on: impl Fn(FromWorker) + 'static) -> Result<Self, JsValue> {
        let source =
            Array::of1(&format!("const base = {};\n{BOOT}", js_sys::JSON::stringify(&base.into())?).into());
        let kind = BlobPropertyBag::new();
        kind.set_type("text/javascript");
        let blob = Blob::new_with_str_sequence_and_options(&source, &kind)?;
        let address = Url::create_object_url_with_blob(&blob)?;
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        options.set_name("inference");
        let worker = Worker::new_with_options(&address, &options)?;

        let on = Rc::new(on);
        let messages = EventListener::new(&worker, "message", {
            let on = Rc::clone(&on);
            move |event| on(read(event))
        });
        let errors = EventListener::new(&worker, "error", move |event| {
            let why = event.dyn_ref::<ErrorEvent>().map(ErrorEvent::message).unwrap_or_default();
            on(FromWorker::Died(if why.is_empty() { "its code could not be loaded".into() } else { why }));
        });
        Ok(Self { worker, address, started: false, held: Vec::new(), _listeners: [messages, errors] })
    }

    /// Tells the worker, at once or as soon as it has started.
    pub(crate) fn send(&mut self, command: Command, bulk: Bulk) -> Result<(), JsValue> {
        if !self.started {
            self.held.push((command, bulk));
            return Ok(());
        }
        let beside = Array::new();
        let transfer = Array::new();
        match bulk {
            Bulk::Buffer(buffer) => {
                beside.push(&buffer);
                transfer.push(&buffer);
            }
            Bulk::Files(files) => files.iter().for_each(|file| {
                beside.push(file);
            }),
        }
        let message = Object::new();
        Reflect::set(&message, &"command".into(), &serde_wasm_bindgen::to_value(&command)?)?;
        Reflect::set(&message, &"bulk".into(), &beside)?;
        self.worker.post_message_with_transfer(&message, &transfer)
    }

    /// The worker has started: tells it what was held back.
    pub(crate) fn release(&mut self) -> Result<(), JsValue> {
        self.started = true;
        std::mem::take(&mut self.held).into_iter().try_for_each(|(command, bulk)| self.send(command, bulk))
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.worker.terminate();
        // An address that cannot be revoked costs a few hundred bytes; there is nothing to do about it.
        drop(Url::revoke_object_url(&self.address));
    }
}

fn read(event: &web_sys::Event) -> FromWorker {
    let data = event.dyn_ref::<MessageEvent>().map(MessageEvent::data).unwrap_or_default();
    let field = |name: &str| Reflect::get(&data, &name.into()).unwrap_or_default();
    if let Some(why) = field("died").as_string() {
        return FromWorker::Died(why);
    }
    match serde_wasm_bindgen::from_value(field("event")) {
        Ok(event) => FromWorker::Event(event, field("bulk").dyn_into().unwrap_or_default()),
        Err(error) => FromWorker::Died(format!("it sent something this page does not understand ({error})")),
    }
}
