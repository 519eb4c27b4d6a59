// Tries every way out to another origin that this context has, and says for each how it ended and whether the policy
// refused it. Runs in a page and in a worker. Each attempt asks for a path of its own, so that the other server can
// tell which arrived.
async function probe(other) {
  const refusedPaths = new Set();
  globalThis.addEventListener("securitypolicyviolation", (event) => {
    const path = /\/probe-[a-z-]+/.exec(event.blockedURI);
    if (path) refusedPaths.add(path[0]);
    // Of a frame's address the browser reports only the origin.
    if (event.effectiveDirective === "frame-src" && event.blockedURI.startsWith(other)) refusedPaths.add("/probe-frame");
  });
  const socket = other.replace(/^http/, "ws");
  const event = (target, ends, fails) =>
    new Promise((end, fail) => {
      target.addEventListener(ends, end);
      target.addEventListener(fails, () => fail(new Error(`${fails} event`)));
    });
  const insert = (name, properties) => {
    const element = Object.assign(document.createElement(name), properties);
    const ended = event(element, "load", "error");
    document.body.append(element);
    return ended;
  };
  const anywhere = {
    fetch: (url) => fetch(url),
    "fetch-no-cors": (url) => fetch(url, { mode: "no-cors", method: "POST", body: "x" }),
    xhr: (url) => {
      const request = new XMLHttpRequest();
      request.open("GET", url);
      const ended = event(request, "load", "error");
      request.send();
      return ended;
    },
    websocket: (url) => event(new WebSocket(url.replace(other, socket)), "open", "error"),
    eventsource: (url) => event(new EventSource(url), "open", "error"),
    import: (url) => import(url),
  };
  const inPage = {
    beacon: async (url) => navigator.sendBeacon(url, "x"),
    image: (url) => event(Object.assign(new Image(), { src: url }), "load", "error"),
    script: (url) => insert("script", { src: url }),
    stylesheet: (url) => insert("link", { rel: "stylesheet", href: url }),
    frame: (url) => insert("iframe", { src: url }),
    media: (url) => event(Object.assign(new Audio(), { src: url }), "canplay", "error"),
    font: (url) => new FontFace("probe", `url(${url})`).load(),
  };
  const attempts = typeof document === "undefined" ? anywhere : { ...anywhere, ...inPage };
  const results = [];
  for (const [name, attempt] of Object.entries(attempts)) {
    const path = `/probe-${name}`;
    const patience = new Promise((end) => setTimeout(end, 1500, "no answer"));
    let outcome;
    try {
      outcome = (await Promise.race([attempt(other + path), patience])) === "no answer" ? "no answer" : "went through";
    } catch (error) {
      outcome = String(error);
    }
    // A separate task reports the violation.
    await new Promise((end) => setTimeout(end, 50));
    results.push({ name, outcome, refused: refusedPaths.has(path) });
  }
  return results;
}
