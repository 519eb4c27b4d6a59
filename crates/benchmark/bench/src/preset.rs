use crate::VisualTokens;

/// Bounds of visual tokens that have a name among those who run this benchmark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// Never enlarged, at most 256 tokens.
    Fast,
    /// What the README of Qwen2-VL advises "to balance speed and memory" (QwenLM/Qwen2-VL at 35ba6e1).
    Advice,
    /// What VLMEvalKit sets for Qwen2-VL (`vlmeval/config.py`): every image is enlarged to at least 1280 tokens. The published rows had
    /// this.
    Comparable,
}

impl Preset {
    /// From the quickest to the slowest.
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

    /// The one that sets these bounds.
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
