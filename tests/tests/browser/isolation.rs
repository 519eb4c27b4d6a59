//! The context that sees an image cannot reach the network, and the one that reaches the network never gets an image. Tried from
//! both sides, on a host that sends no headers. `policy.rs` has what the page and its worker cannot do.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use tests::browser::{AskPage, BrowserKind, ModelsPage};

use crate::examples::ask_first_example;
use crate::weights::{TEXT, fetch, host, spec_with};

/// Opens a second frame for downloads and talks to it as the page does to its own.
const OPEN_FRAME: &str = "
    const frame = Object.assign(document.createElement('iframe'), { src: 'download.html', hidden: true });
    await new Promise((loaded) => { frame.onload = loaded; document.body.append(frame); });
    const { port1, port2 } = new MessageChannel();
    const said = [];
    port1.onmessage = ({ data }) => said.push(data);
    frame.contentWindow.postMessage({ port: port2 }, location.origin, [port2]);
    const until = async (is) => {
      for (let i = 0; i < 600; i += 1) {
        const found = said.find(is);
        if (found) { said.splice(said.indexOf(found), 1); return found; }
        await new Promise((later) => setTimeout(later, 100));
      }
      throw new Error(`waited in vain; it said ${JSON.stringify(said)}`);
    };
    await until((report) => report === 'Started');";

/// Messages that are not orders, each with something that a careless page might send.
const NO_ORDERS: &str = "
    const image = new ImageData(2, 2);
    const messages = [
      image, image.data.buffer, new Blob(['an image']), 'a question', [1, 2, 3], null,
      { Ask: { job: 1, question: { text: 'What is shown?', images: [1] }, settings: null } },
      { Inventory: { id: 1, image } }, { Inventory: { id: 1 }, image },
      { Fetch: { id: 1, wish: { title: 'x', entry: null, files: [], answer: 'B' } } },
      { Note: 'B' },
    ];";

#[test]
fn the_downloader_takes_orders_and_nothing_else() -> Result<()> {
    for kind in BrowserKind::EACH_PROGRAM {
        let host = host()?;
        spec_with(kind, "orders-alone", &host, async |ground| {
            let page = ModelsPage::open(ground).await?;
            let before = page.store().await?;
            let script = format!(
                "{OPEN_FRAME} {NO_ORDERS}
                 for (const message of messages) {{
                   port1.postMessage(message);
                   await until((report) => report.Refused);
                 }}
                 // It is still there and does its work: it sends a request to the host that an order names.
                 const file = {{ name: 'a.gguf', mirrors: [arguments[0]], n_bytes: null, sha256: null }};
                 port1.postMessage({{ Look: {{ id: 7, files: [file] }} }});
                 const looked = await until((report) => report.Looked || report.Failed);
                 frame.remove();
                 return [messages.length, looked, said];"
            );
            let result = ground.browser.run_async(&script, &[json!(host.url(TEXT))]).await?;
            ensure!(result[0] == json!(11), "{result}");
            let n_bytes = &result[1]["Looked"]["files"][0]["n_bytes"];
            ensure!(n_bytes.as_u64() == Some(crate::weights::n_bytes(TEXT)?), "{result}");
            ensure!(result[2] == json!([]), "it said more: {result}");
            ensure!(page.store().await? == before, "something was kept");
            Ok(())
        })?;
    }
    Ok(())
}

#[test]
fn the_frame_of_the_downloads_has_no_way_out_for_the_page_to_borrow() -> Result<()> {
    for kind in BrowserKind::EACH_PROGRAM {
        let host = host()?;
        spec_with(kind, "no-borrowing", &host, async |ground| {
            ModelsPage::open(ground).await?;
            let script = "
                const there = document.querySelector('iframe#downloads').contentWindow;
                const ways = ['fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource', 'WebTransport', 'Worker',
                  'SharedWorker', 'RTCPeerConnection', 'webkitRTCPeerConnection'];
                const left = ways.filter((way) => there[way] !== undefined);
                if (there.navigator.sendBeacon) left.push('sendBeacon');
                // The policy of that document refuses what elements would load.
                const image = there.document.createElement('img');
                const ended = new Promise((end) => { image.onload = () => end('loaded'); image.onerror = () => end('refused'); });
                image.src = `${arguments[0]}/probe-image`;
                if (await ended !== 'refused') left.push('img');
                return left;";
            let left = ground.browser.run_async(script, &[json!(host.origin())]).await?;
            ensure!(left == json!([]), "left are {left}");
            ensure!(host.sent().is_empty(), "the host was asked: {:?}", host.sent());
            Ok(())
        })?;
    }
    Ok(())
}

/// Records everything that a page sends through a port.
const RECORD_PORTS: &str = "
    if (self === top) {
      window.specSent = [];
      const { postMessage } = MessagePort.prototype;
      MessagePort.prototype.postMessage = function (message, ...rest) {
        window.specSent.push({ kind: message?.constructor?.name, text: JSON.stringify(message), n_beside: rest[0]?.length ?? 0 });
        return postMessage.call(this, message, ...rest);
      };
    }";

#[test]
fn what_the_page_tells_the_downloader_holds_no_image_no_question_and_no_answer() -> Result<()> {
    let host = host()?;
    spec_with(BrowserKind::ChromiumWithoutWebGpu, "orders-hold-nothing", &host, async |ground| {
        ground.browser.before_every_document(RECORD_PORTS).await?;
        let page = ModelsPage::open(ground).await?;
        page.press("#view-ask").await?;
        ask_first_example(page.page()).await?;
        page.press("#view-models").await?;
        fetch(&page, &host).await?;
        page.wait_until_stored(1).await?;
        page.open_stored().await?;
        page.press("#view-ask").await?;
        ask_first_example(page.page()).await?;
        page.press("#view-models").await?;
        page.delete_all().await?;
        let sent = ground.browser.run("return window.specSent", &[]).await?;
        let sent = sent.as_array().cloned().unwrap_or_default();
        ensure!(sent.len() >= 4, "only {sent:#?} was seen");
        sent.iter().try_for_each(ensure_order)
    })
}

/// Checks that a message is one of the orders, and small.
fn ensure_order(sent: &Value) -> Result<()> {
    const ORDERS: [&str; 8] = ["List", "Look", "Fetch", "Stop", "Check", "Inventory", "Delete", "Used"];
    let text = sent["text"].as_str().unwrap_or_default();
    let is_order = ORDERS.iter().any(|order| text.starts_with(&format!("{{\"{order}\":")));
    let is_plain = sent["kind"] == json!("Object") && sent["n_beside"] == json!(0);
    ensure!(is_order && is_plain && text.len() < 2000, "no order: {sent}");
    let told = ["question", "answer", "image", "Options"].iter().find(|word| text.contains(**word));
    ensure!(told.is_none(), "an order holds {told:?}: {text}");
    Ok(())
}

#[test]
fn a_message_that_holds_more_than_an_order_is_found() {
    let sent = |text: &str, n_beside: u32| json!({ "kind": "Object", "text": text, "n_beside": n_beside });
    assert!(ensure_order(&sent(r#"{"Inventory":{"id":1}}"#, 0)).is_ok());
    for wrong in [
        sent(r#"{"Inventory":{"id":1}}"#, 1),
        sent(r#"{"Ask":{"id":1}}"#, 0),
        sent(r#"{"Fetch":{"id":1,"answer":"B"}}"#, 0),
        sent(&format!(r#"{{"Look":{{"x":"{}"}}}}"#, "a".repeat(3000)), 0),
    ] {
        assert!(ensure_order(&wrong).is_err(), "{wrong} was let pass");
    }
}

#[test]
fn the_page_has_no_frame_of_another_origin() -> Result<()> {
    let host = host()?;
    spec_with(BrowserKind::ChromiumWithoutWebGpu, "own-frames", &host, async |ground| {
        let page = AskPage::open_and_wait_until_ready(ground).await?;
        page.until("the frame is there", async || {
            Ok(ground.browser.run("return frames.length", &[]).await? == json!(1))
        })
        .await?;
        let sources = ground
            .browser
            .run("return [...document.querySelectorAll('iframe')].map((f) => f.src)", &[])
            .await?;
        ensure!(sources == json!([format!("{}/download.html", ground.origin())]), "{sources}");
        Ok(())
    })
}
