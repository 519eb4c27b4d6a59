/// Which browser a spec runs in, and its WebGPU adapter. None of them needs a GPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrowserKind {
    /// Chromium as it starts on a machine without a GPU: no adapter.
    ChromiumWithoutWebGpu,
    /// Chromium on its own software adapter: subgroups, no `shader-f16`.
    ChromiumOnSwiftShader,
    /// Firefox on Mesa's software adapter: `shader-f16`, no subgroups.
    FirefoxOnLavapipe,
}

impl BrowserKind {
    /// One of each program.
    pub const EACH_PROGRAM: [Self; 2] = [Self::ChromiumWithoutWebGpu, Self::FirefoxOnLavapipe];

    /// The two that have WebGPU.
    pub const WITH_WEBGPU: [Self; 2] = [Self::ChromiumOnSwiftShader, Self::FirefoxOnLavapipe];

    /// For the names of specs and of their pictures.
    pub fn name(self) -> &'static str {
        match self {
            Self::ChromiumWithoutWebGpu => "chromium",
            Self::ChromiumOnSwiftShader => "chromium-swiftshader",
            Self::FirefoxOnLavapipe => "firefox-lavapipe",
        }
    }

    /// As [`xtask::setup::BROWSERS`] names it.
    pub(super) fn program(self) -> &'static str {
        match self {
            Self::ChromiumWithoutWebGpu | Self::ChromiumOnSwiftShader => "chromium",
            Self::FirefoxOnLavapipe => "firefox",
        }
    }
}
