//! The typed client of the frame that reaches the network: orders go out, reports come in, and nothing travels beside them.

use std::rc::Rc;

use download::{Order, Report};
use gloo::events::EventListener;
use js_sys::{Array, Object, Reflect};
use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlIFrameElement, MessageChannel, MessageEvent, MessagePort};

/// What the frame said.
pub(crate) enum FromFrame {
    /// A report.
    Report(Report),
    /// It ended by itself.
    Died(String),
}

/// The frame with its worker. Both end when this is dropped.
pub(crate) struct Downloads {
    frame: HtmlIFrameElement,
    port: MessagePort,
    _listeners: [EventListener; 3],
}

impl Downloads {
    /// Puts the frame into the page and gives it one end of a channel.
    pub(crate) fn start(on: impl Fn(FromFrame) + 'static) -> Result<Self, JsValue> {
        let frame: HtmlIFrameElement = document().create_element("iframe")?.dyn_into()?;
        frame.set_id("downloads");
        for (name, value) in [
            ("sandbox", "allow-scripts allow-same-origin"),
            ("title", "Downloads"),
            ("hidden", ""),
            ("src", "download.html"),
        ] {
            frame.set_attribute(name, value)?;
        }
        let channel = MessageChannel::new()?;
        let (port, far) = (channel.port1(), channel.port2());
        let on = Rc::new(on);

        let loaded = EventListener::once(&frame, "load", {
            let (frame, on) = (frame.clone(), Rc::clone(&on));
            move |_| {
                if hand_over(&frame, &far).is_err() {
                    on(FromFrame::Died("it could not be reached".into()));
                }
            }
        });
        let reports = EventListener::new(&port, "message", {
            let on = Rc::clone(&on);
            move |event| on(read(event))
        });
        // Its death is the frame's own to tell: its worker is gone with the port.
        let deaths = EventListener::new(&window(), "message", {
            let frame = frame.clone();
            move |event| {
                let Some(message) = event.dyn_ref::<MessageEvent>() else { return };
                let is_its = message.source().is_some_and(|from| {
                    frame.content_window().is_some_and(|its| JsValue::from(its) == JsValue::from(from))
                });
                let why = Reflect::get(&message.data(), &"died".into()).ok().and_then(|why| why.as_string());
                if let (true, Some(why)) =
                    (is_its && Ok(message.origin()) == window().location().origin(), why)
                {
                    on(FromFrame::Died(why));
                }
            }
        });
        port.start();
        if let Some(body) = document().body() {
            body.append_child(&frame)?;
        }
        Ok(Self { frame, port, _listeners: [loaded, reports, deaths] })
    }

    /// Gives an order; it waits until the frame listens.
    pub(crate) fn send(&self, order: &Order) -> Result<(), JsValue> {
        self.port.post_message(&serde_wasm_bindgen::to_value(order)?)
    }
}

impl Drop for Downloads {
    fn drop(&mut self) {
        self.port.close();
        self.frame.remove();
    }
}

fn hand_over(frame: &HtmlIFrameElement, far: &MessagePort) -> Result<(), JsValue> {
    let message = Object::new();
    Reflect::set(&message, &"port".into(), far)?;
    let its = frame.content_window().ok_or("there is no window")?;
    its.post_message_with_transfer(&message, &window().location().origin()?, &Array::of1(far))
}

fn read(event: &web_sys::Event) -> FromFrame {
    let data = event.dyn_ref::<MessageEvent>().map(MessageEvent::data).unwrap_or_default();
    match serde_wasm_bindgen::from_value(data) {
        Ok(report) => FromFrame::Report(report),
        Err(error) => FromFrame::Died(format!("it sent something this page does not understand ({error})")),
    }
}
