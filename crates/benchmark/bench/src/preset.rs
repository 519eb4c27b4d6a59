use crate::VisualTokens;

/// Named bounds of visual tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// Images are never enlarged, and have at most 256 tokens.
    Fast,
    /// The advice of Qwen2-VL's README "to balance speed and memory" (QwenLM/Qwen2-VL at 35ba6e1).
    Advice,
    /// VLMEvalKit's setting for Qwen2-VL (`vlmeval/config.py`), which the published rows had: every image is enlarged to at least 1280
    /// tokens.
    Comparable,
}

impl Preset {
    /// From the fastest to the slowest.
    pub const ALL: [Self; 3] = [Self::Fast, Self::Advice, Self::Comparable];

    /// Its name on the page and in exports.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Fast => "Fast",
            Self::Advice => "Qwen's advice",
            Self::Comparable => "VLMEvalKit-comparable",
        }
    }

    /// What it sets.
    pub const fn visual_tokens(self) -> VisualTokens {
        match self {
            Self::Fast => VisualTokens { min: 4, max: 256 },
            Self::Advice => VisualTokens { min: 256, max: 1280 },
            Self::Comparable => VisualTokens { min: 1280, max: 16_384 },
        }
    }

    /// The preset with these bounds.
    pub fn of(bounds: VisualTokens) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.visual_tokens() == bounds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_have_the_name_of_their_preset() {
        for preset in Preset::ALL {
            assert_eq!(Preset::of(preset.visual_tokens()), Some(preset));
        }
        assert_eq!(Preset::of(VisualTokens { min: 4, max: 64 }), None);
    }
}
