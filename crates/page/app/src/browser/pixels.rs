use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

/// Gives a canvas the size of an image and its pixels.
pub(crate) fn draw(canvas: &HtmlCanvasElement, pixels: &ImageData) {
    canvas.set_width(pixels.width());
    canvas.set_height(pixels.height());
    let context =
        canvas.get_context("2d").ok().flatten().and_then(|it| it.dyn_into::<CanvasRenderingContext2d>().ok());
    if let Some(context) = context {
        // It fails only for pixels that are gone, and these are held by the caller.
        drop(context.put_image_data(pixels, 0.0, 0.0));
    }
}
