use protocol::{ImageId, ImageInfo, JobId};

use super::FileId;

/// The image that the next question is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Picture {
    /// None yet.
    #[default]
    Absent,
    /// The worker decodes one.
    Opening {
        /// The job.
        job: JobId,
        /// Its name between page and worker.
        image: ImageId,
        /// Its file's name or its title.
        name: String,
        /// Where it is from.
        source: ImageSource,
        /// The image that is shown until then, and that stays if this one cannot be opened.
        previous: Option<Shown>,
    },
    /// It is there.
    Ready(Shown),
}

/// An image that was decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// What the worker found.
    pub info: ImageInfo,
    /// Its file's name or its title.
    pub name: String,
    /// Where it is from, to open it again.
    pub source: ImageSource,
}

/// Where an image is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageSource {
    /// A person chose, dropped or pasted it.
    File(FileId),
    /// It is one of the page's examples.
    Example {
        /// Its address, relative to the page's.
        path: String,
        /// Its bytes, once they came.
        file: Option<FileId>,
    },
}

impl ImageSource {
    /// Its bytes, if they are there.
    pub fn file(&self) -> Option<FileId> {
        match self {
            Self::File(file) => Some(*file),
            Self::Example { file, .. } => *file,
        }
    }

    /// Whether it is the example at this address.
    pub(super) fn is_example(&self, wanted: &str) -> bool {
        matches!(self, Self::Example { path, .. } if path == wanted)
    }
}

impl Picture {
    /// Its name between page and worker.
    pub fn id(&self) -> Option<ImageId> {
        match self {
            Picture::Absent => None,
            Picture::Opening { image, .. } => Some(*image),
            Picture::Ready(shown) => Some(shown.info.image),
        }
    }

    /// Its file's name or its title.
    pub fn name(&self) -> Option<&str> {
        match self {
            Picture::Absent => None,
            Picture::Opening { name, .. } => Some(name),
            Picture::Ready(shown) => Some(&shown.name),
        }
    }

    /// The image on view: the one before it while another is opened.
    pub fn shown(&self) -> Option<&Shown> {
        match self {
            Picture::Absent => None,
            Picture::Opening { previous, .. } => previous.as_ref(),
            Picture::Ready(shown) => Some(shown),
        }
    }

    /// The files of the image on view and of the one that is being opened.
    pub(super) fn files(&self) -> impl Iterator<Item = FileId> {
        let opening = match self {
            Picture::Opening { source, .. } => source.file(),
            _ => None,
        };
        self.shown().and_then(|shown| shown.source.file()).into_iter().chain(opening)
    }

    /// The image that was being opened will not come: the one before it stays.
    pub(super) fn fall_back(&mut self) {
        if let Picture::Opening { previous, .. } = self {
            *self = previous.take().map_or(Picture::Absent, Picture::Ready);
        }
    }

    /// The line under it: `knee.png · 512 × 384 px · PNG`.
    pub fn caption(&self) -> String {
        match self {
            Picture::Absent => String::new(),
            Picture::Opening { name, .. } => format!("Opening {name}"),
            Picture::Ready(Shown { info, name, .. }) => {
                format!("{name} · {} × {} px · {}", info.width_px, info.height_px, info.format)
            }
        }
    }
}
