//! The images a person has opened, and what the vision tower made of them.

use std::collections::HashMap;

use imaging::{Grid, PATCH_SIDE_PX, PixelBounds, RgbImage, smart_resize};
use model::backend::Backend;
use model::prompt::PromptImage;
use protocol::{ImageId, ImageInfo, MAX_PREVIEW_SIDE_PX};

use crate::EngineError;

/// An image as the vision tower sees it.
#[derive(Debug)]
pub(crate) struct Encoded<B: Backend> {
    pub(crate) place: PromptImage,
    /// `(visual tokens, n_embd)`
    pub(crate) vectors: B::Tensor,
}

impl<B: Backend> Clone for Encoded<B> {
    fn clone(&self) -> Self {
        Self { place: self.place, vectors: self.vectors.clone() }
    }
}

#[derive(Debug)]
struct Opened<B: Backend> {
    pixels: RgbImage,
    /// The latest encoding and the bounds it was made with.
    encoded: Option<(PixelBounds, Encoded<B>)>,
}

impl<B: Backend> Opened<B> {
    fn encoded(&self, bounds: PixelBounds) -> Option<&Encoded<B>> {
        self.encoded.as_ref().filter(|(made_with, _)| *made_with == bounds).map(|(_, encoded)| encoded)
    }
}

/// All open images.
#[derive(Debug)]
pub(crate) struct Images<B: Backend> {
    by_id: HashMap<ImageId, Opened<B>>,
    n_keys: u64,
}

impl<B: Backend> Default for Images<B> {
    fn default() -> Self {
        Self { by_id: HashMap::new(), n_keys: 0 }
    }
}

impl<B: Backend> Images<B> {
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
        self.by_id.insert(image, Opened { pixels, encoded: None });
    }

    pub(crate) fn close(&mut self, image: ImageId) {
        self.by_id.remove(&image);
    }

    /// Another model sees images with other eyes.
    pub(crate) fn forget_encodings(&mut self) {
        self.by_id.values_mut().for_each(|opened| opened.encoded = None);
    }

    /// The place that an image takes in a prompt. Its key is new unless the image was encoded within these bounds before.
    pub(crate) fn place(&mut self, image: ImageId, bounds: PixelBounds) -> Result<PromptImage, EngineError> {
        let opened = self.by_id.get(&image).ok_or(EngineError::NoImage)?;
        if let Some(encoded) = opened.encoded(bounds) {
            return Ok(encoded.place);
        }
        let (height, width) = smart_resize(opened.pixels.height(), opened.pixels.width(), bounds)?;
        let in_patches = |side_px: u32| side_px as usize / PATCH_SIDE_PX;
        self.n_keys += 1;
        Ok(PromptImage {
            key: self.n_keys,
            grid: Grid { height: in_patches(height), width: in_patches(width) },
        })
    }

    /// What the tower made of the image within these bounds, if it has looked.
    pub(crate) fn vectors(&self, image: ImageId, bounds: PixelBounds) -> Option<B::Tensor> {
        self.by_id.get(&image)?.encoded(bounds).map(|encoded| encoded.vectors.clone())
    }

    pub(crate) fn pixels(&self, image: ImageId) -> Result<&RgbImage, EngineError> {
        Ok(&self.by_id.get(&image).ok_or(EngineError::NoImage)?.pixels)
    }

    /// Keeps an encoding for the next question.
    pub(crate) fn keep(&mut self, image: ImageId, bounds: PixelBounds, encoded: Encoded<B>) {
        if let Some(opened) = self.by_id.get_mut(&image) {
            opened.encoded = Some((bounds, encoded));
        }
    }
}
