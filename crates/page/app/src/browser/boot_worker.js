// Starts the inference worker from a blob: address, so that it inherits the page's policy; a worker started from its
// own address would take its policy from response headers, which a static host does not send. `base` is put before
// this text by the page. Whatever ends the worker is told to the page as {died}.

// The worker's WebGPU library cannot ask for subgroups (gfx-rs/wgpu#10146), so they are asked for on its behalf where there
// are any.
const requestDevice = globalThis.GPUAdapter?.prototype.requestDevice;
if (requestDevice) {
  GPUAdapter.prototype.requestDevice = function (descriptor = {}) {
    const more = this.features.has("subgroups") ? ["subgroups"] : [];
    const requiredFeatures = [...(descriptor.requiredFeatures ?? []), ...more];
    return requestDevice.call(this, { ...descriptor, requiredFeatures });
  };
  globalThis.asksForSubgroups = true;
}

const tell = (why) => postMessage({ died: String((why && why.message) || why) });
addEventListener("unhandledrejection", (event) => tell(event.reason));
try {
  const { default: init } = await import(base + "worker.js");
  await init({ module_or_path: base + "worker_bg.wasm" });
} catch (why) {
  tell(why);
}
