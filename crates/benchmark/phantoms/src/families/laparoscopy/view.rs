//! What the camera sees before any instrument enters.

use libm::sinf;

use crate::canvas::{Canvas, Colour, grey, mix};
use crate::frame::Frame;
use crate::geometry::{Capsule, Point, Shape, point, smoothstep};
use crate::random::Random;
use crate::texture::{Rough, Texture};

use super::Moved;

const FAT: Colour = [0.9, 0.72, 0.4];
const LIVER: Colour = [0.45, 0.18, 0.12];
pub(super) const GALLBLADDER: Colour = [0.5, 0.6, 0.42];
pub(super) const PALE: Colour = [0.95, 0.83, 0.72];
const BLOOD: Colour = [0.42, 0.02, 0.03];
const TISSUE: Colour = [0.82, 0.4, 0.36];
const KIDNEY: Colour = [0.6, 0.24, 0.2];

/// The light and the frame of one image.
pub(super) struct View {
    pub(super) frame: Frame,
    broad: Texture,
    lobules: Texture,
    fine: Texture,
    light: f32,
    field: (Point, f32),
}

impl View {
    pub(super) fn new(random: &mut Random) -> Self {
        Self {
            frame: Frame::jittered(random, 4.0, 0.12, 0.06),
            broad: Texture::new(random, 5),
            lobules: Texture::new(random, 13),
            fine: Texture::new(random, 30),
            light: random.between(0.9, 1.1),
            field: (point(random.between(-2.0, 2.0), random.between(-2.0, 2.0)), random.between(47.5, 52.0)),
        }
    }

    /// Shiny tissue and fat, and the edge of the liver above.
    pub(super) fn abdomen(&self, random: &mut Random, canvas: &mut Canvas) {
        self.ground(canvas, random.between(6.0, 16.0));
        self.liver(canvas);
    }

    /// Fat, and the round back of a kidney out of it.
    pub(super) fn flank(&self, random: &mut Random, canvas: &mut Canvas) {
        self.ground(canvas, -20.0);
        let side = random.sign();
        let kidney = self.frame.ellipse(side * 30.0, -22.0, 36.0, 27.0, 0.5 * side);
        self.organ(canvas, &kidney, KIDNEY, 14.0);
        self.gleam(canvas, (side * 24.0, -36.0), (side * 13.0, -27.0), 1.0);
    }

    /// Tissue above, fat below `fat_from` units, in tongues and lobules.
    fn ground(&self, canvas: &mut Canvas, fat_from: f32) {
        canvas.map(|at, _| {
            let p = self.frame.inverse(at);
            let (broad, lobule, fine) = (self.broad.at(at), self.lobules.at(at), self.fine.at(at));
            let fat = smoothstep(-5.0, 5.0, p.y - fat_from + 9.0 * broad + 3.0 * lobule);
            let tissue = mix(grey(0.0), TISSUE, 0.92 + 0.1 * broad + 0.05 * fine);
            let lobules = mix(grey(0.0), FAT, 0.9 + 0.13 * lobule + 0.03 * fine);
            // Wet surfaces: a sheen on the bumps.
            let sheen = 0.25 * smoothstep(0.3, 2.6, lobule + 0.4 * fine);
            mix(mix(tissue, lobules, fat), grey(1.0), sheen)
        });
    }

    fn liver(&self, canvas: &mut Canvas) {
        let liver = self.frame.ellipse(-4.0, -64.0, 68.0, 43.0, 0.06);
        self.organ(canvas, &liver, LIVER, 8.0);
        let edge = self.frame.path(&[(-29.0, -30.3), (-20.0, -27.6), (-11.0, -26.0), (-3.0, -25.4)], 0.8);
        canvas.blend(&edge, 2.4, 0.6, |_, _, _| grey(1.0));
    }

    /// The bed that the gallbladder leaves on the liver: raw if `colours` are bright red, a scab if they are brown.
    pub(super) fn bed(
        &self,
        canvas: &mut Canvas,
        from: (f32, f32),
        to: (f32, f32),
        radius: f32,
        colours: [Colour; 2],
    ) {
        let bed =
            Rough { of: self.frame.taper(from, to, radius, 0.8 * radius), by: &self.lobules, depth: 1.4 };
        canvas.blend(&bed, 0.8, 1.0, |at, distance, _| {
            let shade = 0.5 + 0.5 * self.lobules.at(at) + 0.2 * self.fine.at(at);
            mix(
                [0.9, 0.55, 0.42],
                mix(colours[0], colours[1], shade.clamp(0.0, 1.0)),
                smoothstep(0.0, 2.5, -distance),
            )
        });
    }

    /// A pear from its wide end to its neck, in the family's coordinates; both ends vary a little between images.
    pub(super) fn gallbladder(
        &self,
        random: &mut Random,
        canvas: &mut Canvas,
        fundus: (f32, f32),
        neck: (f32, f32),
    ) -> Capsule {
        let fundus = (fundus.0 + random.between(-3.0, 3.0), fundus.1 + random.between(-2.0, 2.0));
        let pear = self.frame.taper(fundus, neck, random.between(11.5, 13.5), random.between(5.0, 6.0));
        let colour = mix(GALLBLADDER, [0.5, 0.62, 0.58], random.unit());
        shadow(canvas, &pear, 0.35);
        self.organ(canvas, &pear, colour, 9.0);
        let (dx, dy) = (neck.0 - fundus.0, neck.1 - fundus.1);
        let along = |t: f32| (fundus.0 + t * dx - 3.5, fundus.1 + t * dy - 4.5);
        self.gleam(canvas, along(-0.1), along(0.4), 1.2);
        pear
    }

    /// A rounded organ: darker towards its outline, over `depth` units.
    pub(super) fn organ(
        &self,
        canvas: &mut Canvas,
        shape: &(impl Shape + ?Sized),
        colour: Colour,
        depth: f32,
    ) {
        canvas.blend(shape, 0.9, 1.0, |at, distance, _| {
            let height = smoothstep(0.0, depth, -distance);
            let light = 0.62 + 0.42 * height + 0.07 * self.broad.at(at) + 0.05 * self.fine.at(at);
            mix(grey(0.0), colour, light)
        });
    }

    /// A pool with a wet surface.
    pub(super) fn blood(&self, canvas: &mut Canvas, pool: &impl Shape) {
        canvas.blend(pool, 0.9, 0.97, |at, distance, _| {
            let ripple = sinf(0.5 * at.y + 1.5 * self.broad.at(at));
            let sheen = 0.3 * smoothstep(0.75, 1.0, ripple) * smoothstep(1.0, 5.0, -distance);
            mix(mix([0.6, 0.04, 0.05], BLOOD, smoothstep(0.0, 4.0, -distance)), [1.0, 0.75, 0.72], sheen)
        });
    }

    /// A reflection of the lamp.
    pub(super) fn gleam(&self, canvas: &mut Canvas, from: (f32, f32), to: (f32, f32), radius: f32) {
        canvas.blend(&self.frame.line(from, to, radius), 2.6, 0.7, |_, _, _| grey(1.0));
    }

    /// The lamp, the round field and the grain.
    pub(super) fn finish(&self, random: &mut Random, canvas: &mut Canvas) {
        canvas.round_field(self.field.0, self.field.1, [self.light, 0.6 * self.light]);
        let grain = random.between(0.01, 0.04);
        canvas.grain(random, grain, 0.4);
    }
}

/// The shadow of a thing on what lies behind it.
pub(super) fn shadow(canvas: &mut Canvas, shape: &(impl Shape + ?Sized), opacity: f32) {
    let moved = Moved { of: shape, by: point(1.5, 3.0) };
    canvas.blend(&moved, 2.5, opacity, |_, _, before| mix(before, [0.12, 0.02, 0.02], 0.9));
}
