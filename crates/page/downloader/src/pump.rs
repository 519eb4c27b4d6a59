//! Orders in, reports out.

use std::rc::Rc;

use download::{Keeper, Order, Report, Settings};
use js_sys::JSON;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::{Closure, JsValue};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent, MessagePort};

use crate::judge::judge;
use crate::locks::WebLocks;
use crate::network::WebNetwork;
use crate::shelf::WebShelf;

/// Takes orders from a port until the worker ends. Each runs beside the others, so that a stop is taken at once.
pub(crate) fn serve(scope: &DedicatedWorkerGlobalScope, port: &MessagePort) {
    let navigator = scope.navigator();
    let network = WebNetwork::new(scope.clone());
    let told = port.clone();
    let keeper = Rc::new(Keeper::with_settings(
        network,
        WebShelf::new(navigator.storage()),
        WebLocks::new(navigator.into()),
        move |report: Report| tell(&told, &report),
        Settings { judge, ..Settings::default() },
    ));
    let asked = port.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
        match read(&message) {
            Ok(order) => {
                let keeper = Rc::clone(&keeper);
                wasm_bindgen_futures::spawn_local(async move { keeper.obey(order).await });
            }
            Err(why) => tell(&asked, &Report::Refused { why }),
        };
    });
    tell(port, &Report::Started);
    // Also lets in what was posted meanwhile.
    port.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
}

/// The order that a message is. It goes through JSON, which has no room for buffers and handles and knows no field too many: what an
/// order does not have is not let in beside it.
fn read(message: &MessageEvent) -> Result<Order, String> {
    if message.ports().length() > 0 {
        return Err("a port came with the message; expected an order and nothing beside it".into());
    }
    parse(&message.data())
}

/// As [`read`], of what a message holds.
pub(crate) fn parse(data: &JsValue) -> Result<Order, String> {
    let json = JSON::stringify(data).ok().and_then(|json| JsValue::from(json).as_string());
    let json = json.ok_or("the message has no form in JSON; expected an order")?;
    serde_json::from_str(&json).map_err(|error| format!("the message is no order: {error}"))
}

fn tell(port: &MessagePort, report: &Report) {
    let posted = serde_wasm_bindgen::to_value(report)
        .map_err(JsValue::from)
        .and_then(|message| port.post_message(&message));
    if let Err(error) = posted {
        web_sys::console::error_2(&"a report could not be posted:".into(), &error);
    }
}
