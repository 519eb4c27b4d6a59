//! What may spoil the view. Each function returns the covered shape.

use std::f32::consts::TAU;

use libm::{cosf, sinf, sqrtf};

use crate::canvas::{Canvas, grey, mix};
use crate::geometry::{Capsule, Ellipse, Lobed, Point, Shape, Shell, Union, point, smoothstep};
use crate::random::Random;

use super::findings::blood;
use super::view::View;

/// Many reflections of the lamp in a wet wall.
pub(super) fn specularity(random: &mut Random, canvas: &mut Canvas, at: Point) -> Union {
    let mut glints: Vec<Box<dyn Shape>> = Vec::new();
    let turn = random.between(0.0, TAU);
    for i in 0..11_u8 {
        // A sunflower's spiral: scattered without overlap.
        let far = 3.1 * sqrtf(f32::from(i) + 0.3) + random.between(-1.0, 1.0);
        let around = turn + 2.4 * f32::from(i);
        let centre = point(at.x + far * cosf(around), at.y + far * sinf(around));
        let (long, short) = (random.between(1.3, 2.8), random.between(0.9, 1.5));
        let glint = Ellipse::new(centre, long, short, random.between(-0.8, 0.8));
        canvas.paint(&glint, grey(1.1), 0.6);
        glints.push(Box::new(glint));
    }
    Union(glints)
}

/// Foam: thin walls with a highlight each.
pub(super) fn bubbles(random: &mut Random, canvas: &mut Canvas, at: Point) -> Union {
    let mut all: Vec<Box<dyn Shape>> = Vec::new();
    let turn = random.between(0.0, TAU);
    for i in 0..6_u8 {
        let around = turn + f32::from(i) * 1.2566;
        let far = if i == 5 { 0.0 } else { random.between(8.5, 10.0) };
        let centre = point(at.x + far * cosf(around), at.y + far * sinf(around));
        let radius = random.between(4.2, 5.6);
        let bubble = Ellipse::disc(centre, radius);
        canvas.blend(&bubble, 0.6, 0.35, |_, _, _| [0.95, 0.85, 0.7]);
        canvas.blend(&Shell { of: bubble, half_thickness: 0.55 }, 0.5, 0.9, |_, _, _| [1.0, 0.98, 0.92]);
        let gleam = Ellipse::disc(point(centre.x - 0.4 * radius, centre.y - 0.4 * radius), 0.9);
        canvas.paint(&gleam, grey(1.0), 0.5);
        all.push(Box::new(bubble));
    }
    Union(all)
}

/// More light than the sensor can count.
pub(super) fn saturation(random: &mut Random, canvas: &mut Canvas, at: Point) -> Union {
    let blot = Lobed {
        centre: at,
        radius: random.between(12.0, 14.5),
        lobes: 3,
        depth: 0.1,
        phase: random.between(0.0, TAU),
        stretch: random.between(1.0, 1.4),
        angle: random.between(0.0, 3.0),
    };
    canvas.blend(&blot, 5.0, 1.0, |_, _, _| grey(1.15));
    Union(vec![Box::new(blot)])
}

/// Blood wiped over the wall, in streaks.
pub(super) fn smear(random: &mut Random, canvas: &mut Canvas, view: &View, at: Point) -> Union {
    let slant = random.between(-0.5, 0.5);
    let streaks = [-6.0, -2.0, 2.0, 6.0].map(|row| {
        let (back, ahead) = (random.between(7.0, 14.0), random.between(7.0, 14.0));
        Capsule {
            from: point(at.x - back, at.y + row - slant * back),
            to: point(at.x + ahead, at.y + row + slant * ahead),
            from_radius: random.between(2.0, 3.0),
            to_radius: random.between(0.8, 1.6),
        }
    });
    let smear = || Union(streaks.iter().map(|&streak| Box::new(streak) as Box<dyn Shape>).collect());
    blood(canvas, view, smear());
    smear()
}

/// A rod of metal that comes in from the rim.
pub(super) fn instrument(random: &mut Random, canvas: &mut Canvas, at: Point, side: f32) -> Union {
    let slope = random.between(0.4, 0.8);
    let tip = point(at.x - side * 6.0, at.y - 3.0);
    let on = |x: f32| point(side * x, tip.y + slope * (side * x - tip.x) * side);
    let rod = Capsule { from: on(70.0), to: tip, from_radius: 4.8, to_radius: 4.8 };
    let fallen =
        Capsule { from: point(rod.from.x, rod.from.y + 3.0), to: point(rod.to.x, rod.to.y + 3.0), ..rod };
    canvas.blend(&fallen, 2.5, 0.45, |_, _, before| mix(before, [0.1, 0.03, 0.03], 0.9));
    canvas.blend(&rod, 0.6, 1.0, |_, distance, _| {
        mix(grey(0.0), [0.72, 0.75, 0.8], 0.45 + 0.7 * smoothstep(0.0, 4.0, -distance))
    });
    canvas.paint(&Ellipse::disc(rod.to, 2.2), grey(0.15), 0.6);
    // Only the part within the round field.
    Union(vec![Box::new(Capsule { from: on(42.0), ..rod })])
}
