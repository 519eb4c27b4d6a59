//! The images a person has opened, and what the vision tower made of them.

use std::collections::HashMap;

use imaging::{PixelBounds, RgbImage, preprocess};
use model::backend::Backend;
use model::prompt::PromptImage;
use protocol::{ImageId, ImageInfo, JobId, Stage};

use crate::answer::{Interrupted, Progress};
use crate::{EngineError, Host, LoadedModel};

/// Longer side of the picture that goes back to the page.
const PREVIEW_SIDE_PX: u32 = 1024;

/// An image as the vision tower sees it.
#[derive(Debug)]
pub(crate) struct Encoded<B: Backend> {
    pub(crate) prompt: PromptImage,
    /// `(visual tokens, n_embd)`
    pub(crate) vectors: B::Tensor,
}

impl<B: Backend> Clone for Encoded<B> {
    fn clone(&self) -> Self {
        Self { prompt: self.prompt, vectors: self.vectors.clone() }
    }
}

#[derive(Debug)]
struct Opened<B: Backend> {
    pixels: RgbImage,
    /// The latest encoding and the bounds it was made with.
    encoded: Option<(PixelBounds, Encoded<B>)>,
}

/// All open images.
#[derive(Debug)]
pub(crate) struct Images<B: Backend> {
    by_id: HashMap<ImageId, Opened<B>>,
    n_encodings: u64,
}

impl<B: Backend> Default for Images<B> {
    fn default() -> Self {
        Self { by_id: HashMap::new(), n_encodings: 0 }
    }
}

impl<B: Backend> Images<B> {
    /// Decodes a file; the bytes are the RGBA values of its preview.
    pub(crate) fn open(&mut self, image: ImageId, name: &str, bytes: &[u8]) -> Result<(ImageInfo, Vec<u8>), EngineError> {
        let decoded = imaging::decode(bytes).map_err(|error| EngineError::Image { name: name.to_owned(), error })?;
        let (preview_width_px, preview_height_px, rgba) = imaging::preview(&decoded.pixels, PREVIEW_SIDE_PX);
        let info = ImageInfo {
            image,
            width_px: decoded.pixels.width(),
            height_px: decoded.pixels.height(),
            format: decoded.format.to_owned(),
            preview_width_px,
            preview_height_px,
        };
        self.by_id.insert(image, Opened { pixels: decoded.pixels, encoded: None });
        Ok((info, rgba))
    }

    pub(crate) fn close(&mut self, image: ImageId) {
        self.by_id.remove(&image);
    }

    /// Another model sees images with other eyes.
    pub(crate) fn forget_encodings(&mut self) {
        self.by_id.values_mut().for_each(|opened| opened.encoded = None);
    }

    /// The image as the tower sees it; the second value says whether the tower had to look.
    pub(crate) async fn encode<H: Host>(
        &mut self,
        backend: &mut B,
        host: &H,
        job: JobId,
        model: &LoadedModel<B>,
        image: ImageId,
        bounds: PixelBounds,
    ) -> Result<(Encoded<B>, bool), Interrupted> {
        let opened = self.by_id.get_mut(&image).ok_or(EngineError::NoImage)?;
        if let Some((made_with, encoded)) = &opened.encoded
            && *made_with == bounds
        {
            return Ok((encoded.clone(), false));
        }
        let progress = Progress::start(host, job, Stage::ImageEncoding, model.vision.n_blocks());
        progress.at(0).await?;
        let patches = preprocess(&opened.pixels, bounds, &model.vision.config.normalisation)?;
        let mut pass = model.vision.begin(backend, &patches)?;
        while model.vision.advance(backend, &mut pass)? {
            progress.at(pass.n_done()).await?;
        }
        let vectors = model.vision.merge(backend, pass)?;
        self.n_encodings += 1;
        let encoded = Encoded { prompt: PromptImage { key: self.n_encodings, grid: patches.grid }, vectors };
        opened.encoded = Some((bounds, encoded.clone()));
        Ok((encoded, true))
    }
}
