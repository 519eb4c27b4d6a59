//! The instruments. Each function draws one with its shaft and returns the shape of its tip.

use libm::{cosf, sinf};

use crate::canvas::{Canvas, Colour, grey, mix};
use crate::geometry::{Capsule, Ellipse, Path, Point, Shape, Union, point, rounded, smoothstep};

use super::view::shadow;

const STEEL: Colour = [0.8, 0.83, 0.88];
/// The insulated sleeve of most shafts.
const SLEEVE: Colour = [0.15, 0.15, 0.17];
pub(super) const CLIP: Colour = [0.98, 0.98, 1.0];
const THREAD: Colour = [0.1, 0.08, 0.25];

/// The shape of the part that works.
pub(super) type Tip = Union;

/// The pose of an instrument. Its own coordinates are (ahead, aside): the tip's middle is (0, 0), the shaft comes from behind.
pub(super) struct Pose {
    tip: Point,
    angle: f32,
    turn: (f32, f32),
    scale: f32,
    /// -1 if left and right are swapped.
    flip: f32,
}

impl Pose {
    /// `angle` is the direction of the tip, in radians clockwise from the right.
    pub(super) fn new(tip: Point, angle: f32, scale: f32) -> Self {
        Self { tip, angle, turn: (cosf(angle), sinf(angle)), scale, flip: 1.0 }
    }

    /// Scaled by this factor.
    pub(super) fn scaled(self, times: f32) -> Self {
        Self { scale: self.scale * times, ..self }
    }

    /// Turned over along its shaft, or not.
    pub(super) fn flipped(self, flip: f32) -> Self {
        Self { flip, ..self }
    }

    pub(super) fn angle(&self) -> f32 {
        self.angle
    }

    pub(super) fn at(&self, (ahead, aside): (f32, f32)) -> Point {
        let (cos, sin) = self.turn;
        let (u, v) = (ahead * self.scale, aside * self.scale * self.flip);
        point(self.tip.x + u * cos - v * sin, self.tip.y + u * sin + v * cos)
    }

    pub(super) fn bar(&self, from: (f32, f32), to: (f32, f32), from_radius: f32, to_radius: f32) -> Capsule {
        Capsule {
            from: self.at(from),
            to: self.at(to),
            from_radius: from_radius * self.scale,
            to_radius: to_radius * self.scale,
        }
    }

    pub(super) fn oval(&self, middle: (f32, f32), radius_ahead: f32, radius_aside: f32) -> Ellipse {
        Ellipse::new(self.at(middle), radius_ahead * self.scale, radius_aside * self.scale, self.angle)
    }

    pub(super) fn path(&self, points: &[(f32, f32)], radius: f32) -> Path {
        Path { points: points.iter().map(|&at| self.at(at)).collect(), radius: radius * self.scale }
    }
}

/// Two jaws with windows, open in a wide V.
pub(super) fn grasper(canvas: &mut Canvas, pose: &Pose) -> Tip {
    sleeve(canvas, pose, -9.0, 3.4);
    let jaws = [-1.0, 1.0].map(|side: f32| {
        let jaw = pose.path(&[(-7.0, 0.0), (0.0, side * 7.5), (14.0, side * 12.0)], 2.9);
        let window = pose.path(&[(2.0, side * 8.2), (12.0, side * 11.4)], 1.1);
        steel(canvas, &jaw, 2.9);
        canvas.paint(&window, [0.25, 0.08, 0.08], 0.5);
        jaw
    });
    steel(canvas, &pose.bar((-12.0, 0.0), (-6.0, 0.0), 3.4, 3.6), 3.4);
    canvas.paint(&pose.oval((-6.0, 0.0), 1.2, 1.2), grey(0.2), 0.5);
    tip(jaws)
}

/// A thin shaft that ends in an L.
pub(super) fn hook(canvas: &mut Canvas, pose: &Pose) -> Tip {
    sleeve(canvas, pose, -14.0, 2.3);
    let neck = pose.bar((-14.0, 0.0), (-4.0, 0.0), 2.3, 1.8);
    canvas.blend(&neck, 0.6, 1.0, |_, distance, _| lit([0.95, 0.92, 0.85], -distance / 2.0));
    let wire = pose.path(&[(-5.0, 0.0), (9.0, 0.0), (11.5, 1.5), (12.0, 4.0), (12.0, 14.0)], 1.8);
    steel(canvas, &wire, 1.8);
    tip([wire])
}

/// A thick tube with an open end and holes in its side.
pub(super) fn suction_irrigator(canvas: &mut Canvas, pose: &Pose) -> Tip {
    let tube = pose.bar((-150.0, 0.0), (9.0, 0.0), 6.2, 6.2);
    shadow(canvas, &tube, 0.4);
    steel(canvas, &tube, 6.2);
    for hole in [(-12.0, 1.5), (-5.5, -2.0), (-2.5, 2.6)] {
        canvas.paint(&pose.oval(hole, 1.7, 1.4), [0.1, 0.05, 0.05], 0.5);
    }
    let end = pose.oval((10.5, 0.0), 4.2, 6.6);
    canvas.paint(&end, [0.95, 0.96, 0.98], 0.5);
    canvas.paint(&pose.oval((11.2, 0.0), 2.9, 5.0), [0.07, 0.03, 0.03], 0.6);
    Union(vec![Box::new(pose.bar((-10.0, 0.0), (9.0, 0.0), 6.2, 6.2)), Box::new(end)])
}

/// Two parallel jaws with a bright clip between them.
pub(super) fn clip_applier(canvas: &mut Canvas, pose: &Pose) -> Tip {
    sleeve(canvas, pose, -10.0, 4.2);
    let fork =
        pose.path(&[(13.0, -6.2), (-6.0, -6.2), (-9.0, -3.0), (-9.0, 3.0), (-6.0, 6.2), (13.0, 6.2)], 2.1);
    canvas.blend(&fork, 0.6, 1.0, |_, distance, _| lit([0.42, 0.44, 0.48], -distance / 2.1));
    let clip = clip(canvas, pose);
    Union(vec![Box::new(fork), Box::new(clip)])
}

/// The U between the jaws.
pub(super) fn clip(canvas: &mut Canvas, pose: &Pose) -> Path {
    let clip = pose.path(&[(16.0, -2.8), (4.0, -2.8), (1.5, 0.0), (4.0, 2.8), (16.0, 2.8)], 1.35);
    canvas.paint(&clip, CLIP, 0.5);
    clip
}

/// A translucent sack that hangs on its ring.
pub(super) fn specimen_bag(canvas: &mut Canvas, pose: &Pose) -> Tip {
    tip([bag(canvas, pose, None)])
}

/// The same with something of another colour inside.
pub(super) fn filled_bag(canvas: &mut Canvas, pose: &Pose, content: Colour) {
    bag(canvas, pose, Some(content));
}

fn bag(canvas: &mut Canvas, pose: &Pose, content: Option<Colour>) -> Capsule {
    sleeve(canvas, pose, -9.0, 2.6);
    let sack = pose.bar((-5.0, 0.0), (5.0, 0.0), 8.5, 14.0);
    shadow(canvas, &sack, 0.4);
    canvas.blend(&sack, 0.8, 0.78, |_, distance, _| {
        mix([0.97, 0.99, 1.0], [0.7, 0.83, 0.97], smoothstep(0.0, 8.0, -distance))
    });
    if let Some(content) = content {
        let inside = pose.bar((-1.0, 1.5), (7.0, -0.5), 6.0, 10.0);
        canvas.blend(&inside, 1.2, 0.8, |_, distance, _| lit(content, -distance / 8.0));
    }
    for (from, to) in [((0.0, -5.0), (12.0, -9.0)), ((1.0, 0.5), (15.0, 2.5)), ((0.0, 4.5), (8.0, 9.0))] {
        canvas.blend(&pose.bar(from, to, 0.5, 1.0), 0.9, 0.8, |_, _, _| grey(1.0));
    }
    canvas.paint(&pose.oval((-9.0, 0.0), 4.2, 9.5), [0.95, 0.97, 1.0], 0.6);
    canvas.paint(&pose.oval((-9.5, 0.0), 2.7, 7.6), [0.3, 0.36, 0.5], 0.7);
    sack
}

/// A curved needle on the tissue, with its thread.
pub(super) fn suturing_needle(canvas: &mut Canvas, pose: &Pose) -> Tip {
    let thread = [(-3.0, 11.5), (-16.0, 9.0), (-21.0, -4.0), (-34.0, -8.0), (-44.0, 6.0), (-70.0, 8.0)];
    draw_thread(canvas, pose, &thread);
    let arc = pose.path(&needle_arc(11.5, -2.2, 1.7), 1.3);
    shadow(canvas, &arc, 0.45);
    steel(canvas, &arc, 1.3);
    tip([arc])
}

/// A dark thread through places.
pub(super) fn draw_thread(canvas: &mut Canvas, pose: &Pose, places: &[(f32, f32)]) {
    let places: Vec<Point> = places.iter().map(|&at| pose.at(at)).collect();
    let thread = Path { points: rounded(&places), radius: 0.8 * pose.scale };
    shadow(canvas, &thread, 0.3);
    canvas.paint(&thread, THREAD, 0.5);
}

/// Points on a circle's arc, from one angle to another.
pub(super) fn needle_arc(radius: f32, from: f32, to: f32) -> Vec<(f32, f32)> {
    (0..=12)
        .map(|i| {
            let angle = from + (to - from) * i as f32 / 12.0;
            (radius * cosf(angle), radius * sinf(angle))
        })
        .collect()
}

/// Two jaws closed on something at (0, 0).
pub(super) fn closed_jaws(canvas: &mut Canvas, pose: &Pose) -> Tip {
    sleeve(canvas, pose, -15.0, 3.4);
    let jaws = pose.bar((-16.0, 0.0), (1.5, 0.0), 3.5, 2.6);
    steel(canvas, &jaws, 3.2);
    canvas.paint(&pose.bar((-12.0, 0.0), (3.0, 0.0), 0.5, 0.5), grey(0.15), 0.4);
    tip([jaws])
}

/// Two pointed blades, half open.
pub(super) fn scissors(canvas: &mut Canvas, pose: &Pose) -> Tip {
    sleeve(canvas, pose, -12.0, 3.2);
    let blades = [-1.0, 1.0].map(|side: f32| {
        let blade = pose.bar((-11.0, -1.2 * side), (13.0, side * 7.0), 2.8, 0.6);
        steel(canvas, &blade, 2.2);
        blade
    });
    canvas.paint(&pose.oval((-7.0, 0.0), 1.3, 1.3), grey(0.2), 0.5);
    tip(blades)
}

/// A dark shaft from beyond the image up to `end`.
fn sleeve(canvas: &mut Canvas, pose: &Pose, end: f32, radius: f32) {
    let shaft = pose.bar((-150.0, 0.0), (end, 0.0), radius, radius);
    shadow(canvas, &shaft, 0.4);
    canvas.blend(&shaft, 0.6, 1.0, |_, distance, _| lit(SLEEVE, -distance / (radius * pose.scale)));
    canvas.blend(
        &pose.bar((-150.0, -0.35 * radius), (end, -0.35 * radius), 0.4, 0.4),
        0.6,
        0.5,
        |_, _, _| grey(0.7),
    );
}

/// A round thing of polished metal, `radius` thick.
pub(super) fn steel(canvas: &mut Canvas, shape: &impl Shape, radius: f32) {
    shadow(canvas, shape, 0.3);
    canvas.blend(shape, 0.6, 1.0, |_, distance, _| lit(STEEL, -distance / radius));
}

/// Light on a round thing: dark at its outline (`depth` 0), bright on its back (`depth` 1).
fn lit(colour: Colour, depth: f32) -> Colour {
    mix(grey(0.0), colour, 0.5 + 0.65 * smoothstep(0.0, 0.9, depth))
}

fn tip<S: Shape + 'static, const N: usize>(parts: [S; N]) -> Tip {
    Union(parts.into_iter().map(|part| Box::new(part) as Box<dyn Shape>).collect())
}
