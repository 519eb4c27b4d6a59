//! The position of every token and every patch, and the rotary angles that follow from it. Computed on the host.

use imaging::Grid;

use crate::backend::{Backend, BackendError, Rotation, Shape};

/// An image inside a token sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageSpan {
    /// Index of its first token.
    pub at: usize,
    /// Its size in patches; it takes a quarter as many tokens.
    pub grid: Grid,
}

impl ImageSpan {
    /// Index after its last token.
    pub fn end(&self) -> usize {
        self.at + self.grid.n_visual_tokens()
    }
}

/// M-RoPE positions of a token sequence (`get_rope_index` of the reference implementation).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Positions {
    /// (temporal, row, column) of each token.
    pub rows: Vec<[u32; 3]>,
    /// Position of the next token; after an image this is not the number of tokens.
    pub next: u32,
}

impl Positions {
    /// Positions of `n_tokens` tokens with `images` among them, in order.
    ///
    /// Text counts up, the same in all three. An image at position `p` has temporal position `p` throughout, row
    /// `p + r` and column `p + c` over its merged grid; what follows continues at `p + max(rows, columns)`.
    pub fn new(n_tokens: usize, images: &[ImageSpan]) -> Self {
        let mut positions = Self { rows: Vec::with_capacity(n_tokens), next: 0 };
        for image in images {
            positions.push_text(image.at - positions.rows.len());
            positions.push_image(image.grid);
        }
        positions.push_text(n_tokens - positions.rows.len());
        positions
    }

    fn push_text(&mut self, n: usize) {
        let first = self.next;
        self.next += n as u32;
        self.rows.extend((first..self.next).map(|p| [p; 3]));
    }

    fn push_image(&mut self, grid: Grid) {
        let (rows, cols) = ((grid.height / 2) as u32, (grid.width / 2) as u32);
        let p = self.next;
        self.rows.extend((0..rows).flat_map(|r| (0..cols).map(move |c| [p, p + r, p + c])));
        self.next += rows.max(cols);
    }
}

/// Cosines and sines of the rotary angles: one row per token or patch, one column per pair of rotated columns.
#[derive(Clone, Debug, PartialEq)]
pub struct RopeTable {
    shape: Shape,
    cos: Vec<f32>,
    sin: Vec<f32>,
}

impl RopeTable {
    /// Angles of the language model: frequency `i` follows the temporal, row or column position by its
    /// section (contiguous chunks; the frequency index is not reset). `base` is the rotary base, `dim` the head's columns.
    pub fn text(rows: &[[u32; 3]], sections: [usize; 3], base: f32, dim: usize) -> Self {
        let frequencies = frequencies(base, dim);
        let axis = |i: usize| {
            if i < sections[0] {
                0
            } else if i < sections[0] + sections[1] {
                1
            } else {
                2
            }
        };
        let angles =
            rows.iter().flat_map(|p| frequencies.iter().enumerate().map(move |(i, f)| p[axis(i)] as f32 * f));
        Self::from_angles(Shape::new(rows.len(), dim / 2), angles)
    }

    /// Angles of the vision tower: half of the frequencies follow the patch's row, half its column. Patches are
    /// listed as they are computed: 2 x 2 blocks row by row, inside a block row by row.
    pub fn vision(grid: Grid, base: f32, dim: usize) -> Self {
        let frequencies = frequencies(base, dim / 2);
        let angles = merge_order(grid).flat_map(|(row, col)| {
            let at = |position: usize| frequencies.iter().map(move |f| position as f32 * f);
            at(row).chain(at(col)).collect::<Vec<_>>()
        });
        Self::from_angles(Shape::new(grid.n_patches(), dim / 2), angles)
    }

    fn from_angles(shape: Shape, angles: impl Iterator<Item = f32>) -> Self {
        // The angle is a product of two f32 as in the reference; its cosine is then taken in f64 and rounded once.
        let (cos, sin) = angles.map(|a| (f64::from(a).cos() as f32, f64::from(a).sin() as f32)).unzip();
        Self { shape, cos, sin }
    }

    /// (rows, pairs).
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// The table on a machine.
    pub fn upload<B: Backend>(&self, backend: &mut B) -> Result<Rotation<B::Tensor>, BackendError> {
        Ok(Rotation {
            cos: backend.upload(self.shape, &self.cos)?,
            sin: backend.upload(self.shape, &self.sin)?,
        })
    }
}

/// `base^(-2i / dim)` for `i < dim/2`.
fn frequencies(base: f32, dim: usize) -> Vec<f32> {
    // The reference divides 1 by an f32 power of an f32 exponent; the power itself is exact to the last bit in f64.
    (0..dim / 2).map(|i| 1.0 / f64::from(base).powf(f64::from((2 * i) as f32 / dim as f32)) as f32).collect()
}

/// (row, column) of the patches of `grid` in the order in which 2 x 2 blocks are merged.
fn merge_order(grid: Grid) -> impl Iterator<Item = (usize, usize)> {
    let blocks = (0..grid.height / 2).flat_map(move |r| (0..grid.width / 2).map(move |c| (2 * r, 2 * c)));
    blocks.flat_map(|(r, c)| [(r, c), (r, c + 1), (r + 1, c), (r + 1, c + 1)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_follows_an_image_by_its_longer_side() {
        let image = ImageSpan { at: 2, grid: Grid { height: 4, width: 6 } };
        let positions = Positions::new(10, &[image]);
        let expected = [
            [0, 0, 0],
            [1, 1, 1],
            [2, 2, 2],
            [2, 2, 3],
            [2, 2, 4],
            [2, 3, 2],
            [2, 3, 3],
            [2, 3, 4],
            [5, 5, 5],
            [6, 6, 6],
        ];
        assert_eq!(positions.rows, expected);
        assert_eq!(positions.next, 7);
    }

    #[test]
    fn a_text_angle_takes_the_axis_of_its_section() {
        let table = RopeTable::text(&[[1, 2, 3]], [1, 1, 2], 10_000.0, 8);
        let angles = [1.0, 2.0 * 0.1, 3.0 * 0.01, 3.0 * 0.001f32];
        for (cos, angle) in table.cos.iter().zip(angles) {
            assert!((cos - angle.cos()).abs() < 1e-6, "{cos} is not the cosine of {angle}");
        }
    }

    #[test]
    fn patches_are_listed_block_by_block() {
        let order: Vec<_> = merge_order(Grid { height: 2, width: 4 }).collect();
        assert_eq!(order, [(0, 0), (0, 1), (1, 0), (1, 1), (0, 2), (0, 3), (1, 2), (1, 3)]);
    }

    #[test]
    fn a_vision_angle_is_row_then_column() {
        // 8 columns a head: two frequencies (1 and 0.01) for the row, the same two for the column.
        let table = RopeTable::vision(Grid { height: 2, width: 4 }, 10_000.0, 8);
        let fifth_patch = &table.sin[4 * 4..5 * 4];
        let expected = [0.0, 0.0, 2f32.sin(), 0.02f32.sin()];
        assert!(fifth_patch.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{fifth_patch:?}");
    }
}
