// Starts the page's program. It lies in a file of its own because the policy allows no inline script.
import init from "./app.js";

try {
  await init({ module_or_path: new URL("app_bg.wasm", import.meta.url) });
} catch (why) {
  const line = document.getElementById("starting");
  if (line) {
    line.setAttribute("role", "alert");
    line.textContent = `The page could not start: ${why.message || why}. Use a current browser with WebAssembly, then load the page again.`;
  }
  throw why;
}
