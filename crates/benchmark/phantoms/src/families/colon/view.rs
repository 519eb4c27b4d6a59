//! The bowel itself.

use std::f32::consts::TAU;

use libm::{atan2f, cosf, logf, sinf};

use crate::canvas::{Canvas, Colour, grey, mix};
use crate::frame::Frame;
use crate::geometry::{Path, Point, length, point, rounded, smoothstep};
use crate::random::Random;
use crate::texture::Texture;

const MUCOSA: Colour = [0.93, 0.6, 0.5];
const LUMEN: Colour = [0.1, 0.03, 0.03];
const VESSEL: Colour = [0.68, 0.2, 0.2];

/// One look along the bowel.
pub(super) struct View {
    frame: Frame,
    /// The far end.
    lumen: Point,
    lumen_radius: f32,
    /// How much farther out each fold is than the one behind it.
    spacing: f32,
    phase: f32,
    corners: f32,
    broad: Texture,
    pub(super) fine: Texture,
    /// Frays outlines.
    pub(super) ragged: Texture,
    light: f32,
    rim: f32,
}

impl View {
    pub(super) fn new(random: &mut Random) -> Self {
        let frame = Frame::jittered(random, 3.0, 0.12, 0.05);
        Self {
            lumen: frame.point(random.between(-4.0, 4.0), random.between(-8.0, 2.0)),
            frame,
            lumen_radius: random.between(6.5, 8.5),
            spacing: random.between(1.5, 1.75),
            phase: random.between(0.0, 1.0),
            corners: random.between(0.0, TAU),
            broad: Texture::new(random, 6),
            fine: Texture::new(random, 32),
            ragged: Texture::new(random, 15),
            light: random.between(0.92, 1.1),
            rim: random.between(47.5, 52.0),
        }
    }

    /// Rounded triangles round the lumen, as the three bands of muscle pull them: each fold's edge is lit, the wall behind
    /// it lies in its shadow.
    pub(super) fn folds(&self, canvas: &mut Canvas) {
        let per_fold = 1.0 / logf(self.spacing);
        canvas.map(|at, _| {
            let (dx, dy) = (at.x - self.lumen.x, at.y - self.lumen.y);
            let far = length(dx, dy).max(0.01);
            let swing = 1.0 + 0.1 * cosf(3.0 * atan2f(dy, dx) + self.corners) + 0.05 * self.broad.at(at);
            let depth = logf(far * swing / self.lumen_radius) * per_fold;
            // 0 just behind a fold's edge, 1 at the next fold's foot.
            let turn = depth + self.phase;
            let along = turn - turn.floor();
            let crest = smoothstep(0.0, 0.1, along) * (1.0 - smoothstep(0.1, 0.4, along));
            let shadow = smoothstep(0.55, 1.0, along) * (1.0 - smoothstep(0.97, 1.0, along));
            let light =
                0.86 + 0.2 * crest - 0.3 * shadow + 0.05 * self.broad.at(at) + 0.03 * self.fine.at(at);
            // Little light comes back from far down the bowel.
            let near = smoothstep(-0.6, 3.2, depth);
            let wall = mix(grey(0.0), mix([0.8, 0.36, 0.28], MUCOSA, near), light);
            mix(LUMEN, wall, smoothstep(-0.7, 1.1, depth) * (0.6 + 0.4 * near))
        });
    }

    /// Thin branches under the mucosa.
    pub(super) fn vessels(&self, random: &mut Random, canvas: &mut Canvas) {
        for _ in 0..7 {
            let around = random.between(0.0, TAU);
            let (far, bend) = (random.between(20.0, 30.0), random.between(-0.5, 0.5));
            let on = |far: f32, around: f32| {
                point(self.lumen.x + far * cosf(around), self.lumen.y + far * sinf(around))
            };
            let fork = on(far + 9.0, around + bend);
            let stem = rounded(&[on(far, around), on(far + 5.0, around + 0.9 * bend), fork]);
            let twigs = [-0.2, 0.25].map(|turn| {
                vec![fork, on(far + 13.0, around + bend + 0.6 * turn), on(far + 20.0, around + bend + turn)]
            });
            canvas.blend(&Path { points: stem, radius: 0.55 }, 0.6, 0.6, |_, _, _| VESSEL);
            for points in twigs {
                canvas.blend(&Path { points, radius: 0.35 }, 0.6, 0.5, |_, _, _| VESSEL);
            }
        }
    }

    /// A place on the wall to the left (-1) or the right (1) of the lumen.
    pub(super) fn beside(&self, random: &mut Random, side: f32) -> Point {
        self.frame.point(side * random.between(21.0, 26.0), random.between(-13.0, 17.0))
    }

    pub(super) fn finish(&self, random: &mut Random, canvas: &mut Canvas) {
        canvas.round_field(self.frame.point(0.0, 0.0), self.rim, [self.light, 0.68 * self.light]);
        let grain = random.between(0.01, 0.035);
        canvas.grain(random, grain, 0.4);
    }
}
