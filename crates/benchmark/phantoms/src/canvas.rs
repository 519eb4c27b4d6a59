use crate::geometry::{Point, Shape, point, smoothstep};
use crate::random::Random;
use crate::texture::Texture;

/// Width and height of every image, in pixels: 25 visual tokens of Qwen2-VL.
pub const SIDE_PX: usize = 140;

/// Red, green, blue; 0 is black and 1 is white, as on the screen.
pub(crate) type Colour = [f32; 3];

/// A shade of grey.
pub(crate) const fn grey(value: f32) -> Colour {
    [value; 3]
}

/// `share` of the second colour in the first.
pub(crate) fn mix(first: Colour, second: Colour, share: f32) -> Colour {
    std::array::from_fn(|c| first[c] + (second[c] - first[c]) * share)
}

/// A picture while it is drawn.
///
/// A canvas may have no pixels. Then brushes do nothing, and a scene reports what it would show at a hundredth of the cost. So no
/// random number may depend on a pixel or be drawn inside a brush's closure.
pub(crate) struct Canvas {
    /// Row by row, (side, side), or empty.
    pixels: Vec<Colour>,
}

const PX_PER_UNIT: f32 = SIDE_PX as f32 / 100.0;

fn units(px: usize) -> f32 {
    (px as f32 + 0.5) / PX_PER_UNIT - 50.0
}

impl Canvas {
    /// All black.
    pub(crate) fn black() -> Self {
        Self { pixels: vec![grey(0.0); SIDE_PX * SIDE_PX] }
    }

    /// Without pixels.
    pub(crate) fn without_pixels() -> Self {
        Self { pixels: Vec::new() }
    }

    /// Changes every pixel.
    pub(crate) fn map(&mut self, mut change: impl FnMut(Point, Colour) -> Colour) {
        for (y, row) in self.pixels.chunks_exact_mut(SIDE_PX).enumerate() {
            for (x, pixel) in row.iter_mut().enumerate() {
                *pixel = change(point(units(x), units(y)), *pixel);
            }
        }
    }

    /// Fills a shape with one colour. Its edge is spread over `softness` units on either side (0.5 is sharp).
    pub(crate) fn paint(&mut self, shape: &impl Shape, colour: Colour, softness: f32) {
        self.blend(shape, softness, 1.0, |_, _, _| colour);
    }

    /// Fills a shape, with this opacity, with the result of `colour` for the place, the distance to the outline (negative inside) and
    /// the colour that is there.
    pub(crate) fn blend(
        &mut self,
        shape: &(impl Shape + ?Sized),
        softness: f32,
        opacity: f32,
        mut colour: impl FnMut(Point, f32, Colour) -> Colour,
    ) {
        if self.pixels.is_empty() {
            return;
        }
        let (middle, far) = shape.reach();
        let far = far + softness;
        let index = |units: f32| ((units + 50.0) * PX_PER_UNIT).clamp(0.0, SIDE_PX as f32) as usize;
        let (left, right) = (index(middle.x - far), (index(middle.x + far) + 1).min(SIDE_PX));
        let (top, bottom) = (index(middle.y - far), (index(middle.y + far) + 1).min(SIDE_PX));
        for y in top..bottom {
            for x in left..right {
                let at = point(units(x), units(y));
                let distance = shape.distance(at);
                if distance < softness {
                    let share = opacity * (1.0 - smoothstep(-softness, softness, distance));
                    let pixel = &mut self.pixels[y * SIDE_PX + x];
                    *pixel = mix(*pixel, colour(at, distance, *pixel), share);
                }
            }
        }
    }

    /// Averages each pixel with its neighbours, `passes` times: each pass spreads a point over 3 x 3 pixels.
    pub(crate) fn blur(&mut self, passes: usize) {
        for _ in 0..passes {
            for step in [1, SIDE_PX] {
                let before = self.pixels.clone();
                for (i, pixel) in self.pixels.iter_mut().enumerate() {
                    let along = if step == 1 { i % SIDE_PX } else { i / SIDE_PX };
                    let previous = if along == 0 { i } else { i - step };
                    let next = if along == SIDE_PX - 1 { i } else { i + step };
                    *pixel = std::array::from_fn(|c| {
                        0.25 * before[previous][c] + 0.5 * before[i][c] + 0.25 * before[next][c]
                    });
                }
            }
        }
    }

    /// Adds a receiver's grain of this standard deviation. If `coloured` is 0 it is the same in the three channels, if 1 each has its
    /// own.
    pub(crate) fn grain(&mut self, random: &mut Random, deviation: f32, coloured: f32) {
        // A separate stream, so that a canvas without pixels takes as many numbers from `random` as one with pixels.
        let mut random = random.fork();
        for pixel in &mut self.pixels {
            let shared = random.normal() * (1.0 - coloured);
            for channel in pixel.iter_mut() {
                let own = if coloured > 0.0 { random.normal() * coloured } else { 0.0 };
                *channel += deviation * (shared + own);
            }
        }
    }

    /// Fills a shape with a grey that a texture varies by `swing`: tissue as a scanner shows it.
    pub(crate) fn tissue(
        &mut self,
        shape: &(impl Shape + ?Sized),
        shade: f32,
        texture: &Texture,
        swing: f32,
    ) {
        self.blend(shape, 0.8, 1.0, |at, _, _| grey(shade + swing * texture.at(at)));
    }

    /// The view through a scope: a round field, black beyond its rim. `light` is the light at its middle and at its rim (1 leaves the
    /// colours as they are).
    pub(crate) fn round_field(&mut self, centre: Point, radius: f32, light: [f32; 2]) {
        let [middle, rim] = light;
        self.map(|at, before| {
            let from_rim = radius - at.distance(centre);
            let lit = rim + (middle - rim) * smoothstep(0.0, 0.65 * radius, from_rim);
            mix(grey(0.015), before, lit * smoothstep(-0.8, 0.8, from_rim))
        });
    }

    /// The image of a CT scanner: a little soft, with a window that differs between images, and grain.
    pub(crate) fn scan(&mut self, random: &mut Random) {
        self.blur(1);
        let gain = random.between(0.9, 1.08);
        self.map(|_, shade| shade.map(|value| value * gain));
        let grain = random.between(0.01, 0.045);
        self.grain(random, grain, 0.0);
    }

    /// Eight bits a channel, row by row, (side, side, 3).
    pub(crate) fn to_rgb(&self) -> Vec<u8> {
        self.pixels.iter().flatten().map(|&value| (value.clamp(0.0, 1.0) * 255.0 + 0.5) as u8).collect()
    }
}
