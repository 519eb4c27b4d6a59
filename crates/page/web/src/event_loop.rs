use gloo_timers::future::TimeoutFuture;
use wasm_bindgen::prelude::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::MessageChannel;

use crate::JsError;
use crate::promise::open_promise;

/// Lets the event loop run everything that waits. This posts a message: browsers delay a timer by four milliseconds, but not a
/// message.
///
/// # Errors
/// If the browser grants no channel.
pub async fn yield_to_event_loop() -> Result<(), JsError> {
    let channel = MessageChannel::new()?;
    let (near, far) = (channel.port1(), channel.port2());
    let (arrived, arrive) = open_promise();
    near.set_onmessage(Some(&arrive));
    far.post_message(&JsValue::NULL)?;
    JsFuture::from(arrived).await?;
    near.close();
    Ok(())
}

/// Returns after `secs` seconds, or after 24 days if that is sooner: browsers count no further.
pub async fn sleep(secs: f64) {
    let millis = (secs * 1000.0).min(f64::from(i32::MAX));
    TimeoutFuture::new(millis as u32).await;
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::pin::pin;
    use std::rc::Rc;
    use std::task::{Context, Poll, Waker};

    use wasm_bindgen::JsCast as _;
    use wasm_bindgen::prelude::Closure;
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test]
    async fn yielding_lets_messages_in() {
        let arrived = Rc::new(Cell::new(false));
        let flag = Rc::clone(&arrived);
        // A task of the event loop, not of this program: it cannot run before the loop has its turn.
        let channel = MessageChannel::new().unwrap();
        let on_message = Closure::<dyn FnMut()>::new(move || flag.set(true));
        channel.port1().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        channel.port2().post_message(&JsValue::NULL).unwrap();
        assert!(!arrived.get());
        yield_to_event_loop().await.unwrap();
        assert!(arrived.get(), "the event loop had no turn");
    }

    #[wasm_bindgen_test]
    async fn sleeping_takes_its_time() {
        let before_ms = js_sys::Date::now();
        sleep(0.05).await;
        let slept_ms = js_sys::Date::now() - before_ms;
        // Clocks and timers of browsers are rounded.
        assert!((40.0..10_000.0).contains(&slept_ms), "{slept_ms} ms");
        // A time beyond what a timer can count does not end at once.
        let mut for_ever = pin!(sleep(1e300));
        assert!(for_ever.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        sleep(0.01).await;
        assert_eq!(for_ever.poll(&mut Context::from_waker(Waker::noop())), Poll::Pending);
    }
}
