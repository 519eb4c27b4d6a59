//! Fundus photograph: the retina through the pupil, an orange disc on black with the optic disc, the vessels that arch from
//! it and the macula between them.

use std::f32::consts::{PI, TAU};

use crate::canvas::{Canvas, Colour, mix};
use crate::frame::Frame;
use crate::geometry::{Capsule, Ellipse, Lobed, Point, length, point, rounded, smoothstep};
use crate::question::kinds;
use crate::random::Random;
use crate::scatter::{in_squares, scattered};
use crate::scene::Scene;
use crate::taxonomy::{Department, Granularity, Modality};
use crate::texture::Texture;

kinds! {
    EYE "fundus.eye" AttributeRecognition
        ["Which eye is shown?", "Which eye does this fundus photograph show?"]
        => ["oculus dexter", "oculus sinister"];
    FINDING "fundus.finding" DiseaseDiagnosis
        ["Which abnormality does this fundus photograph show?", "What is shown in this fundus photograph?"]
        => ["retinal hemorrhage", "hard exudates", "glaucoma", "no abnormality"];
    RETINOPATHY "fundus.retinopathy" SeverityGrading
        ["What is the severity of the retinopathy?", "How severe is the retinopathy in this image?"]
        => ["no retinopathy", "mild", "severe"];
    COUNT "fundus.count" Counting
        ["How many hard exudates are visible?", "How many hard exudates does this image show?"]
        => ["one", "two", "three", "four", "five"];
    STRUCTURE "fundus.structure" OrganHeadAndNeck
        ["What is the structure in the {area}?", "Which part of the retina is in the {area}?"]
        => ["optic disc", "macula"];
}

// Indices of answers of `FINDING`.
const HEMORRHAGE: usize = 0;
const EXUDATES: usize = 1;
const GLAUCOMA: usize = 2;
const HEALTHY: usize = 3;

/// The optic disc of a right eye, which is on the side of the nose: the image's right.
const DISC: (f32, f32) = (25.0, -1.0);
const DISC_RADIUS: f32 = 8.6;
const FOVEA: (f32, f32) = (-3.0, 2.0);
const MACULA_RADIUS: f32 = 9.0;
/// Radius of the camera's aperture.
const APERTURE: f32 = 47.0;

/// The courses of the great vessels in a right eye.
const COURSES: [&[(f32, f32)]; 8] = [
    &[
        (25.0, -1.0),
        (23.0, -10.0),
        (14.0, -20.0),
        (0.0, -25.0),
        (-16.0, -24.0),
        (-31.0, -17.0),
        (-44.0, -8.0),
    ],
    &[(25.0, -1.0), (23.0, 9.0), (14.0, 20.0), (0.0, 26.0), (-16.0, 26.0), (-31.0, 19.0), (-44.0, 11.0)],
    &[(25.0, -1.0), (29.0, -10.0), (35.0, -21.0), (44.0, -30.0)],
    &[(25.0, -1.0), (29.0, 8.0), (35.0, 20.0), (44.0, 29.0)],
    &[(12.0, -21.0), (9.0, -31.0), (0.0, -40.0), (-10.0, -47.0)],
    &[(12.0, 21.0), (9.0, 32.0), (1.0, 41.0), (-8.0, 48.0)],
    &[(16.0, -18.0), (8.0, -13.0), (0.0, -9.0), (-5.0, -8.0)],
    &[(16.0, 18.0), (8.0, 15.0), (1.0, 12.0), (-6.0, 12.0)],
];
/// The courses from here on are branches, which are thinner.
const FIRST_BRANCH: usize = 4;

const VEIN: Colour = [0.46, 0.09, 0.08];
const ARTERY: Colour = [0.66, 0.17, 0.09];
const BLOOD: Colour = [0.29, 0.02, 0.03];
const RIM: Colour = [0.96, 0.66, 0.36];
const CUP: Colour = [1.0, 0.94, 0.78];
const EXUDATE: Colour = [1.0, 0.90, 0.42];

pub(crate) fn scene(random: &mut Random, mut canvas: Canvas) -> Scene {
    let frame = Frame::jittered(random, 3.5, 0.12, 0.06);
    let eye = random.below(2);
    let frame = if eye == 0 { frame } else { frame.mirrored() };
    let finding = random.below(4);
    let (disc, fovea) = (frame.point(DISC.0, DISC.1), frame.point(FOVEA.0, FOVEA.1));

    retina(random, &mut canvas, fovea);
    let optic_disc = optic_disc(random, &mut canvas, &frame, finding == GLAUCOMA);
    vessels(random, &mut canvas, &frame);

    let (mut lesions, mut grade) = (Vec::new(), 0);
    if finding == HEMORRHAGE {
        grade = 1 + random.below(2);
        let wanted = if grade == 1 { 2 + random.below(2) } else { 8 + random.below(3) };
        lesions = scattered(random, wanted, 38.0, 9.5, |at| {
            length(at.x, at.y) < 38.0 && at.distance(disc) > 15.5 && at.distance(fovea) > 15.5
        });
        lesions.iter().for_each(|&at| blot(random, &mut canvas, at));
    } else if finding == EXUDATES {
        let free = |middle: Point| {
            length(middle.x, middle.y) < APERTURE - 8.0
                && middle.distance(disc) > 20.0
                && middle.distance(fovea) > 18.0
        };
        let wanted = 1 + random.below(5);
        let places = in_squares(random, wanted, 0.0, free);
        lesions = places
            .iter()
            .map(|at| point(at.x + random.between(-2.5, 2.5), at.y + random.between(-2.5, 2.5)))
            .collect();
        lesions.iter().for_each(|&at| exudate(random, &mut canvas, at));
    }
    light(random, &mut canvas);

    let how = [Granularity::Box, Granularity::Contour, Granularity::Mask][random.below(3)];
    let mark = random.chance(0.6).then_some((random.below(2), how));
    let mut scene = Scene::new(canvas, Modality::Fundus);
    scene.ask(&EYE, eye, Department::Ophthalmology);
    // A tint over the disc would hide how hollow it is.
    if mark != Some((0, Granularity::Mask)) {
        scene.ask(&FINDING, finding, Department::Ophthalmology);
    }
    // Half of the healthy eyes are left out, so that all grades are equally frequent.
    if finding == HEMORRHAGE || (finding == HEALTHY && random.chance(0.5)) {
        scene.ask(&RETINOPATHY, grade, Department::Ophthalmology);
    }
    // A round tint would look like another exudate.
    if finding == EXUDATES && !matches!(mark, Some((_, Granularity::Mask))) {
        scene.ask(&COUNT, lesions.len() - 1, Department::Ophthalmology);
    }
    if finding == GLAUCOMA {
        scene.place(disc);
    }
    lesions.iter().take(7).for_each(|&at| scene.place(at));
    if let Some((which, how)) = mark {
        let shape = [optic_disc, frame.disc(FOVEA.0, FOVEA.1, MACULA_RADIUS)][which];
        scene.mark_as(how, shape, &STRUCTURE, which, Department::Ophthalmology);
    }
    scene
}

/// The pigment layer, darker at the macula.
fn retina(random: &mut Random, canvas: &mut Canvas, fovea: Point) {
    let broad = Texture::new(random, 5);
    let fine = Texture::new(random, 26);
    let tone = mix([0.86, 0.40, 0.15], [0.80, 0.33, 0.17], random.unit());
    let depth = random.between(0.48, 0.6);
    canvas.map(|at, _| {
        let shade = 1.0 + 0.06 * broad.at(at) + 0.035 * fine.at(at);
        let far = 1.0 - smoothstep(0.0, 12.5, at.distance(fovea));
        let reflex = 1.0 - smoothstep(0.6, 1.8, at.distance(fovea));
        let darker = 1.0 - depth * far + 0.16 * reflex;
        [tone[0] * shade * (0.25 + 0.75 * darker), tone[1] * shade * darker, tone[2] * shade * darker]
    });
}

/// The head of the optic nerve. Glaucoma hollows it out, so that the pale cup leaves only a thin rim.
fn optic_disc(random: &mut Random, canvas: &mut Canvas, frame: &Frame, hollow: bool) -> Ellipse {
    let size = DISC_RADIUS * random.between(0.94, 1.06);
    let disc = frame.ellipse(DISC.0, DISC.1, size * 0.95, size * 1.05, 0.0);
    let cup = if hollow { random.between(0.80, 0.87) } else { random.between(0.30, 0.38) };
    let cup = frame.ellipse(DISC.0 - 0.4, DISC.1, size * 0.95 * cup, size * 1.05 * cup, 0.0);
    canvas.paint(&disc, RIM, 0.9);
    canvas.paint(&cup, CUP, 0.7);
    disc
}

/// Arteries and veins run side by side and thin out on their way.
fn vessels(random: &mut Random, canvas: &mut Canvas, frame: &Frame) {
    for (which, course) in COURSES.iter().enumerate() {
        let branch = which >= FIRST_BRANCH;
        for (colour, spread, radius) in [(VEIN, 1.0, 1.25), (ARTERY, 1.13, 0.95)] {
            let line: Vec<Point> = course
                .iter()
                .enumerate()
                .map(|(i, &(x, y))| {
                    let wobble = if i == 0 { 0.0 } else { 1.3 };
                    frame.point(
                        x + random.between(-wobble, wobble),
                        y * spread + random.between(-wobble, wobble),
                    )
                })
                .collect();
            let line = rounded(&line);
            let start = frame.length(if branch { radius * 0.66 } else { radius });
            let radius = |i: usize| start * (1.0 - 0.6 * i as f32 / line.len() as f32);
            for (i, ends) in line.windows(2).enumerate() {
                let piece =
                    Capsule { from: ends[0], to: ends[1], from_radius: radius(i), to_radius: radius(i + 1) };
                canvas.paint(&piece, colour, 0.5);
            }
        }
    }
}

fn blot(random: &mut Random, canvas: &mut Canvas, centre: Point) {
    let shape = Lobed {
        centre,
        radius: random.between(2.7, 3.5),
        lobes: 2 + random.below(3) as u8,
        depth: 0.09,
        phase: random.between(0.0, TAU),
        stretch: random.between(1.0, 1.3),
        angle: random.between(0.0, PI),
    };
    canvas.paint(&shape, BLOOD, 0.6);
}

fn exudate(random: &mut Random, canvas: &mut Canvas, centre: Point) {
    let shape = Lobed {
        centre,
        radius: random.between(3.8, 4.3),
        lobes: 7,
        depth: 0.06,
        phase: random.between(0.0, TAU),
        stretch: 1.0,
        angle: 0.0,
    };
    canvas.paint(&shape, EXUDATE, 0.5);
}

/// The flash lights the middle best, and the aperture cuts the image off.
fn light(random: &mut Random, canvas: &mut Canvas) {
    let aim = point(random.between(-8.0, 8.0), random.between(-8.0, 8.0));
    let aperture = random.between(APERTURE - 0.5, APERTURE + 0.5);
    let (gain, falloff) = (random.between(0.9, 1.05), random.between(0.08, 0.2));
    canvas.map(|at, before| {
        let far = at.distance(aim) / APERTURE;
        let seen = 1.0 - smoothstep(aperture - 1.0, aperture, length(at.x, at.y));
        let light = gain * (1.0 - falloff * far * far) * seen;
        before.map(|channel| 0.015 + light * channel)
    });
    let grain = random.between(0.01, 0.03);
    canvas.grain(random, grain, 0.4);
}
