// Runs in the browser's own window, before any page is opened. Records every message of every console and every
// request over HTTP (WebSockets begin as one), with its origin. A request that a policy refused is never sent.
const watch = (window.specWatch = { messages: [], requests: [] });

// Errors that were thrown, refusals of the policy, and the browser's own messages about a page.
watch.errors = {
  QueryInterface: ChromeUtils.generateQI(["nsIConsoleListener"]),
  observe(message) {
    if (!(message instanceof Ci.nsIScriptError)) return;
    const isError = !(message.flags & (Ci.nsIScriptError.warningFlag | Ci.nsIScriptError.infoFlag));
    watch.messages.push({
      kind: isError ? "error" : "warning",
      ofBrowser: message.isFromChromeContext || /^chrome|^system|^XPConnect/.test(message.category),
      category: message.category,
      text: `${message.errorMessage} (${message.sourceName}:${message.lineNumber})`,
    });
  },
};
Services.console.registerListener(watch.errors);

const who = (channel) => {
  const { triggeringPrincipal } = channel.loadInfo;
  return triggeringPrincipal.isSystemPrincipal ? "browser" : triggeringPrincipal.originNoSuffix;
};
watch.channels = {
  observe(subject, topic) {
    const channel = subject.QueryInterface(Ci.nsIHttpChannel);
    const url = channel.URI.spec;
    if (topic === "http-on-opening-request") {
      watch.requests.push({ url, by: who(channel) });
    } else if (channel.responseStatus >= 400) {
      const text = `Failed to load ${url}: the server answered ${channel.responseStatus}`;
      watch.messages.push({ kind: "error", ofBrowser: who(channel) === "browser", category: "response", text });
    }
  },
};
Services.obs.addObserver(watch.channels, "http-on-opening-request");
Services.obs.addObserver(watch.channels, "http-on-examine-response");

// Messages that pages and their workers log stay in their own processes until they are sent here.
Services.ppmm.addMessageListener("spec:logged", ({ data }) => watch.messages.push(data));
Services.ppmm.loadProcessScript(`data:text/javascript,${encodeURIComponent(arguments[0])}`, true);

watch.beforeEveryDocument = (script) => {
  Services.ppmm.sharedData.set("spec:scripts", [...(Services.ppmm.sharedData.get("spec:scripts") ?? []), script]);
  Services.ppmm.sharedData.flush();
};
