// Runs in every process that has pages.
const system = Cc["@mozilla.org/systemprincipal;1"].createInstance(Ci.nsIPrincipal);

// The origin of a message of a page or its workers is a window's number; the browser's own modules give their names.
const isOfPage = ({ innerID }) => /^\d+$/.test(String(innerID));
const words = (values) => Array.from(values ?? [], (value) => String(value)).join(" ");
Cc["@mozilla.org/consoleAPI-storage;1"].getService(Ci.nsIConsoleAPIStorage).addLogEventListener((event) => {
  const message = event.wrappedJSObject;
  const kind = message.level === "error" || message.level === "assert" ? "error" : message.level;
  const text = `${words(message.arguments)} (${message.filename}:${message.lineNumber})`;
  sendAsyncMessage("spec:logged", { kind, ofBrowser: !isOfPage(message), category: "console", text });
}, system);

// A debugger runs a script in a page before the page's own, whatever its policy says.
const { addDebuggerToGlobal } = ChromeUtils.importESModule("resource://gre/modules/jsdebugger.sys.mjs");
const sandbox = Cu.Sandbox(system, { freshCompartment: true });
addDebuggerToGlobal(sandbox);
const inside = new sandbox.Debugger();
Services.obs.addObserver((window) => {
  for (const script of Services.cpmm.sharedData.get("spec:scripts") ?? []) {
    inside.makeGlobalObjectReference(window).executeInGlobal(script);
  }
}, "content-document-global-created");
