//! Frontal chest radiograph: dark lungs between ribs, the heart's shadow, the domes of the diaphragm, the trachea over the
//! spine. Dense things add up, as in a projection.

use crate::canvas::{Canvas, grey, mix};
use crate::frame::Frame;
use crate::geometry::{Capsule, Ellipse, Path, Shape, Union, Without, length, smoothstep};
use crate::question::kinds;
use crate::random::Random;
use crate::scene::Scene;
use crate::taxonomy::{Department, Modality};
use crate::texture::Texture;

kinds! {
    FINDING "chest.finding" DiseaseDiagnosis
        [
            "Which abnormality does this chest radiograph show?",
            "What is the finding in this chest radiograph?",
        ]
        => ["pleural effusion", "pneumothorax", "cardiomegaly", "lung nodule", "no abnormality"];
    EFFUSION "chest.effusion" SeverityGrading
        ["What is the severity of the pleural effusion?", "How large is the pleural effusion?"]
        => ["small", "moderate", "large"];
    ORGAN "chest.organ" OrganThorax
        ["Which organ is shown in the {area}?", "What is the structure in the {area}?"]
        => ["right lung", "left lung", "heart", "trachea"];
    BONE "chest.bone" Bone
        ["Which bone is shown in the {area}?", "What is the bone in the {area}?"]
        => ["clavicle", "rib", "thoracic spine"];
}

/// The abnormality. -1 is the side on the image's left, which is the body's right.
#[derive(Clone, Copy)]
enum Finding {
    /// Fluid up to this height.
    Effusion {
        side: f32,
        level: f32,
    },
    Pneumothorax {
        side: f32,
    },
    Cardiomegaly,
    Nodule {
        x: f32,
        y: f32,
        radius: f32,
    },
    Nothing,
}

/// The upper level of a small, a moderate and a large effusion, in units down from the image's middle.
const LEVELS: [f32; 3] = [17.0, 1.0, -16.0];

impl Finding {
    /// Number `truth` of [`FINDING`]'s answers, with a size of the effusion.
    fn drawn(random: &mut Random, truth: usize, size: usize) -> Self {
        let side = random.sign();
        let (offset, x, y, radius) = (
            random.between(-3.0, 3.0),
            random.between(15.0, 23.0),
            random.between(-17.0, 0.0),
            random.between(4.8, 6.5),
        );
        match truth {
            0 => Self::Effusion { side, level: LEVELS[size] + offset },
            1 => Self::Pneumothorax { side },
            2 => Self::Cardiomegaly,
            3 => Self::Nodule { x: side * x, y, radius },
            _ => Self::Nothing,
        }
    }
}

type Lung = Without<Without<Capsule, Ellipse>, Ellipse>;

/// The shapes that are drawn and may be marked.
struct Thorax {
    frame: Frame,
    heart: Ellipse,
    /// On the image's left, on its right.
    lungs: [Lung; 2],
    trachea: Capsule,
}

/// The side of an index of [`Thorax::lungs`].
const SIDES: [f32; 2] = [-1.0, 1.0];

impl Thorax {
    fn new(random: &mut Random, frame: Frame, enlarged: bool) -> Self {
        let swell = random.between(0.94, 1.06);
        let heart = if enlarged {
            frame.ellipse(5.0, 13.0, 26.0 * swell, 16.5 * swell, 0.3)
        } else {
            frame.ellipse(5.0, 13.0, 11.5 * swell, 16.0 * swell, -0.65)
        };
        let (right_dome, left_dome) = (random.between(22.0, 26.0), random.between(25.0, 29.0));
        let width = random.between(0.95, 1.05);
        let lungs = [(-1.0, right_dome), (1.0, left_dome)].map(|(side, dome)| {
            let field = frame.taper((side * 15.5 * width, -23.0), (side * 20.0 * width, 25.0), 10.5, 15.5);
            let diaphragm = frame.ellipse(side * 17.0 * width, dome + 18.0, 19.0, 18.0, 0.0);
            Without(Without(field, diaphragm), heart)
        });
        Self { frame, heart, lungs, trachea: frame.taper((0.0, -49.0), (1.0, -12.0), 3.4, 3.2) }
    }

    fn rib(&self, number: usize, side: f32) -> Path {
        let y = -31.0 + 7.2 * number as f32;
        // The cage is narrower at the top.
        let wide = (0.72 + 0.08 * number as f32).min(1.03);
        let points = [(5.0, 0.0), (15.0, -3.0), (25.0, 0.5), (31.5, 6.5), (34.5, 14.0)];
        self.frame.path(&points.map(|(x, down)| (side * x * wide, y + down * wide)), 1.6)
    }

    fn clavicle(&self, side: f32) -> Path {
        self.frame.path(
            &[(side * 5.0, -25.0), (side * 15.0, -28.5), (side * 26.0, -31.0), (side * 37.0, -35.0)],
            2.1,
        )
    }
}

pub(crate) fn scene(random: &mut Random, canvas: Canvas) -> Scene {
    // Of twenty images, six ask about an organ, five about a bone, six about the abnormality and three about the size of an
    // effusion; otherwise effusions would be too common among the abnormalities.
    let (organ, bone, truth, size) = (random.below(4), random.below(3), random.below(5), random.below(3));
    match random.below(20) {
        0..6 => {
            let (canvas, thorax) = draw(random, canvas, Finding::Nothing);
            let mut scene = Scene::new(canvas, Modality::XRay);
            match organ {
                2 => scene.mark(random, thorax.heart, &ORGAN, organ, Department::CardiovascularSurgery),
                3 => scene.mark(random, thorax.trachea, &ORGAN, organ, Department::Pulmonology),
                side => scene.mark(random, thorax.lungs[side], &ORGAN, organ, Department::Pulmonology),
            }
            scene
        }
        6..11 => {
            let (canvas, thorax) = draw(random, canvas, Finding::Nothing);
            let mut scene = Scene::new(canvas, Modality::XRay);
            let (side, number, y) = (random.sign(), 3 + random.below(4), random.between(-8.0, 12.0));
            match bone {
                0 => scene.mark(random, thorax.clavicle(side), &BONE, bone, Department::Orthopedics),
                1 => scene.mark(random, thorax.rib(number, side), &BONE, bone, Department::Orthopedics),
                _ => {
                    let spine = thorax.frame.rectangle(0.0, y, 5.2, 24.0, 1.5);
                    scene.mark(random, spine, &BONE, bone, Department::Orthopedics);
                }
            }
            scene
        }
        11..17 => {
            let finding = Finding::drawn(random, truth, size);
            let mut scene = with_finding(random, canvas, finding);
            let department = match finding {
                Finding::Cardiomegaly => Department::CardiovascularSurgery,
                Finding::Nodule { .. } => Department::Oncology,
                _ => Department::Pulmonology,
            };
            scene.ask(&FINDING, truth, department);
            scene
        }
        _ => {
            let finding = Finding::drawn(random, 0, size);
            let mut scene = with_finding(random, canvas, finding);
            scene.ask(&EFFUSION, size, Department::Pulmonology);
            scene
        }
    }
}

fn with_finding(random: &mut Random, canvas: Canvas, finding: Finding) -> Scene {
    let (canvas, thorax) = draw(random, canvas, finding);
    let mut scene = Scene::new(canvas, Modality::XRay);
    match finding {
        Finding::Effusion { side, level } => scene.place(thorax.frame.point(side * 21.0, level)),
        Finding::Pneumothorax { side } => scene.place(thorax.frame.point(side * 26.0, 0.0)),
        Finding::Cardiomegaly => scene.place(thorax.heart.centre),
        Finding::Nodule { x, y, .. } => scene.place(thorax.frame.point(x, y)),
        Finding::Nothing => {}
    }
    scene
}

/// Darkens a shape as in a projection: the losses of a ray add up.
fn denser(canvas: &mut Canvas, shape: &impl Shape, softness: f32, share: f32) {
    canvas.blend(shape, softness, share, |_, _, _| grey(1.0));
}

fn draw(random: &mut Random, mut canvas: Canvas, finding: Finding) -> (Canvas, Thorax) {
    let frame = Frame::jittered(random, 4.0, 0.08, 0.07);
    let thorax = Thorax::new(random, frame, matches!(finding, Finding::Cardiomegaly));
    let (broad, fine) = (Texture::new(random, 4), Texture::new(random, 24));
    let (tissue, air) = (random.between(0.44, 0.52), random.between(0.13, 0.17));

    let body = Union(vec![
        Box::new(frame.taper((0.0, -75.0), (0.0, -30.0), 12.0, 15.0)),
        Box::new(frame.line((-36.0, -22.0), (36.0, -22.0), 12.0)),
        Box::new(frame.taper((0.0, -38.0), (-36.0, -24.0), 9.0, 10.0)),
        Box::new(frame.taper((0.0, -38.0), (36.0, -24.0), 9.0, 10.0)),
        Box::new(frame.rectangle(0.0, 36.0, 47.0, 60.0, 6.0)),
    ]);
    canvas.blend(&body, 2.5, 1.0, |at, _, _| grey(tissue + 0.03 * broad.at(at)));
    for side in SIDES {
        denser(&mut canvas, &frame.disc(side * 46.0, -22.0, 7.0), 1.0, 0.2);
        denser(&mut canvas, &frame.taper((side * 39.0, -20.0), (side * 34.0, 8.0), 5.0, 1.5), 1.5, 0.1);
    }
    // The belly below the domes is denser than the chest's wall; gas in the stomach is not.
    denser(&mut canvas, &frame.rectangle(0.0, 60.0, 36.0, 36.0, 12.0), 8.0, 0.2);
    let gas = frame.ellipse(15.0 + random.between(-3.0, 3.0), 40.0, 7.0, 4.0, -0.2);
    canvas.blend(&gas, 2.0, 0.7, |_, _, _| grey(0.22));

    for lung in &thorax.lungs {
        canvas.blend(lung, 1.2, 0.95, |at, _, _| {
            // Vessels thin out from the hila to the edge.
            let p = frame.inverse(at);
            let near = 1.0 - smoothstep(4.0, 30.0, length(p.x, (p.y - 2.0) * 0.8));
            grey(air + 0.12 * near + (0.015 + 0.02 * near) * fine.at(at))
        });
    }
    markings(random, &mut canvas, &frame);
    if let Finding::Pneumothorax { side } = finding {
        let lung = &thorax.lungs[usize::from(side > 0.0)];
        canvas.blend(lung, 0.8, 1.0, |_, _, _| grey(0.02));
        let collapsed = frame.ellipse(side * 9.0, 3.0, 10.0, 16.0, side * 0.1);
        canvas.blend(&collapsed, 0.6, 1.0, |at, distance, _| {
            let pleura = smoothstep(-2.2, -0.8, distance);
            grey(0.5 + 0.15 * pleura + 0.04 * fine.at(at))
        });
    }
    // One shadow: the great vessels with the arch of the aorta, the heart below.
    let vessels = Union(vec![
        Box::new(frame.rectangle(0.0, -10.0, 6.4, 26.0, 4.0)),
        Box::new(frame.disc(4.5, -13.0, 5.0)),
        Box::new(frame.taper((4.0, -10.0), (9.0, 6.0), 4.5, 6.0)),
    ]);
    canvas.blend(&vessels, 1.6, 0.95, |at, _, _| grey(tissue + 0.14 + 0.015 * broad.at(at)));
    canvas.blend(&thorax.heart, 1.6, 0.95, |at, distance, _| {
        grey(tissue + 0.14 + 0.06 * smoothstep(3.0, 14.0, -distance) + 0.015 * broad.at(at))
    });
    canvas.blend(&thorax.trachea, 1.2, 0.9, |_, _, _| grey(0.16));
    for side in SIDES {
        canvas
            .blend(&frame.taper((1.0, -12.0), (side * 8.0, -4.0), 2.4, 1.6), 1.0, 0.65, |_, _, _| grey(0.22));
    }
    if let Finding::Effusion { side, level } = finding {
        let lung = &thorax.lungs[usize::from(side > 0.0)];
        canvas.blend(lung, 1.5, 0.95, |at, _, before| {
            // The fluid climbs along the chest's wall.
            let p = frame.inverse(at);
            let outwards = (side * p.x - 8.0) / 24.0;
            let surface = level + 3.0 - 8.0 * outwards * outwards;
            mix(before, grey(tissue + 0.24), smoothstep(-1.8, 1.8, p.y - surface))
        });
    }
    if let Finding::Nodule { x, y, radius } = finding {
        canvas.blend(&frame.disc(x, y, radius), 1.2, 0.95, |at, _, _| grey(0.74 + 0.02 * fine.at(at)));
    }
    bones(&mut canvas, &thorax, finding);
    canvas.blur(1);
    let grain = random.between(0.01, 0.03);
    canvas.grain(random, grain, 0.0);
    (canvas, thorax)
}

/// Vessels that branch from the hila into the lungs.
fn markings(random: &mut Random, canvas: &mut Canvas, frame: &Frame) {
    for side in SIDES {
        denser(canvas, &frame.ellipse(side * 8.5, 0.0, 3.2, 7.0, side * 0.3), 2.5, 0.3);
        for number in 0..7 {
            let down = -24.0 + 7.5 * number as f32 + random.between(-2.0, 2.0);
            let fork = (side * random.between(13.0, 16.0), 0.5 * down);
            denser(canvas, &frame.taper((side * 7.0, 0.2 * down), fork, 1.2, 0.9), 0.8, 0.2);
            for spread in [-4.0, 4.0] {
                let end = (side * random.between(22.0, 27.0), down + spread);
                denser(canvas, &frame.taper(fork, end, 0.8, 0.3), 0.8, 0.16);
            }
        }
    }
}

fn bones(canvas: &mut Canvas, thorax: &Thorax, finding: Finding) {
    for number in 0..13 {
        let y = -44.0 + 7.4 * number as f32;
        denser(canvas, &thorax.frame.rectangle(0.0, y, 4.6, 3.0, 1.2), 0.8, 0.16);
        denser(canvas, &thorax.frame.disc(0.0, y + 0.5, 1.0), 0.8, 0.12);
    }
    for side in SIDES {
        // Only air lies behind them: the film is black and the ribs hardly show.
        let aerated = matches!(finding, Finding::Pneumothorax { side: at } if at == side);
        let opacity = if aerated { 0.5 } else { 1.0 };
        for number in 0..9 {
            let rib = thorax.rib(number, side);
            canvas.blend(&rib, 0.7, opacity, |_, distance, before| {
                let cortex = smoothstep(-1.3, -0.3, distance);
                mix(before, grey(0.95), 0.13 + 0.12 * cortex)
            });
        }
        // The front ends, lower and fainter.
        for number in 0..5 {
            let y = -14.0 + 9.0 * number as f32;
            let front = thorax
                .frame
                .path(&[(side * 32.0, y - 5.0), (side * 24.0, y + 2.0), (side * 15.0, y + 5.0)], 1.7);
            denser(canvas, &front, 0.9, 0.07 * opacity);
        }
        canvas.blend(&thorax.clavicle(side), 0.7, 1.0, |_, distance, before| {
            let cortex = smoothstep(-1.7, -0.4, distance);
            mix(before, grey(0.97), 0.34 + 0.2 * cortex)
        });
    }
}
