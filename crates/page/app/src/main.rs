//! The page's entry point; Trunk builds it for wasm32.

#[cfg(target_arch = "wasm32")]
fn main() {
    app::mount();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("The page runs in a browser: build and serve it with `cargo xtask serve`.");
}
