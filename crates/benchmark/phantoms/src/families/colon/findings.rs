//! What may lie on the mucosa.

use std::f32::consts::TAU;

use crate::canvas::{Canvas, Colour, grey, mix};
use crate::geometry::{Ellipse, Lobed, Path, Point, Shape, Union, point, rounded, smoothstep};
use crate::random::Random;
use crate::texture::Rough;

use super::view::View;

const BLOOD: Colour = [0.4, 0.02, 0.03];

/// A smooth dome, redder than the wall.
pub(super) fn polyp(random: &mut Random, canvas: &mut Canvas, view: &View, at: Point) {
    let radius = random.between(9.5, 12.0);
    let dome = Lobed {
        centre: at,
        radius,
        lobes: 3,
        depth: 0.05,
        phase: random.between(0.0, TAU),
        stretch: random.between(1.0, 1.35),
        angle: random.between(0.0, 3.0),
    };
    let foot = Lobed { centre: point(at.x + 0.8, at.y + 2.0), radius: radius + 1.5, ..dome };
    canvas.blend(&foot, 3.5, 0.55, |_, _, before| mix(before, [0.25, 0.05, 0.05], 0.8));
    // Lit from the scope: brightest a little above its middle, with the wall's colour at its foot.
    canvas.blend(&dome, 1.4, 1.0, |place, distance, _| {
        let from_top = place.distance(point(at.x - 1.5, at.y - 3.0)) / radius;
        let colour = mix([0.86, 0.45, 0.38], [0.95, 0.36, 0.34], smoothstep(0.0, 4.0, -distance));
        mix(grey(0.0), colour, 1.05 - 0.36 * from_top * from_top + 0.06 * view.fine.at(place))
    });
    let gleam = Ellipse::new(point(at.x - 3.0, at.y - 4.5), 2.6, 1.4, -0.5);
    canvas.blend(&gleam, 1.2, 0.85, |_, _, _| grey(1.0));
}

/// A pale crater with a red rim.
pub(super) fn ulcer(random: &mut Random, canvas: &mut Canvas, view: &View, at: Point) {
    let (radius_x, radius_y) = (random.between(9.0, 11.5), random.between(8.0, 9.5));
    let frayed = |beyond: f32, angle: f32| Rough {
        of: Ellipse::new(at, radius_x + beyond, radius_y + beyond, angle),
        by: &view.ragged,
        depth: 1.2,
    };
    let angle = random.between(0.0, 3.0);
    canvas.blend(&frayed(3.5, angle), 2.0, 0.9, |_, _, _| [0.76, 0.14, 0.13]);
    canvas.blend(&frayed(0.0, angle), 0.9, 1.0, |place, distance, _| {
        let light = 0.92 + 0.07 * view.ragged.at(place) + 0.04 * view.fine.at(place);
        mix([0.72, 0.58, 0.38], mix(grey(0.0), [0.97, 0.92, 0.7], light), smoothstep(0.0, 3.5, -distance))
    });
}

/// A dark pool and the blood that runs down from it.
pub(super) fn bleeding(random: &mut Random, canvas: &mut Canvas, view: &View, at: Point) {
    let pool =
        Ellipse::new(at, random.between(10.0, 13.0), random.between(7.0, 9.0), random.between(-0.4, 0.4));
    let runs = [-5.5, 0.0, 5.5].map(|aside| {
        let bend = random.between(-2.5, 2.5);
        let far = random.between(10.0, 24.0);
        let course = [(0.0, 0.0), (bend, 0.4 * far), (-0.4 * bend, 0.7 * far), (0.2 * bend, far)];
        let course: Vec<Point> = course.iter().map(|&(x, y)| point(at.x + aside + x, at.y + y)).collect();
        Path { points: rounded(&course), radius: random.between(1.8, 2.6) }
    });
    let runs = runs.into_iter().map(|run| Box::new(run) as Box<dyn Shape>);
    blood(canvas, view, Union(runs.chain([Box::new(pool) as Box<dyn Shape>]).collect()));
    let gleam = Ellipse::new(point(at.x - 3.5, at.y - 2.5), 3.2, 1.0, -0.3);
    canvas.blend(&gleam, 1.0, 0.6, |_, _, _| [1.0, 0.8, 0.78]);
}

pub(super) fn blood(canvas: &mut Canvas, view: &View, shape: Union) {
    let frayed = Rough { of: shape, by: &view.ragged, depth: 0.8 };
    canvas.blend(&frayed, 0.9, 0.97, |_, distance, _| {
        mix([0.62, 0.05, 0.05], BLOOD, smoothstep(0.0, 3.5, -distance))
    });
}
