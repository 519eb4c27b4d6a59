//! Tissue section stained with haematoxylin and eosin: pink fibres, purple nuclei, and cells that differ in both.

use std::f32::consts::{PI, TAU};

use libm::{cosf, sinf};

use crate::canvas::{Canvas, Colour, mix};
use crate::geometry::{Ellipse, Lobed, Point, Shape, Union, point, smoothstep};
use crate::question::kinds;
use crate::random::Random;
use crate::scatter::{in_squares, scattered};
use crate::scene::Scene;
use crate::taxonomy::{Department, Granularity, Modality};
use crate::texture::Texture;

kinds! {
    CELL "tissue.cell" CellRecognition
        ["What is the cell in the {area}?", "Which cell is in the {area}?"]
        => ["neoplastic cell", "inflammatory cell", "epithelial cell", "connective tissue cell"];
    GRADE "tissue.grade" SeverityGrading
        ["What is the grade of this tissue?", "What grade of dysplasia does this tissue show?"]
        => ["normal", "low grade", "high grade"];
    COUNT "tissue.count" Counting
        ["How many neoplastic cells are visible?", "How many neoplastic cells does this image show?"]
        => ["one", "two", "three", "four", "five"];
}

// Indices of answers of `CELL`.
const NEOPLASTIC: usize = 0;
const INFLAMMATORY: usize = 1;
const EPITHELIAL: usize = 2;
const CONNECTIVE: usize = 3;

/// What the stain makes dark: nuclei, the darkest first.
const DARK: Colour = [0.24, 0.09, 0.36];
const PURPLE: Colour = [0.42, 0.22, 0.52];
const PALE: Colour = [0.66, 0.48, 0.72];
const CYTOPLASM: Colour = [0.95, 0.80, 0.88];
const BORDER: Colour = [0.70, 0.40, 0.62];

pub(crate) fn scene(random: &mut Random, mut canvas: Canvas) -> Scene {
    stroma(random, &mut canvas);
    let chromatin = Texture::new(random, 40);
    let which = random.unit();
    let mut scene = if which < 0.5 {
        mixed(random, canvas, &chromatin)
    } else if which < 0.75 {
        sheet(random, canvas, &chromatin)
    } else {
        counted(random, canvas, &chromatin)
    };
    let grain = random.between(0.01, 0.03);
    scene.canvas.grain(random, grain, 0.4);
    scene
}

/// Wavy fibres that run one way.
fn stroma(random: &mut Random, canvas: &mut Canvas) {
    let (broad, fibres) = (Texture::new(random, 5), Texture::new(random, 36));
    let angle = random.between(0.0, PI);
    let (cos, sin) = (cosf(angle), sinf(angle));
    let tone = mix([0.93, 0.70, 0.79], [0.90, 0.66, 0.80], random.unit());
    canvas.map(|at, _| {
        let shade = broad.at(at);
        let along = 0.25 * (at.x * cos + at.y * sin);
        let fibre = fibres.at(point(along, 0.7 * (at.y * cos - at.x * sin) + 2.0 * shade));
        tone.map(|channel| channel * (1.0 + 0.02 * shade + 0.035 * fibre))
    });
}

/// Cells of all classes; one is boxed.
fn mixed(random: &mut Random, mut canvas: Canvas, chromatin: &Texture) -> Scene {
    let truth = random.below(4);
    let middle = point(random.between(-30.0, 30.0), random.between(-30.0, 30.0));
    let others = scattered(random, 14, 46.0, 20.5, |at| at.distance(middle) > 24.0);
    let mut classes = [NEOPLASTIC, INFLAMMATORY, EPITHELIAL, CONNECTIVE];
    random.shuffle(&mut classes);
    for (i, &at) in others.iter().enumerate() {
        cell(random, &mut canvas, chromatin, at, classes[i % 4]);
    }
    let shape = cell(random, &mut canvas, chromatin, middle, truth);
    let mut scene = Scene::new(canvas, Modality::Histopathology);
    let department = if truth == NEOPLASTIC { Department::Oncology } else { Department::LaboratoryMedicine };
    scene.mark_as(Granularity::Box, shape, &CELL, truth, department);
    scene
}

/// Neoplastic cells of one look, each in its own square, among paler ones.
fn counted(random: &mut Random, mut canvas: Canvas, chromatin: &Texture) -> Scene {
    let n = 1 + random.below(5);
    let places: Vec<Point> = in_squares(random, n, 25.0, |_| true)
        .into_iter()
        .map(|at| point(at.x + random.between(-0.6, 0.6), at.y + random.between(-0.6, 0.6)))
        .collect();
    let paler = scattered(random, 14, 46.0, 20.0, |at| places.iter().all(|other| other.distance(at) > 21.5));
    for (i, &at) in paler.iter().enumerate() {
        cell(random, &mut canvas, chromatin, at, [EPITHELIAL, CONNECTIVE][i % 2]);
    }
    for &at in &places {
        cell(random, &mut canvas, chromatin, at, NEOPLASTIC);
    }
    let mut scene = Scene::new(canvas, Modality::Histopathology);
    scene.ask(&COUNT, n - 1, Department::LaboratoryMedicine);
    places.into_iter().for_each(|at| scene.place(at));
    scene
}

/// A sheet of one kind of cell: the higher the grade, the larger, darker, more crowded and more uneven the nuclei.
fn sheet(random: &mut Random, mut canvas: Canvas, chromatin: &Texture) -> Scene {
    let grade = random.below(3);
    let (spacing, radius, uneven) = [(15.5, 3.0, 0.05), (12.5, 4.2, 0.18), (13.5, 5.7, 0.3)][grade];
    let (colour, depth) = [(PALE, 0.0), (PURPLE, 0.05), (DARK, 0.17)][grade];
    let (spacing, turn) = (spacing * random.between(0.95, 1.05), random.between(0.0, PI));
    let (cos, sin) = (cosf(turn), sinf(turn));
    let mut nuclei = Vec::new();
    for row in -6_i8..=6 {
        for column in -6_i8..=6 {
            let x = spacing * (f32::from(column) + 0.5 * f32::from(row.rem_euclid(2)));
            let y = spacing * 0.87 * f32::from(row);
            let loose = 0.1 + 0.35 * uneven;
            let (x, y) =
                (x + spacing * random.between(-loose, loose), y + spacing * random.between(-loose, loose));
            let size = radius * (1.0 + random.between(-uneven, uneven));
            let shape = nucleus(random, point(x * cos - y * sin, x * sin + y * cos), size, depth);
            nuclei.push(shape);
        }
    }
    for nucleus in &nuclei {
        let body = Ellipse::disc(nucleus.centre, 0.5 * spacing);
        canvas.blend(&body, 0.8, 0.9, |_, distance, _| {
            mix(CYTOPLASM, BORDER, 0.55 * smoothstep(-1.6, -0.2, distance))
        });
    }
    for nucleus in &nuclei {
        // A pale seam keeps neighbours apart where they crowd.
        let seam = Lobed { radius: nucleus.radius + 0.7, ..*nucleus };
        canvas.paint(&seam, CYTOPLASM, 0.6);
        paint_nucleus(&mut canvas, chromatin, nucleus, colour);
    }
    let mut scene = Scene::new(canvas, Modality::Histopathology);
    scene.ask(&GRADE, grade, Department::Oncology);
    scene
}

/// A convex polygon, given by the distance of each side from the centre.
struct Polygon {
    centre: Point,
    /// The direction of each side's normal and its distance.
    sides: Vec<(f32, f32, f32)>,
}

impl Shape for Polygon {
    fn distance(&self, at: Point) -> f32 {
        let (x, y) = (at.x - self.centre.x, at.y - self.centre.y);
        self.sides.iter().map(|&(cos, sin, away)| x * cos + y * sin - away).fold(f32::MIN, f32::max)
    }

    fn reach(&self) -> (Point, f32) {
        // Normals are at most 83 degrees apart: a corner lies at most 1.4 times as far as its sides.
        (self.centre, 1.4 * self.sides.iter().map(|&(_, _, away)| away).fold(0.0, f32::max))
    }
}

fn nucleus(random: &mut Random, centre: Point, radius: f32, depth: f32) -> Lobed {
    Lobed {
        centre,
        radius,
        lobes: 2 + random.below(3) as u8,
        depth,
        phase: random.between(0.0, TAU),
        stretch: 1.0 + random.between(0.0, depth),
        angle: random.between(0.0, PI),
    }
}

fn paint_nucleus(canvas: &mut Canvas, chromatin: &Texture, shape: &impl Shape, colour: Colour) {
    canvas.blend(shape, 0.6, 1.0, |at, distance, _| {
        // Chromatin is thickest at the membrane.
        let clumps = 0.12 + 0.1 * chromatin.at(at) - 0.12 * smoothstep(-1.5, -0.3, distance);
        mix(colour, [1.0; 3], clumps.max(0.0))
    });
}

/// Draws a cell of a class and returns its outline.
fn cell(random: &mut Random, canvas: &mut Canvas, chromatin: &Texture, at: Point, class: usize) -> Union {
    match class {
        NEOPLASTIC => {
            let (radius, depth) = (random.between(6.8, 7.2), random.between(0.1, 0.14));
            let shape = nucleus(random, at, radius, depth);
            let body = Lobed { radius: radius + 1.2, ..shape };
            canvas.paint(&body, mix(CYTOPLASM, BORDER, 0.4), 0.8);
            paint_nucleus(canvas, chromatin, &shape, DARK);
            let nucleolus =
                Ellipse::disc(point(at.x + random.between(-2.0, 2.0), at.y + random.between(-2.0, 2.0)), 1.5);
            canvas.paint(&nucleolus, [0.62, 0.18, 0.48], 0.6);
            Union(vec![Box::new(body)])
        }
        INFLAMMATORY => {
            let body = Ellipse::disc(at, random.between(6.9, 7.4));
            canvas.paint(&body, mix(CYTOPLASM, PALE, 0.35), 0.7);
            paint_nucleus(canvas, chromatin, &Ellipse::disc(at, random.between(4.3, 4.7)), DARK);
            Union(vec![Box::new(body)])
        }
        EPITHELIAL => {
            let turn = random.between(0.0, TAU);
            let sides = (0..6_u8)
                .map(|i| {
                    let angle = turn + PI / 3.0 * f32::from(i) + random.between(-0.2, 0.2);
                    (cosf(angle), sinf(angle), random.between(8.0, 9.7))
                })
                .collect();
            let body = Polygon { centre: at, sides };
            canvas.blend(&body, 0.6, 1.0, |_, distance, _| {
                mix(CYTOPLASM, BORDER, smoothstep(-1.7, -0.7, distance))
            });
            paint_nucleus(canvas, chromatin, &Ellipse::disc(at, random.between(3.5, 4.0)), PALE);
            Union(vec![Box::new(body)])
        }
        _ => {
            let angle = random.between(0.0, PI);
            let body = Ellipse::new(at, random.between(10.0, 11.5), random.between(2.4, 2.9), angle);
            paint_nucleus(canvas, chromatin, &body, PURPLE);
            Union(vec![Box::new(body)])
        }
    }
}
