//! Orders in, reports out.

use std::rc::Rc;

use download::{Keeper, Order, Report, Settings};
use js_sys::JSON;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::{Closure, JsValue};
use web_sys::{MessageEvent, MessagePort};

use crate::judge::judge;
use crate::locks::WebLocks;
use crate::network::WebNetwork;
use crate::shelf::WebShelf;

/// Takes orders from a port until the worker ends. Orders run side by side, so that a stop takes effect at once.
pub(crate) fn serve(port: &MessagePort) {
    let reports = port.clone();
    let keeper = Rc::new(Keeper::with_settings(
        WebNetwork,
        WebShelf,
        WebLocks,
        move |report: Report| post(&reports, &report),
        Settings { judge, ..Settings::default() },
    ));
    let refusals = port.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
        match read(&message) {
            Ok(order) => {
                let keeper = Rc::clone(&keeper);
                wasm_bindgen_futures::spawn_local(async move { keeper.obey(order).await });
            }
            Err(why) => post(&refusals, &Report::Refused { why }),
        };
    });
    post(port, &Report::Started);
    // This also delivers what was posted in the meantime.
    port.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
}

/// Reads a message as an order. It goes through JSON, which cannot carry buffers or handles, and an unknown field is an error: nothing
/// enters that an order has no field for.
fn read(message: &MessageEvent) -> Result<Order, String> {
    if message.ports().length() > 0 {
        return Err("a port came with the message; expected an order and nothing else".into());
    }
    parse(&message.data())
}

/// As [`read`], for a message's data.
pub(crate) fn parse(data: &JsValue) -> Result<Order, String> {
    let json = JSON::stringify(data).ok().and_then(|json| JsValue::from(json).as_string());
    let json = json.ok_or("the message has no form in JSON; expected an order")?;
    serde_json::from_str(&json).map_err(|error| format!("the message is not an order: {error}"))
}

fn post(port: &MessagePort, report: &Report) {
    let posted = serde_wasm_bindgen::to_value(report)
        .map_err(JsValue::from)
        .and_then(|message| port.post_message(&message));
    if let Err(error) = posted {
        web_sys::console::error_2(&"a report could not be posted:".into(), &error);
    }
}
