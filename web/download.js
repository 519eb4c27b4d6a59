// Starts the downloader in a worker of this frame and gives it the one port that the page sends. Then it gives up every way out that
// the frame itself has: the page has the same origin and could otherwise reach the network through the frame.
//
// The page posts {port} once, with the port transferred. If the worker ends, the page gets {died} with the reason.

const parent = globalThis.parent;
const own = {
  Worker: globalThis.Worker,
  addressOf: URL.createObjectURL.bind(URL),
};

// Before anything else runs, and so before the page learns that the frame has loaded. An interface that cannot be deleted is covered
// by a value that does nothing.
const give_up = (object, names) => {
  for (const name of names) {
    if (!object || !(name in object)) continue;
    try { delete object[name]; } catch { /* covered below */ }
    if (name in object) Object.defineProperty(object, name, { value: undefined });
  }
};
give_up(globalThis, [
  "fetch", "fetchLater", "XMLHttpRequest", "WebSocket", "WebSocketStream", "EventSource", "WebTransport",
  "RTCPeerConnection", "webkitRTCPeerConnection", "Worker", "SharedWorker", "caches", "open",
]);
give_up(globalThis.Navigator?.prototype, ["sendBeacon", "serviceWorker"]);
give_up(globalThis.Cache?.prototype, ["add", "addAll"]);
give_up(globalThis.ServiceWorkerContainer?.prototype, ["register"]);
// A worker takes its policy from the document that made its blob: address. This document's policy is for one worker only.
give_up(URL, ["createObjectURL"]);

const tell = (why) => parent.postMessage({ died: String((why && why.message) || why) }, location.origin);

// From a blob: address, so that the worker inherits this document's policy even if a host sends no headers.
const boot = `
const tell = (why) => postMessage({ died: String((why && why.message) || why) });
addEventListener("unhandledrejection", (event) => tell(event.reason));
try {
  const { default: init } = await import(base + "downloader.js");
  await init({ module_or_path: base + "downloader_bg.wasm" });
  postMessage({ ready: true });
} catch (why) {
  tell(why);
}`;

let worker = null;
const end = (why) => {
  // Its locks go with it, and another tab can go on.
  worker?.terminate();
  tell(why);
};

try {
  const base = new URL(".", location.href).href;
  const source = new Blob([`const base = ${JSON.stringify(base)};${boot}`], { type: "text/javascript" });
  worker = new own.Worker(own.addressOf(source), { type: "module", name: "downloader" });
} catch (why) {
  end(why);
}

const port = new Promise((resolve) => {
  const take = ({ origin, source, data, ports }) => {
    if (origin !== location.origin || source !== parent || !(data?.port instanceof MessagePort)) return;
    if (ports.length !== 1 || ports[0] !== data.port) return;
    removeEventListener("message", take);
    resolve(data.port);
  };
  addEventListener("message", take);
});

if (worker) {
  worker.addEventListener("error", (event) => end(event.message || "its code could not be loaded"));
  worker.addEventListener("message", async ({ data }) => {
    if (data?.died !== undefined) return end(data.died);
    // Its program runs and listens: a port handed over earlier could be lost.
    if (data?.ready === true) {
      const handed = await port;
      worker.postMessage({ port: handed }, [handed]);
    }
  });
}
