use crate::geometry::{Point, Shape};
use crate::random::Random;

/// Smooth random variation over the image: normal values on a lattice, eased between its points. Mean 0, standard
/// deviation between 0.6 and 1.
pub(crate) struct Texture {
    per_side: usize,
    values: Vec<f32>,
}

impl Texture {
    /// `per_side` lattice points along either side of the image: 3 gives broad shades, 16 the texture of an organ, 50 speckle.
    pub(crate) fn new(random: &mut Random, per_side: usize) -> Self {
        let per_side = per_side.max(2);
        Self { per_side, values: (0..per_side * per_side).map(|_| random.normal()).collect() }
    }

    /// The value at a place; outside the image, that of its edge.
    pub(crate) fn at(&self, at: Point) -> f32 {
        let (left, x) = self.cell(at.x);
        let (top, y) = self.cell(at.y);
        let row = |row: usize| {
            let start = row * self.per_side + left;
            self.values[start] + (self.values[start + 1] - self.values[start]) * x
        };
        row(top) + (row(top + 1) - row(top)) * y
    }

    fn cell(&self, units: f32) -> (usize, f32) {
        let last = (self.per_side - 1) as f32;
        let place = ((units + 50.0) / 100.0 * last).clamp(0.0, last);
        let index = (place as usize).min(self.per_side - 2);
        let t = place - index as f32;
        (index, t * t * (3.0 - 2.0 * t))
    }
}

/// A shape with a frayed outline, which a texture moves in and out.
pub(crate) struct Rough<'a, S> {
    pub(crate) of: S,
    pub(crate) by: &'a Texture,
    /// How far a texture's value of 1 moves it, in units.
    pub(crate) depth: f32,
}

impl<S: Shape> Shape for Rough<'_, S> {
    fn distance(&self, at: Point) -> f32 {
        self.of.distance(at) - self.depth * self.by.at(at)
    }

    fn reach(&self) -> (Point, f32) {
        let (middle, far) = self.of.reach();
        // A texture hardly ever exceeds three standard deviations.
        (middle, far + 3.0 * self.depth)
    }
}
