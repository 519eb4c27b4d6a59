use protocol::{ImageId, ImageInfo, JobId};

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
            Picture::Ready(Shown { info, name }) => {
                format!("{name} · {} × {} px · {}", info.width_px, info.height_px, info.format)
            }
        }
    }
}
