/// The colours that a person's system asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Scheme {
    /// As in `prefers-color-scheme`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// The size of the page's view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// 1280 x 800.
    Desktop,
    /// 390 x 844.
    Phone,
}

impl View {
    /// For file names.
    pub fn name(self) -> &'static str {
        match self {
            Self::Desktop => "desktop",
            Self::Phone => "phone",
        }
    }

    /// Width and height in CSS pixels.
    pub(super) fn size_px(self) -> (u32, u32) {
        match self {
            Self::Desktop => (1280, 800),
            Self::Phone => (390, 844),
        }
    }
}
