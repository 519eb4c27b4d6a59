//! Bone radiographs: a thigh, a forearm, the palm of a hand, fingers, a knee. Bright cortex round spongy bone in grey flesh.

use libm::{cosf, sinf};

use crate::canvas::{Canvas, grey, mix};
use crate::frame::Frame;
use crate::geometry::{Point, Shape, Union, Without, point, smoothstep};
use crate::question::kinds;
use crate::random::Random;
use crate::scene::Scene;
use crate::taxonomy::{Department, Modality};
use crate::texture::Texture;

kinds! {
    BONE "limb.bone" Bone
        ["Which bone is shown in the image?", "Which bone does this radiograph show?"]
        => ["femur", "radius and ulna", "metacarpals", "phalanges"];
    FRACTURE "limb.fracture" DiseaseDiagnosis
        ["Which fracture does this radiograph show?", "What is the finding in this femur?"]
        => ["transverse fracture", "oblique fracture", "displaced fracture", "no fracture"];
    KNEE "limb.knee" SeverityGrading
        ["What is the severity of the knee osteoarthritis?", "How severe is the osteoarthritis of this knee?"]
        => ["healthy", "moderate", "severe"];
}

/// The gap between the bones of a healthy, a moderately and a severely worn knee, in units.
const JOINT_SPACES: [f32; 3] = [8.0, 3.4, -0.6];

pub(crate) fn scene(random: &mut Random, canvas: Canvas) -> Scene {
    let (bone, fracture, grade) = (random.below(4), random.below(4), random.below(3));
    let film = Film::new(random, canvas);
    match random.below(10) {
        0..4 => {
            let film = match bone {
                0 => femur(random, film, fracture).0,
                1 => forearm(film),
                2 => palm(random, film),
                _ => fingers(random, film),
            };
            let mut scene = film.develop(random);
            scene.ask(&BONE, bone, Department::Orthopedics);
            if bone == 0 {
                scene.ask(&FRACTURE, fracture, Department::Orthopedics);
            }
            scene
        }
        4..7 => {
            let (film, break_at) = femur(random, film, fracture);
            let mut scene = film.develop(random);
            scene.ask(&FRACTURE, fracture, Department::Orthopedics);
            if let Some(at) = break_at {
                scene.place(at);
            }
            scene
        }
        _ => {
            let film = knee(random, film, grade);
            let joint = film.frame.point(0.0, 0.0);
            let mut scene = film.develop(random);
            scene.ask(&KNEE, grade, Department::SportsMedicine);
            scene.place(joint);
            scene
        }
    }
}

/// A radiograph during its exposure.
struct Film {
    canvas: Canvas,
    frame: Frame,
    flesh: f32,
    bone: f32,
    broad: Texture,
    spongy: Texture,
}

impl Film {
    fn new(random: &mut Random, canvas: Canvas) -> Self {
        let frame = Frame::jittered(random, 5.0, 0.12, 0.07);
        Self {
            canvas,
            frame: if random.chance(0.5) { frame.mirrored() } else { frame },
            flesh: random.between(0.24, 0.34),
            bone: random.between(0.54, 0.64),
            broad: Texture::new(random, 5),
            spongy: Texture::new(random, 36),
        }
    }

    fn flesh(&mut self, shape: &impl Shape) {
        let (flesh, broad) = (self.flesh, &self.broad);
        self.canvas.blend(shape, 2.0, 1.0, |at, distance, _| {
            // Thinner towards the skin.
            grey(0.05 + (flesh - 0.05) * (0.6 + 0.4 * smoothstep(0.0, 12.0, -distance)) + 0.02 * broad.at(at))
        });
    }

    /// A bone with its dense wall, `cortex` units thick.
    fn bone(&mut self, shape: &impl Shape, cortex: f32) {
        let (bone, spongy) = (self.bone, &self.spongy);
        self.canvas.blend(shape, 0.7, 0.96, |at, distance, _| {
            let wall = smoothstep(-1.6 * cortex, -0.5 * cortex, distance);
            grey(bone + (0.95 - bone) * wall + 0.045 * (1.0 - wall) * spongy.at(at))
        });
    }

    /// A short tubular bone with a knob at either end.
    fn tubular(&mut self, from: (f32, f32), to: (f32, f32), radius: f32) {
        let at = |t: f32| (from.0 + (to.0 - from.0) * t, from.1 + (to.1 - from.1) * t);
        let shape = Union(vec![
            Box::new(self.frame.taper(from, at(0.5), 1.4 * radius, 0.8 * radius)),
            Box::new(self.frame.taper(at(0.5), to, 0.8 * radius, 1.3 * radius)),
        ]);
        self.bone(&shape, 1.1);
    }

    fn develop(mut self, random: &mut Random) -> Scene {
        self.canvas.blur(1);
        let grain = random.between(0.01, 0.035);
        self.canvas.grain(random, grain, 0.0);
        Scene::new(self.canvas, Modality::XRay)
    }
}

/// A gap so far below 0 that even the middle of a bone is far from it.
const WHOLE: f32 = -100.0;

/// A bone in two pieces.
struct Broken {
    bone: Union,
    at: Point,
    /// Across the break, of length 1.
    normal: Point,
    /// Half the width of the gap, or [`WHOLE`].
    half_gap: f32,
    /// Offset of the piece on the normal's side.
    step: Point,
    phase: f32,
}

impl Shape for Broken {
    fn distance(&self, at: Point) -> f32 {
        let (dx, dy) = (at.x - self.at.x, at.y - self.at.y);
        let along = dx * self.normal.y - dy * self.normal.x;
        // The edges are jagged.
        let across = dx * self.normal.x + dy * self.normal.y + 0.6 * sinf(1.1 * along + self.phase);
        let piece = if across > 0.0 { point(at.x - self.step.x, at.y - self.step.y) } else { at };
        self.bone.distance(piece).max(self.half_gap - across.abs())
    }

    fn reach(&self) -> (Point, f32) {
        let (middle, far) = self.bone.reach();
        (middle, far + self.step.distance(point(0.0, 0.0)))
    }
}

/// The upper or the lower half of a thigh bone, and the place of its fracture.
fn femur(random: &mut Random, mut film: Film, fracture: usize) -> (Film, Option<Point>) {
    let frame = film.frame;
    let (thick, upper) = (random.between(7.0, 8.2), random.chance(0.5));
    let height = random.between(-6.0, 10.0);
    let (slant, gap, phase) =
        (random.sign() * random.between(0.75, 0.95), random.between(1.9, 2.4), random.between(0.0, 6.2));
    let step = random.sign() * random.between(7.5, 10.0);

    // The thigh widens towards the hip.
    let top = if upper { (-14.0, 54.0) } else { (0.0, 36.0) };
    film.flesh(&frame.taper((top.0, -70.0), (0.0, 80.0), top.1, 28.0));
    let (bone, y) = if upper {
        // The hip bone with its socket round the head.
        let hip = Union(vec![
            Box::new(frame.line((-33.0, -46.0), (-30.0, -26.0), 10.0)),
            Box::new(frame.line((-33.0, -50.0), (-18.0, -51.0), 9.0)),
        ]);
        film.bone(&Without(hip, frame.disc(-18.0, -31.0, 11.6)), 1.2);
        let parts = Union(vec![
            Box::new(frame.disc(-18.0, -31.0, 9.6)),
            Box::new(frame.taper((-16.0, -29.0), (2.0, -16.0), 5.6, 7.5)),
            Box::new(frame.taper((6.5, -24.0), (4.0, -8.0), 5.5, thick)),
            Box::new(frame.line((-2.5, -7.0), (-1.5, -2.0), 3.6)),
            Box::new(frame.line((4.0, -10.0), (0.0, 75.0), thick)),
        ]);
        (parts, height + 14.0)
    } else {
        let parts = Union(vec![
            Box::new(frame.line((0.0, -75.0), (0.0, 8.0), thick)),
            Box::new(frame.taper((0.0, 8.0), (0.0, 27.0), thick, 14.0)),
            Box::new(frame.ellipse(-10.0, 34.0, 10.0, 10.0, 0.0)),
            Box::new(frame.ellipse(10.5, 33.0, 9.5, 10.0, 0.0)),
        ]);
        (parts, height - 16.0)
    };
    let x = if upper { 2.0 } else { 0.0 };
    let at = frame.point(x, y);
    let across = |angle: f32| {
        let end = frame.point(x + sinf(angle), y + cosf(angle));
        point((end.x - at.x) / frame.length(1.0), (end.y - at.y) / frame.length(1.0))
    };
    let aside = frame.point(x + step, y);
    let (normal, half_gap, step) = match fracture {
        0 => (across(0.0), gap, point(0.0, 0.0)),
        1 => (across(slant), gap, point(0.0, 0.0)),
        2 => (across(0.0), gap, point(aside.x - at.x, aside.y - at.y)),
        _ => (across(0.0), WHOLE, point(0.0, 0.0)),
    };
    film.bone(&Broken { bone, at, normal, half_gap, step, phase }, 2.2);
    (film, (fracture < 3).then_some(at))
}

/// Two slender shafts between the elbow and the wrist.
fn forearm(mut film: Film) -> Film {
    let frame = film.frame;
    film.flesh(&frame.taper((0.0, -70.0), (0.0, 70.0), 31.0, 20.0));
    film.bone(&frame.ellipse(0.0, -55.0, 15.0, 9.0, 0.0), 1.2);
    for (x, y) in [(-6.0, 47.0), (3.0, 49.0), (12.0, 47.0)] {
        film.bone(&frame.disc(x, y, 4.6), 1.0);
    }
    let ulna = Union(vec![
        Box::new(frame.taper((-6.0, -40.0), (-10.0, -12.0), 7.0, 4.2)),
        Box::new(frame.taper((-10.0, -12.0), (-9.5, 36.0), 4.2, 3.6)),
        Box::new(frame.disc(-9.0, 36.0, 4.4)),
    ]);
    let radius = Union(vec![
        Box::new(frame.taper((9.0, -38.0), (8.0, -30.0), 5.0, 3.4)),
        Box::new(frame.taper((8.0, -30.0), (13.0, 2.0), 3.4, 4.4)),
        Box::new(frame.taper((13.0, 2.0), (8.0, 35.0), 4.4, 8.0)),
    ]);
    film.bone(&ulna, 1.7);
    film.bone(&radius, 1.7);
    film
}

/// Five bones that fan out from the wrist; the fingers continue beyond the image.
fn palm(random: &mut Random, mut film: Film) -> Film {
    let frame = film.frame;
    let spread = random.between(0.92, 1.08);
    // Thumb to little finger: foot and head of the metacarpal, tip of the first phalanx.
    let rays = [
        [(-14.0, 18.0), (-32.0, 0.0), (-43.0, -20.0)],
        [(-9.0, 12.0), (-19.0, -24.0), (-25.0, -58.0)],
        [(-2.0, 11.0), (-4.5, -28.0), (-6.0, -64.0)],
        [(5.0, 12.0), (9.5, -24.0), (13.0, -60.0)],
        [(11.5, 15.0), (22.0, -17.0), (30.0, -50.0)],
    ]
    .map(|ray| ray.map(|(x, y)| (x * spread, y)));
    let mut flesh: Vec<Box<dyn Shape>> = vec![
        Box::new(frame.line((0.0, 20.0), (0.0, 80.0), 18.0)),
        Box::new(frame.ellipse(-1.0, -2.0, 27.0, 27.0, 0.0)),
    ];
    for [foot, head, tip] in rays {
        flesh.push(Box::new(frame.line(foot, head, 9.0)));
        flesh.push(Box::new(frame.taper(head, tip, 8.0, 7.0)));
    }
    film.flesh(&Union(flesh));
    for (x, y) in
        [(-12.0, 26.0), (-5.0, 21.0), (2.0, 20.0), (9.0, 22.5), (-7.0, 30.0), (0.5, 29.0), (8.0, 31.0)]
    {
        film.bone(&frame.disc(x, y, 4.6), 0.8);
    }
    film.bone(&frame.taper((-5.0, 41.0), (-4.0, 70.0), 8.0, 5.0), 1.4);
    film.bone(&frame.taper((9.0, 40.0), (8.0, 70.0), 4.2, 3.6), 1.4);
    for [foot, head, tip] in rays {
        film.tubular(foot, head, 3.0);
        let start = (head.0 + 0.22 * (tip.0 - head.0), head.1 + 0.22 * (tip.1 - head.1));
        film.tubular(start, tip, 2.6);
    }
    film
}

/// Three fingers side by side, three bones each.
fn fingers(random: &mut Random, mut film: Film) -> Film {
    let frame = film.frame;
    let apart = random.between(26.0, 29.0);
    for (number, top) in [(-1.0, -30.0), (0.0, -37.0), (1.0, -31.0)] {
        let x = apart * number;
        film.flesh(&frame.taper((x, 70.0), (x, top), 11.5, 8.0));
    }
    for (number, top) in [(-1.0, -30.0), (0.0, -37.0), (1.0, -31.0)] {
        let x = apart * number;
        film.tubular((x, top + 2.0), (x, top + 12.0), 2.8);
        film.tubular((x, top + 22.0), (x, top + 40.0), 3.6);
        film.tubular((x, top + 51.0), (x, top + 92.0), 4.4);
    }
    film
}

/// A knee from the front.
fn knee(random: &mut Random, mut film: Film, grade: usize) -> Film {
    let frame = film.frame;
    let half = (JOINT_SPACES[grade] + random.between(-0.4, 0.4)) / 2.0;
    let stout = random.between(0.95, 1.05);
    film.flesh(&frame.taper((0.0, -80.0), (0.0, 80.0), 36.0, 29.0));
    film.bone(&frame.taper((21.0 * stout, 17.0), (19.0, 75.0), 4.6, 3.4), 1.4);
    let femur = Union(vec![
        Box::new(frame.line((0.0, -75.0), (0.0, -34.0), 9.5)),
        Box::new(frame.taper((0.0, -34.0), (0.0, -20.0), 9.5, 16.0 * stout)),
        Box::new(frame.rectangle(-11.5 * stout, -half - 11.0, 11.0 * stout, 11.0, 8.5)),
        Box::new(frame.rectangle(11.5 * stout, -half - 11.0, 11.0 * stout, 11.0, 8.5)),
    ]);
    let tibia = Union(vec![
        Box::new(frame.rectangle(0.0, half + 5.0, 22.0 * stout, 5.0, 3.5)),
        Box::new(frame.taper((-15.0 * stout, half + 8.0), (-3.5, 30.0), 7.0, 6.5)),
        Box::new(frame.taper((15.0 * stout, half + 8.0), (3.5, 30.0), 7.0, 6.5)),
        Box::new(frame.taper((0.0, half + 15.0), (0.0, 30.0), 12.0, 10.0)),
        Box::new(frame.line((0.0, 32.0), (0.0, 75.0), 10.0)),
        // The two spines in the middle of the plateau.
        Box::new(frame.taper((-3.0, half + 3.0), (-2.4, half - 1.6), 2.4, 1.0)),
        Box::new(frame.taper((3.0, half + 3.0), (2.4, half - 1.6), 2.4, 1.0)),
    ]);
    if grade == 2 {
        // Spurs at the edges of the worn joint.
        for side in [-1.0, 1.0] {
            film.bone(&frame.taper((side * 18.0, -7.0), (side * 26.5, -3.2), 5.5, 1.8), 1.2);
            film.bone(&frame.taper((side * 18.0, 7.5), (side * 26.0, 3.0), 5.5, 1.8), 1.2);
        }
    }
    film.bone(&femur, 1.8);
    film.bone(&tibia, 1.8);
    // The kneecap lies over the thigh bone.
    film.canvas.blend(&frame.disc(0.0, -24.0, 9.0), 1.0, 0.2, |_, _, before| mix(before, grey(1.0), 0.8));
    if grade == 2 {
        // Bone rubbed dense.
        film.canvas.blend(&frame.rectangle(0.0, 0.0, 21.0, 2.6, 2.0), 1.5, 0.75, |_, _, _| grey(0.97));
    }
    film
}
