//! How the image that the next question is about is opened, and what becomes of it.

use protocol::{Command, Failure, ImageId, ImageInfo, JobId};

use super::{Canvas, ChosenFile, Effect, FileId, ImageSource, Picture, Shown, State};
use crate::catalogue::Example;
use crate::format;

/// The largest image file the page hands over. The worker's own limit is in pixels and comes after decoding.
const MAX_IMAGE_BYTES: u64 = 256_000_000;

/// Checks an image file before its bytes are read.
fn check_size(name: &str, n_bytes: u64) -> Result<(), Failure> {
    match n_bytes {
        0 => {
            Err(Failure { message: format!("“{name}” is empty."), remedy: "Choose another file.".into() })
        }
        n if n > MAX_IMAGE_BYTES => Err(Failure {
            message: format!(
                "“{name}” has {}; an image may have up to {}.",
                format::bytes(n),
                format::bytes(MAX_IMAGE_BYTES)
            ),
            remedy: "Save it smaller, or as JPEG, and open that.".into(),
        }),
        _ => Ok(()),
    }
}

impl State {
    /// Opens an image that a person chose.
    pub(super) fn choose_image(&mut self, file: &ChosenFile, n_bytes: u64) {
        match check_size(&file.name, n_bytes) {
            Err(failure) => self.message = Some(failure),
            Ok(()) => {
                if !self.refuses_while_busy("change the image") {
                    self.open_image(&file.name, ImageSource::File(file.id));
                }
            }
        }
    }

    /// Puts the image of an example in place; one that is there stays.
    pub(super) fn show_example(&mut self, example: &Example) {
        let path = example.path();
        let is_there = matches!(&self.picture, Picture::Ready(shown) if shown.source.is_example(&path));
        if !is_there {
            self.open_image(&example.title, ImageSource::Example { path, file: None });
        }
    }

    /// The image of an example came; nothing happens if the page no longer waits for it.
    pub(super) fn example_came(&mut self, job: JobId, came: FileId) {
        if let Picture::Opening { job: expected, source: ImageSource::Example { file, .. }, .. } =
            &mut self.picture
            && *expected == job
        {
            *file = Some(came);
            self.send_image();
        }
    }

    /// Opens the image again that was there before the worker ended. One that was still being decoded may be what ended it.
    pub(super) fn reopen_image(&mut self) {
        if let Picture::Ready(shown) = &self.picture {
            let (name, source) = (shown.name.clone(), shown.source.clone());
            self.open_image(&name, source);
        }
    }

    /// Opens a new image. The present one stays until the new one is there.
    fn open_image(&mut self, name: &str, source: ImageSource) {
        let (job, image) = (self.next_job(), self.next_image());
        let previous = match std::mem::take(&mut self.picture) {
            Picture::Ready(shown) => Some(shown),
            Picture::Opening { previous, .. } => previous,
            Picture::Absent => None,
        };
        self.message = None;
        let path = match &source {
            ImageSource::Example { path, file: None } => Some(path.clone()),
            _ => None,
        };
        self.picture = Picture::Opening { job, image, name: name.into(), source, previous };
        match path {
            Some(path) => self.effects.push(Effect::FetchExample { job, path, title: name.into() }),
            None => self.send_image(),
        }
    }

    fn send_image(&mut self) {
        if let Picture::Opening { job, image, name, source, .. } = &self.picture
            && let Some(file) = source.file()
        {
            let command = Command::OpenImage { job: *job, image: *image, name: name.clone() };
            self.effects.push(Effect::ToWorker(command, vec![file]));
        }
    }

    /// Puts the new image in place of the one before it, which the worker may forget. So may it an image that a person has
    /// replaced meanwhile.
    pub(super) fn image_ready(&mut self, job: JobId, info: ImageInfo) {
        match std::mem::take(&mut self.picture) {
            Picture::Opening { job: expected, name, source, previous, .. } if expected == job => {
                let width_px = info.preview_width_px;
                self.picture = Picture::Ready(Shown { info, name, source });
                self.readings.n_visual_tokens = None;
                self.effects.push(Effect::Draw { canvas: Canvas::Image, width_px });
                if let Some(shown) = previous {
                    self.tell(Command::CloseImage { image: shown.info.image });
                }
                self.send_waiting();
            }
            other => {
                self.picture = other;
                self.tell(Command::CloseImage { image: info.image });
            }
        }
    }

    /// Takes the image away, also one that is still being opened.
    pub(super) fn remove_image(&mut self) {
        let shown = self.picture.shown().map(|shown| shown.info.image);
        let mut images: Vec<ImageId> = shown.into_iter().chain(self.picture.id()).collect();
        images.dedup();
        self.picture = Picture::Absent;
        self.readings.n_visual_tokens = None;
        self.effects.push(Effect::Clear(Canvas::Image));
        images.into_iter().for_each(|image| self.tell(Command::CloseImage { image }));
    }
}
