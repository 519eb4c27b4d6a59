//! Gram-stained smear under the microscope: microbes of one shape on a pale ground, violet if they keep the first stain and pink if
//! they do not.

use std::f32::consts::{PI, TAU};

use libm::{cosf, sinf};

use crate::canvas::{Canvas, Colour, mix};
use crate::geometry::{Capsule, Ellipse, Lobed, Point, Shape, point, smoothstep};
use crate::question::kinds;
use crate::random::Random;
use crate::scatter::scattered;
use crate::scene::Scene;
use crate::taxonomy::{Department, Modality};
use crate::texture::Texture;

kinds! {
    SHAPE "microbes.shape" MicroorganismRecognition
        ["Which microorganism does this image show?", "Which microbe is shown in this smear?"]
        => ["streptococcus", "staphylococcus", "bacillus", "spirochaete", "yeast"];
    GRAM "microbes.gram" AttributeRecognition
        ["What is the Gram stain of the microbes?", "Which Gram stain does this smear show?"]
        => ["gram positive", "gram negative"];
}

const VIOLET: Colour = [0.33, 0.14, 0.52];
const PINK: Colour = [0.88, 0.26, 0.40];

/// The colours of a slide's microbes: the stain at their thick edge, and a paler middle.
struct Stain {
    colour: Colour,
    middle: Colour,
}

impl Stain {
    /// A body of this half width, shaded round.
    fn fill(&self, canvas: &mut Canvas, body: &impl Shape, half_width: f32) {
        canvas.blend(body, 0.6, 1.0, |_, distance, _| {
            mix(self.colour, self.middle, smoothstep(0.1, 1.0, -distance / half_width))
        });
    }
}

pub(crate) fn scene(random: &mut Random, mut canvas: Canvas) -> Scene {
    let shape = random.below(5);
    let gram = random.below(2);
    ground(random, &mut canvas);
    let pale = random.between(0.0, 0.12);
    let colour = mix([VIOLET, PINK][gram], [1.0; 3], pale);
    let stain = Stain { colour, middle: mix(colour, [1.0; 3], 0.3) };

    type Draw = fn(&mut Random, &mut Canvas, &Stain, Point);
    let (n, apart, draw): (usize, f32, Draw) = match shape {
        0 => (4, 27.0, chain),
        1 => (4, 32.0, cluster),
        2 => (11, 17.0, rod),
        3 => (7, 21.0, spiral),
        _ => (7, 23.0, budding),
    };
    let n = n - random.below(1 + n / 3);
    let places = scattered(random, n, 38.0, apart, |_| true);
    places.iter().for_each(|&at| draw(random, &mut canvas, &stain, at));
    let grain = random.between(0.01, 0.03);
    canvas.grain(random, grain, 0.4);

    let mut scene = Scene::new(canvas, Modality::Microscopy);
    scene.ask(&SHAPE, shape, Department::InfectiousDiseases);
    scene.ask(&GRAM, gram, Department::LaboratoryMedicine);
    places.iter().take(7).for_each(|&at| scene.place(at));
    scene
}

/// Glass, dried slime and pale remains of cells, whatever the stain.
fn ground(random: &mut Random, canvas: &mut Canvas) {
    let (broad, fine) = (Texture::new(random, 5), Texture::new(random, 18));
    let tone = mix([0.95, 0.93, 0.88], [0.94, 0.90, 0.91], random.unit());
    canvas.map(|at, _| tone.map(|channel| channel * (1.0 + 0.025 * broad.at(at) + 0.012 * fine.at(at))));
    for _ in 0..3 {
        let remains = Lobed {
            centre: point(random.between(-50.0, 50.0), random.between(-50.0, 50.0)),
            radius: random.between(8.0, 14.0),
            lobes: 3,
            depth: 0.2,
            phase: random.between(0.0, TAU),
            stretch: random.between(1.0, 1.5),
            angle: random.between(0.0, PI),
        };
        let opacity = random.between(0.2, 0.4);
        canvas.blend(&remains, 3.0, opacity, |_, _, _| [0.84, 0.77, 0.82]);
    }
}

/// Cocci in a row along a bent line.
fn chain(random: &mut Random, canvas: &mut Canvas, stain: &Stain, centre: Point) {
    let n = 6 + random.below(3);
    let radius = random.between(3.1, 3.5);
    let (mut angle, bend) = (random.between(0.0, TAU), random.between(-0.28, 0.28));
    let half = 0.95 * radius * n as f32;
    let mut at = point(centre.x - half * cosf(angle), centre.y - half * sinf(angle));
    for _ in 0..n {
        stain.fill(canvas, &Ellipse::disc(at, radius), radius);
        at = point(at.x + 1.85 * radius * cosf(angle), at.y + 1.85 * radius * sinf(angle));
        angle += bend + random.between(-0.15, 0.15);
    }
}

/// Cocci like grapes: closely packed, about as wide as high.
fn cluster(random: &mut Random, canvas: &mut Canvas, stain: &Stain, centre: Point) {
    let radius = random.between(3.1, 3.5);
    let mut packed: Vec<(f32, Point)> = Vec::new();
    for row in -3_i8..=3 {
        for column in -3_i8..=3 {
            let x = 1.9 * (f32::from(column) + 0.5 * f32::from(row.rem_euclid(2)));
            let y = 1.65 * f32::from(row);
            let (x, y) = (x + random.between(-0.2, 0.2), y + random.between(-0.2, 0.2));
            let order = x * x + y * y + random.between(0.0, 8.0);
            packed.push((order, point(centre.x + radius * x, centre.y + radius * y)));
        }
    }
    packed.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    packed.truncate(10 + random.below(5));
    for (_, at) in packed {
        stain.fill(canvas, &Ellipse::disc(at, radius), radius);
    }
}

fn rod(random: &mut Random, canvas: &mut Canvas, stain: &Stain, centre: Point) {
    let (half, angle) = (random.between(5.0, 6.5), random.between(0.0, PI));
    let (dx, dy) = (half * cosf(angle), half * sinf(angle));
    let radius = random.between(2.5, 2.9);
    let body = Capsule {
        from: point(centre.x - dx, centre.y - dy),
        to: point(centre.x + dx, centre.y + dy),
        from_radius: radius,
        to_radius: radius,
    };
    stain.fill(canvas, &body, radius);
}

/// A corkscrew seen from the side.
fn spiral(random: &mut Random, canvas: &mut Canvas, stain: &Stain, centre: Point) {
    let (half, angle) = (random.between(12.0, 16.0), random.between(0.0, PI));
    let (cos, sin) = (cosf(angle), sinf(angle));
    let (pace, phase) = (random.between(0.7, 0.8), random.between(0.0, TAU));
    let place = |i: u8| {
        let along = half * (f32::from(i) / 20.0 - 1.0);
        let aside = 2.8 * sinf(pace * along + phase);
        point(centre.x + along * cos - aside * sin, centre.y + along * sin + aside * cos)
    };
    for i in 0..40 {
        let piece = Capsule { from: place(i), to: place(i + 1), from_radius: 1.15, to_radius: 1.15 };
        canvas.paint(&piece, stain.colour, 0.5);
    }
}

/// A large oval cell with a smaller one growing from its end.
fn budding(random: &mut Random, canvas: &mut Canvas, stain: &Stain, centre: Point) {
    let (angle, long) = (random.between(0.0, TAU), random.between(7.0, 8.2));
    let short = long * random.between(0.72, 0.82);
    let away = long + 2.4;
    let bud = point(centre.x + away * cosf(angle), centre.y + away * sinf(angle));
    stain.fill(canvas, &Ellipse::new(bud, 3.9, 3.4, angle), 3.4);
    stain.fill(canvas, &Ellipse::new(centre, long, short, angle), short);
}
