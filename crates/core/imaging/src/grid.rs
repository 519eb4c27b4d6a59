/// Side of a patch in pixels.
pub const PATCH_SIDE_PX: usize = 14;
/// Patches along one side of the square that becomes one visual token.
pub const MERGE: usize = 2;
/// Both sides of an image that the vision tower reads are multiples of this: a patch is 14 pixels wide and 2x2
/// patches become one visual token.
pub const SIDE_FACTOR_PX: u32 = (PATCH_SIDE_PX * MERGE) as u32;

/// Size of an image in patches; both sides are even.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Grid {
    /// Rows of patches.
    pub height: usize,
    /// Columns of patches.
    pub width: usize,
}

impl Grid {
    /// Rows of the vision tower's input.
    pub fn n_patches(self) -> usize {
        self.height * self.width
    }

    /// Tokens that the image takes in the prompt: one for every 2x2 patches.
    pub fn n_visual_tokens(self) -> usize {
        self.n_patches() / (MERGE * MERGE)
    }
}
