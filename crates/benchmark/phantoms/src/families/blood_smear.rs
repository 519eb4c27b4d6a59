//! Blood smear, stained and under the microscope: red cells with pale centres, platelets, and white cells that differ in their
//! nuclei.

use std::f32::consts::{PI, TAU};

use libm::{cosf, sinf};

use crate::canvas::{Canvas, Colour, mix};
use crate::geometry::{Capsule, Ellipse, Lobed, Point, Shape, Union, Without, point, smoothstep};
use crate::question::kinds;
use crate::random::Random;
use crate::scatter::{in_squares, scattered};
use crate::scene::Scene;
use crate::taxonomy::{Department, Granularity, Modality};
use crate::texture::Texture;

kinds! {
    WHITE_CELL "blood.white_cell" CellRecognition
        ["Which white blood cell is shown?", "Which kind of white blood cell does this image show?"]
        => ["neutrophil", "lymphocyte", "eosinophil", "monocyte"];
    CELL "blood.cell" CellRecognition
        ["What is the cell in the {area}?", "Which blood cell is in the {area}?"]
        => ["red blood cell", "white blood cell", "platelet"];
    COUNT "blood.count" Counting
        ["How many lymphocytes are visible?", "How many lymphocytes does this image show?"]
        => ["one", "two", "three", "four", "five"];
}

// Indices of answers of `WHITE_CELL`.
const NEUTROPHIL: usize = 0;
const LYMPHOCYTE: usize = 1;
const EOSINOPHIL: usize = 2;

const RED: Colour = [0.84, 0.47, 0.46];
const RED_CENTRE: Colour = [0.94, 0.73, 0.70];
const NUCLEUS: Colour = [0.36, 0.15, 0.50];
const ORANGE: Colour = [0.95, 0.42, 0.14];

pub(crate) fn scene(random: &mut Random, mut canvas: Canvas) -> Scene {
    let tone = mix([0.96, 0.94, 0.91], [0.95, 0.91, 0.92], random.unit());
    let broad = Texture::new(random, 5);
    canvas.map(|at, _| tone.map(|channel| channel * (1.0 + 0.015 * broad.at(at))));
    let mut scene = if random.chance(0.3) { many(random, canvas) } else { one(random, canvas) };
    let grain = random.between(0.01, 0.03);
    scene.canvas.grain(random, grain, 0.4);
    scene
}

/// One large white cell, and a box round it or round another cell in most images.
fn one(random: &mut Random, mut canvas: Canvas) -> Scene {
    let which = random.below(4);
    let white = Ellipse::disc(
        point(random.between(-20.0, 20.0), random.between(-20.0, 20.0)),
        random.between(16.5, 19.0),
    );
    let radius = random.between(8.2, 9.4);
    let platelets = scattered(random, 2, 40.0, 16.0, |at| white.distance(at) > 8.5);
    let platelets: Vec<Lobed> = platelets.into_iter().map(|at| platelet(random, at, 5.2)).collect();
    let reds = scattered(random, 30, 56.0, 2.0 * radius, |at| {
        white.distance(at) > radius + 0.8 && platelets.iter().all(|other| other.distance(at) > radius + 1.5)
    });
    let reds: Vec<Ellipse> = reds.into_iter().map(|at| red_cell(random, at, radius)).collect();

    reds.iter().for_each(|cell| paint_red(&mut canvas, cell));
    platelets.iter().for_each(|cell| paint_platelet(random, &mut canvas, cell));
    white_cell(random, &mut canvas, white, which);

    let mut scene = Scene::new(canvas, Modality::Microscopy);
    scene.ask(&WHITE_CELL, which, Department::Hematology);
    scene.place(white.centre);
    let whole = reds.into_iter().find(|cell| cell.centre.x.abs().max(cell.centre.y.abs()) < 46.0 - radius);
    if random.chance(0.6)
        && let (Some(red), Some(&platelet)) = (whole, platelets.first())
    {
        let truth = random.below(3);
        match truth {
            0 => scene.mark_as(Granularity::Box, red, &CELL, truth, Department::Hematology),
            1 => scene.mark_as(Granularity::Box, white, &CELL, truth, Department::Hematology),
            _ => scene.mark_as(Granularity::Box, platelet, &CELL, truth, Department::Hematology),
        }
    }
    scene
}

/// A wider view with one to five lymphocytes.
fn many(random: &mut Random, mut canvas: Canvas) -> Scene {
    let n = 1 + random.below(5);
    // Never in adjacent squares, so that red cells lie between them.
    let places = in_squares(random, n, 25.0, |_| true);
    let whites: Vec<Ellipse> = places
        .into_iter()
        .map(|at| {
            let at = point(at.x + random.between(-1.2, 1.2), at.y + random.between(-1.2, 1.2));
            Ellipse::disc(at, random.between(7.6, 8.4))
        })
        .collect();
    let radius = random.between(5.4, 6.0);
    let clear = |at: Point, by: f32| whites.iter().all(|white| white.distance(at) > by);
    let reds = scattered(random, 60, 54.0, 2.0 * radius, |at| clear(at, radius + 0.8));
    let platelets = scattered(random, 4, 46.0, 8.0, |at| {
        clear(at, 4.0) && reds.iter().all(|red| red.distance(at) > radius + 2.0)
    });
    for at in reds {
        let cell = red_cell(random, at, radius);
        paint_red(&mut canvas, &cell);
    }
    for at in platelets {
        let cell = platelet(random, at, 2.2);
        paint_platelet(random, &mut canvas, &cell);
    }
    for &white in &whites {
        white_cell(random, &mut canvas, white, LYMPHOCYTE);
    }
    let mut scene = Scene::new(canvas, Modality::Microscopy);
    scene.ask(&COUNT, n - 1, Department::Hematology);
    whites.iter().for_each(|white| scene.place(white.centre));
    scene
}

fn red_cell(random: &mut Random, at: Point, radius: f32) -> Ellipse {
    Ellipse::new(at, radius, radius * random.between(0.9, 1.0), random.between(0.0, PI))
}

fn paint_red(canvas: &mut Canvas, cell: &Ellipse) {
    canvas.blend(cell, 0.6, 0.95, |_, distance, _| {
        mix(RED, RED_CENTRE, smoothstep(0.35, 0.85, -distance / cell.radius_y))
    });
}

fn platelet(random: &mut Random, centre: Point, size: f32) -> Lobed {
    Lobed {
        centre,
        radius: size * random.between(0.92, 1.08),
        lobes: 5,
        depth: 0.06,
        phase: random.between(0.0, TAU),
        stretch: random.between(1.0, 1.3),
        angle: random.between(0.0, PI),
    }
}

fn paint_platelet(random: &mut Random, canvas: &mut Canvas, cell: &Lobed) {
    let granules = Texture::new(random, 60);
    canvas.blend(cell, 0.9, 0.9, |at, distance, _| {
        let middle = smoothstep(0.0, 3.0, -distance + 0.8 * granules.at(at));
        mix([0.76, 0.66, 0.84], [0.50, 0.30, 0.64], middle)
    });
}

/// A white cell: neutrophil, lymphocyte, eosinophil or monocyte.
fn white_cell(random: &mut Random, canvas: &mut Canvas, cell: Ellipse, which: usize) {
    let (centre, size) = (cell.centre, cell.radius_x);
    let angle = random.between(0.0, TAU);
    let (cos, sin) = (cosf(angle), sinf(angle));
    // Coordinates in radii of the cell, turned with it.
    let place =
        |x: f32, y: f32| point(centre.x + size * (x * cos - y * sin), centre.y + size * (x * sin + y * cos));
    let oval = |x: f32, y: f32, half_width: f32, half_height: f32, tilt: f32| {
        Ellipse::new(place(x, y), size * half_width, size * half_height, angle + tilt)
    };
    let bridge = |from: (f32, f32), to: (f32, f32)| Capsule {
        from: place(from.0, from.1),
        to: place(to.0, to.1),
        from_radius: 0.09 * size,
        to_radius: 0.09 * size,
    };
    let (fine, chromatin) = (Texture::new(random, 50), Texture::new(random, 24));

    let body: Colour = match which {
        NEUTROPHIL => [0.93, 0.80, 0.85],
        LYMPHOCYTE => [0.58, 0.68, 0.92],
        EOSINOPHIL => [0.97, 0.78, 0.64],
        _ => [0.66, 0.69, 0.80],
    };
    canvas.blend(&cell, 0.7, 1.0, |at, distance, _| {
        let rim = 1.0 - 0.12 * smoothstep(-1.8, 0.0, distance);
        body.map(|channel| channel * rim * (1.0 + 0.025 * fine.at(at)))
    });
    if which == EOSINOPHIL {
        for at in scattered(random, 60, 50.0, 3.4, |at| cell.distance(at) < -2.2) {
            canvas.paint(&Ellipse::disc(at, 1.7), ORANGE, 0.5);
        }
    }

    let nucleus: Box<dyn Shape> = match which {
        NEUTROPHIL => Box::new(Union(vec![
            Box::new(oval(-0.42, 0.26, 0.27, 0.33, 0.5)),
            Box::new(oval(0.0, -0.40, 0.33, 0.27, 0.0)),
            Box::new(oval(0.44, 0.24, 0.27, 0.33, -0.5)),
            Box::new(bridge((-0.42, 0.26), (0.0, -0.40))),
            Box::new(bridge((0.0, -0.40), (0.44, 0.24))),
        ])),
        LYMPHOCYTE => Box::new(oval(0.05, 0.03, 0.83, 0.80, 0.0)),
        EOSINOPHIL => Box::new(Union(vec![
            Box::new(oval(-0.40, -0.08, 0.30, 0.40, 0.25)),
            Box::new(oval(0.40, -0.08, 0.30, 0.40, -0.25)),
            Box::new(bridge((-0.40, -0.25), (0.40, -0.25))),
        ])),
        _ => Box::new(Without(oval(0.0, -0.06, 0.72, 0.56, 0.0), oval(0.0, 0.52, 0.30, 0.52, 0.0))),
    };
    let pale = if which == NEUTROPHIL || which == LYMPHOCYTE || which == EOSINOPHIL { 0.0 } else { 0.16 };
    canvas.blend(nucleus.as_ref(), 0.6, 1.0, |at, _, _| {
        mix(NUCLEUS, [0.62, 0.42, 0.72], pale + 0.13 * (1.0 + chromatin.at(at)))
    });
}
