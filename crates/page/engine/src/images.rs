//! The images a person has opened, and how they were looked at. Nothing here is on a machine.

use std::collections::HashMap;
use std::rc::Rc;

use imaging::{Grid, PATCH_SIDE_PX, PixelBounds, RgbImage, smart_resize};
use model::prompt::PromptImage;
use protocol::{ImageId, ImageInfo, MAX_PREVIEW_SIDE_PX};

use crate::EngineError;

/// An image at one detail. A turn keeps the views it was asked about, so that they can be encoded again for another machine,
/// even where the image was closed since.
#[derive(Clone, Debug)]
pub(crate) struct View {
    pub(crate) pixels: Rc<RgbImage>,
    pub(crate) bounds: PixelBounds,
    /// Its place in a prompt. The key is the view's name.
    pub(crate) place: PromptImage,
}

impl View {
    pub(crate) fn key(&self) -> u64 {
        self.place.key
    }
}

#[derive(Debug)]
struct OpenImage {
    pixels: Rc<RgbImage>,
    latest: Option<View>,
}

/// All open images.
#[derive(Debug, Default)]
pub(crate) struct Images {
    by_id: HashMap<ImageId, OpenImage>,
    n_keys: u64,
}

impl Images {
    /// Decodes a file; the bytes are the RGBA values of its preview.
    pub(crate) fn open(
        &mut self,
        image: ImageId,
        name: &str,
        bytes: &[u8],
    ) -> Result<(ImageInfo, Vec<u8>), EngineError> {
        let decoded =
            imaging::decode(bytes).map_err(|error| EngineError::Image { name: name.to_owned(), error })?;
        let (preview_width_px, preview_height_px, rgba) =
            imaging::preview(&decoded.pixels, MAX_PREVIEW_SIDE_PX);
        let info = ImageInfo {
            image,
            width_px: decoded.pixels.width(),
            height_px: decoded.pixels.height(),
            format: decoded.format.to_owned(),
            preview_width_px,
            preview_height_px,
        };
        self.insert(image, decoded.pixels);
        Ok((info, rgba))
    }

    /// Takes in an image that needs no decoding.
    pub(crate) fn insert(&mut self, image: ImageId, pixels: RgbImage) {
        self.by_id.insert(image, OpenImage { pixels: Rc::new(pixels), latest: None });
    }

    pub(crate) fn close(&mut self, image: ImageId) {
        self.by_id.remove(&image);
    }

    /// The image within these bounds: the view of the last time where they are the same, else a new one.
    pub(crate) fn view(&mut self, image: ImageId, bounds: PixelBounds) -> Result<View, EngineError> {
        let opened = self.by_id.get_mut(&image).ok_or(EngineError::NoImage)?;
        if let Some(latest) = opened.latest.as_ref().filter(|view| view.bounds == bounds) {
            return Ok(latest.clone());
        }
        let (height, width) = smart_resize(opened.pixels.height(), opened.pixels.width(), bounds)?;
        let in_patches = |side_px: u32| side_px as usize / PATCH_SIDE_PX;
        self.n_keys += 1;
        let grid = Grid { height: in_patches(height), width: in_patches(width) };
        let place = PromptImage { key: self.n_keys, grid };
        let view = View { pixels: Rc::clone(&opened.pixels), bounds, place };
        opened.latest = Some(view.clone());
        Ok(view)
    }

    /// Whether an open image was last looked at so.
    pub(crate) fn has_view(&self, key: u64) -> bool {
        self.by_id.values().any(|opened| opened.latest.as_ref().is_some_and(|view| view.key() == key))
    }
}
