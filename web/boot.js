// Starts the page's program. It is a file because the policy allows no inline script.

// The only way out that the policy cannot close: browsers do not know its `webrtc` directive (and log an error about it). So the page
// deletes the interface before anything else runs. Workers do not have it.
delete globalThis.RTCPeerConnection;
delete globalThis.webkitRTCPeerConnection;

try {
  const { default: init } = await import("./app.js");
  await init({ module_or_path: new URL("app_bg.wasm", import.meta.url) });
} catch (why) {
  const line = document.getElementById("starting");
  if (line) {
    line.setAttribute("role", "alert");
    line.textContent = `The page could not start: ${why.message || why}. Use a current browser with WebAssembly, then load the page again.`;
  }
  throw why;
}
