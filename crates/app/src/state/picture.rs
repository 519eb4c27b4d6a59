use protocol::{ImageId, ImageInfo, JobId};

/// The image that the next question is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Picture {
    /// None yet.
    #[default]
    Absent,
    /// The worker decodes it.
    Opening {
        /// The job.
        job: JobId,
        /// Its name between page and worker.
        image: ImageId,
        /// Its file's name or its title.
        name: String,
    },
    /// It is there.
    Ready {
        /// What the worker found.
        info: ImageInfo,
        /// Its file's name or its title.
        name: String,
    },
}

impl Picture {
    /// Its name between page and worker.
    pub fn id(&self) -> Option<ImageId> {
        match self {
            Picture::Absent => None,
            Picture::Opening { image, .. } => Some(*image),
            Picture::Ready { info, .. } => Some(info.image),
        }
    }

    /// Its file's name or its title.
    pub fn name(&self) -> Option<&str> {
        match self {
            Picture::Absent => None,
            Picture::Opening { name, .. } | Picture::Ready { name, .. } => Some(name),
        }
    }

    /// The line under it: `knee.png · 512 × 384 px · PNG`.
    pub fn caption(&self) -> String {
        match self {
            Picture::Absent => String::new(),
            Picture::Opening { name, .. } => format!("Opening {name}"),
            Picture::Ready { info, name } => {
                format!("{name} · {} × {} px · {}", info.width_px, info.height_px, info.format)
            }
        }
    }
}
