//! Dermoscopy: one lesion of the skin, close up and without glare, and a few hairs.

use std::f32::consts::{PI, TAU};

use libm::{atan2f, cosf, sinf};

use crate::canvas::{Canvas, Colour, mix};
use crate::geometry::{Capsule, Ellipse, Point, Shape, length, point, rounded, smoothstep};
use crate::question::kinds;
use crate::random::Random;
use crate::scatter::scattered;
use crate::scene::Scene;
use crate::taxonomy::{Department, Modality};
use crate::texture::Texture;

kinds! {
    FINDING "skin.finding" DiseaseDiagnosis
        ["Which skin lesion does this dermoscopy image show?", "What is the lesion in this image?"]
        => ["melanoma", "nevus", "hemangioma", "seborrheic keratosis"];
    BORDER "skin.border" AttributeRecognition
        ["What is the border of the lesion like?", "Which border does this skin lesion have?"]
        => ["regular border", "irregular border"];
}

// Indices of answers of `FINDING`.
const MELANOMA: usize = 0;
const NEVUS: usize = 1;
const HEMANGIOMA: usize = 2;

/// Share of irregular borders among the other lesions. Melanomas always have one, so half of all lesions do.
const IRREGULAR: f32 = 1.0 / 3.0;

/// A disc, stretched along one axis, whose radius varies with several waves at once.
#[derive(Clone, Copy)]
struct Outline {
    centre: Point,
    radius: f32,
    /// How often each wave goes round, its depth as a part of the radius, and its phase.
    waves: [(f32, f32, f32); 3],
    stretch: f32,
    turn: (f32, f32),
}

impl Outline {
    fn new(random: &mut Random, irregular: bool) -> Self {
        let waves = if irregular {
            [(3.0, 0.13), (5.0, 0.11), (9.0, 0.09)]
        } else {
            [(2.0, 0.02), (3.0, 0.015), (4.0, 0.0)]
        };
        let angle = random.between(0.0, PI);
        Self {
            centre: point(random.between(-6.0, 6.0), random.between(-6.0, 6.0)),
            radius: random.between(20.0, 26.0),
            waves: waves
                .map(|(often, depth)| (often, depth * random.between(0.85, 1.15), random.between(0.0, TAU))),
            stretch: random.between(1.0, 1.25),
            turn: (cosf(angle), sinf(angle)),
        }
    }
}

impl Shape for Outline {
    fn distance(&self, at: Point) -> f32 {
        let (dx, dy, (cos, sin)) = (at.x - self.centre.x, at.y - self.centre.y, self.turn);
        let (u, v) = ((dx * cos + dy * sin) / self.stretch, dy * cos - dx * sin);
        let angle = atan2f(v, u);
        let swing: f32 =
            self.waves.iter().map(|&(often, depth, phase)| depth * cosf(often * angle + phase)).sum();
        length(u, v) - self.radius * (1.0 + swing)
    }

    fn reach(&self) -> (Point, f32) {
        let deepest: f32 = self.waves.iter().map(|&(_, depth, _)| depth).sum();
        (self.centre, self.radius * (1.0 + deepest) * self.stretch)
    }
}

pub(crate) fn scene(random: &mut Random, mut canvas: Canvas) -> Scene {
    let finding = random.below(4);
    let irregular = random.chance(IRREGULAR) || finding == MELANOMA;
    let outline = Outline::new(random, irregular);

    let (broad, pores) = (Texture::new(random, 6), Texture::new(random, 30));
    let tone = mix([0.93, 0.74, 0.66], [0.85, 0.66, 0.55], random.unit());
    canvas.map(|at, _| tone.map(|channel| channel * (1.0 + 0.03 * broad.at(at) + 0.02 * pores.at(at))));
    match finding {
        MELANOMA => melanoma(random, &mut canvas, &outline),
        NEVUS => nevus(random, &mut canvas, &outline),
        HEMANGIOMA => hemangioma(random, &mut canvas, &outline),
        _ => keratosis(random, &mut canvas, &outline),
    }
    hairs(random, &mut canvas);
    let (falloff, grain) = (random.between(0.05, 0.3), random.between(0.01, 0.03));
    canvas.map(|at, before| {
        let far = length(at.x, at.y) / 70.0;
        before.map(|channel| channel * (1.0 - falloff * far * far))
    });
    canvas.grain(random, grain, 0.4);

    let mut scene = Scene::new(canvas, Modality::Dermoscopy);
    let department = if finding == MELANOMA { Department::Oncology } else { Department::Dermatology };
    scene.ask(&FINDING, finding, department);
    scene.ask(&BORDER, usize::from(irregular), Department::Dermatology);
    scene.place(outline.centre);
    scene
}

/// Up to this many places in a lesion, apart from each other and from its border.
fn spread(random: &mut Random, outline: &Outline, wanted: usize, apart: f32, inside: f32) -> Vec<Point> {
    scattered(random, wanted, 46.0, apart, |at| outline.distance(at) < -inside)
}

/// Several colours, unevenly spread: brown, blue-black, blue-grey, red.
fn melanoma(random: &mut Random, canvas: &mut Canvas, outline: &Outline) {
    let colours: [Colour; 5] =
        [[0.07, 0.06, 0.12], [0.09, 0.07, 0.12], [0.33, 0.40, 0.54], [0.62, 0.25, 0.24], [0.10, 0.07, 0.10]];
    let streaks = Texture::new(random, 14);
    let base = mix([0.40, 0.24, 0.15], [0.32, 0.19, 0.14], random.unit());
    let places = spread(random, outline, colours.len(), 9.0, 2.0);
    let patches: Vec<(Ellipse, Colour)> = places
        .iter()
        .zip(colours)
        .map(|(&at, colour)| {
            let (x, y) = (random.between(6.0, 10.0), random.between(5.0, 8.0));
            (Ellipse::new(at, x, y, random.between(0.0, PI)), colour)
        })
        .collect();
    canvas.blend(outline, 0.8, 0.97, |at, _, _| {
        let streak = streaks.at(at);
        patches.iter().fold(base.map(|channel| channel * (1.0 + 0.12 * streak)), |before, (patch, colour)| {
            mix(before, *colour, 0.92 * (1.0 - smoothstep(-1.8, 1.8, patch.distance(at) + 1.2 * streak)))
        })
    });
}

/// One even brown, a little paler at the edge.
fn nevus(random: &mut Random, canvas: &mut Canvas, outline: &Outline) {
    let net = Texture::new(random, 34);
    let colour = mix([0.55, 0.34, 0.21], [0.45, 0.28, 0.19], random.unit());
    canvas.blend(outline, 1.2, 0.95, |at, distance, before| {
        let even = colour.map(|channel| channel * (1.0 + 0.06 * net.at(at)));
        mix(even, before, 0.35 * smoothstep(-6.0, 0.0, distance))
    });
}

/// Lagoons of blood, red to purple, between pale walls.
fn hemangioma(random: &mut Random, canvas: &mut Canvas, outline: &Outline) {
    let lagoons: Vec<(Ellipse, Colour)> = spread(random, outline, 30, 8.0, 1.5)
        .into_iter()
        .map(|at| {
            let shape =
                Ellipse::new(at, random.between(4.2, 5.2), random.between(3.8, 4.6), random.between(0.0, PI));
            (shape, mix([0.70, 0.08, 0.16], [0.44, 0.06, 0.30], random.unit()))
        })
        .collect();
    canvas.paint(outline, [0.84, 0.40, 0.43], 1.0);
    for (lagoon, colour) in &lagoons {
        canvas.blend(lagoon, 0.9, 0.95, |_, _, before| mix(before, *colour, 0.95));
    }
}

/// Tan and waxy, as if stuck on, with pale cysts of horn and brown furrows.
fn keratosis(random: &mut Random, canvas: &mut Canvas, outline: &Outline) {
    let furrows = Texture::new(random, 13);
    let colour = mix([0.72, 0.54, 0.30], [0.64, 0.46, 0.27], random.unit());
    let dots = spread(random, outline, 9, 9.0, 4.0);
    canvas.blend(outline, 0.5, 1.0, |at, distance, _| {
        let furrow = 1.0 - smoothstep(0.05, 0.3, furrows.at(at).abs());
        let rim = smoothstep(-3.0, -0.5, distance);
        mix(colour, [0.40, 0.27, 0.16], (0.45 * furrow).max(0.55 * rim))
    });
    for at in dots {
        let dot = Ellipse::disc(at, random.between(2.1, 2.6));
        canvas.paint(&dot, [0.98, 0.94, 0.80], 0.7);
    }
}

fn hairs(random: &mut Random, canvas: &mut Canvas) {
    for _ in 0..2 + random.below(4) {
        let (from, angle) =
            (point(random.between(-50.0, 50.0), random.between(-50.0, 50.0)), random.between(0.0, TAU));
        let (reach, bend) = (random.between(25.0, 55.0), random.between(-10.0, 10.0));
        let (cos, sin) = (cosf(angle), sinf(angle));
        let along = |share: f32, aside: f32| {
            point(from.x + reach * share * cos - aside * sin, from.y + reach * share * sin + aside * cos)
        };
        for ends in rounded(&[from, along(0.5, bend), along(1.0, 0.0)]).windows(2) {
            let piece = Capsule { from: ends[0], to: ends[1], from_radius: 0.35, to_radius: 0.35 };
            canvas.paint(&piece, [0.22, 0.16, 0.13], 0.4);
        }
    }
}
