//! Ultrasound through the belly: the fan of a curved probe, speckled, with the liver and the gallbladder or with an ovary.

use std::f32::consts::{PI, TAU};

use libm::{atan2f, tanf};

use crate::canvas::{Canvas, grey, mix};
use crate::frame::Frame;
use crate::geometry::{Ellipse, Lobed, Point, Shape, Shell, Without, point, smoothstep};
use crate::question::kinds;
use crate::random::Random;
use crate::scene::Scene;
use crate::taxonomy::{Department, Modality};
use crate::texture::Texture;

kinds! {
    FINDING "ultrasound.finding" DiseaseDiagnosis
        ["Which abnormality does this ultrasound image show?", "What is shown in this ultrasound image?"]
        => ["cyst", "gallstone", "solid mass", "no abnormality"];
    COUNT "ultrasound.count" Counting
        ["How many ovarian follicles are visible?", "How many follicles does this ovary show?"]
        => ["one", "two", "three", "four", "five"];
}

// Indices of answers of `FINDING`.
const CYST: usize = 0;
const GALLSTONE: usize = 1;
const SOLID_MASS: usize = 2;

/// The places of follicles in an ovary: at most one in each square of 20 units.
const FOLLICLES: [(f32, f32); 6] =
    [(-20.0, 0.0), (0.0, 0.0), (20.0, 0.0), (-20.0, 20.0), (0.0, 20.0), (20.0, 20.0)];

/// The part of the body that a curved probe at the top of the image sees.
struct Fan {
    apex: Point,
    half_angle: f32,
    nearest: f32,
    farthest: f32,
}

/// The area behind something: darker if it absorbed the sound, brighter if it let more through than tissue does.
struct Wake {
    angle: f32,
    half_angle: f32,
    from: f32,
    gain: f32,
}

impl Fan {
    /// Angle from straight down, in radians to the right, and distance from the apex.
    fn polar(&self, at: Point) -> (f32, f32) {
        (atan2f(at.x - self.apex.x, at.y - self.apex.y), at.distance(self.apex))
    }

    fn wake(&self, behind: Point, half_width: f32, gain: f32) -> Wake {
        let (angle, from) = self.polar(behind);
        Wake { angle, half_angle: half_width / from, from, gain }
    }
}

pub(crate) fn scene(random: &mut Random, mut canvas: Canvas) -> Scene {
    let frame = Frame::jittered(random, 2.5, 0.08, 0.05);
    let frame = if random.chance(0.5) { frame.mirrored() } else { frame };
    let fan = Fan {
        apex: point(0.0, random.between(-66.0, -62.0)),
        half_angle: random.between(0.5, 0.55),
        nearest: random.between(16.0, 20.0),
        farthest: random.between(106.0, 111.0),
    };
    let (broad, mottle) = (Texture::new(random, 7), Texture::new(random, 22));
    let tone = random.between(0.36, 0.48);
    canvas.map(|at, _| grey(tone + 0.035 * broad.at(at) + 0.03 * mottle.at(at)));

    if random.chance(0.4) {
        let follicles = ovary(random, &mut canvas, tone);
        image(random, &mut canvas, &fan, None);
        let mut scene = Scene::new(canvas, Modality::Ultrasound);
        scene.ask(&COUNT, follicles.len() - 1, Department::Obstetrics);
        follicles.into_iter().for_each(|at| scene.place(at));
        return scene;
    }

    let finding = random.below(4);
    liver(random, &mut canvas, &frame, tone);
    let (wake, place) = match finding {
        CYST => cyst(random, &mut canvas, &frame, &fan),
        GALLSTONE => gallstone(random, &mut canvas, &frame, &fan),
        SOLID_MASS => (None, Some(solid_mass(random, &mut canvas, &frame, &mottle))),
        _ => (None, None),
    };
    image(random, &mut canvas, &fan, wake);
    let mut scene = Scene::new(canvas, Modality::Ultrasound);
    let department = if finding == SOLID_MASS { Department::Oncology } else { Department::Gastroenterology };
    scene.ask(&FINDING, finding, department);
    place.into_iter().for_each(|at| scene.place(at));
    scene
}

/// Fluid: black, with a wall that shines at the back, which sound meets at a right angle.
fn fluid(canvas: &mut Canvas, outline: &(impl Shape + Copy), wall: f32) {
    canvas.paint(&Shell { of: *outline, half_thickness: 0.9 }, grey(wall), 0.8);
    canvas.paint(outline, grey(0.02), 0.6);
}

/// Draws an oval of grey stroma with round black follicles and returns their places.
fn ovary(random: &mut Random, canvas: &mut Canvas, tone: f32) -> Vec<Point> {
    let outline = Ellipse::new(point(0.0, 9.5), 36.0, 27.0, random.between(-0.08, 0.08));
    canvas.map(|_, before| before.map(|channel| 0.62 * channel));
    canvas.paint(&Shell { of: outline, half_thickness: 1.2 }, grey(tone + 0.28), 1.2);
    canvas.blend(&outline, 1.0, 1.0, |_, _, before| {
        before.map(|channel| tone + 0.1 + 0.5 * (channel - 0.62 * tone))
    });
    let mut places = FOLLICLES;
    random.shuffle(&mut places);
    let n = 1 + random.below(5);
    let places: Vec<Point> = places[..n]
        .iter()
        .map(|&(x, y)| point(x + random.between(-2.0, 2.0), y + random.between(-2.0, 2.0)))
        .collect();
    for &at in &places {
        let radius = random.between(5.0, 6.2);
        let follicle = Ellipse::new(at, radius, radius * random.between(0.9, 1.0), random.between(0.0, PI));
        fluid(canvas, &follicle, tone + 0.28);
    }
    places
}

/// The liver with a few vessels, the bright line of the diaphragm behind it, and the gallbladder.
fn liver(random: &mut Random, canvas: &mut Canvas, frame: &Frame, tone: f32) {
    let depth = random.between(36.0, 40.0);
    let diaphragm = Shell { of: frame.disc(0.0, depth - 70.0, 70.0), half_thickness: 1.3 };
    canvas.blend(&diaphragm, 1.4, 0.85, |_, _, _| grey(0.86));
    for _ in 0..3 {
        let (x, y) = (random.between(-24.0, 6.0), random.between(-22.0, 26.0));
        let end = (x + random.between(14.0, 22.0) * random.sign(), y + random.between(-9.0, 9.0));
        canvas.blend(&frame.taper((x, y), end, 2.4, 1.4), 0.9, 0.5, |_, _, _| grey(tone + 0.26));
        canvas.blend(&frame.taper((x, y), end, 1.5, 0.5), 0.6, 0.9, |_, _, _| grey(0.1));
    }
    fluid(canvas, &gallbladder(frame), tone + 0.25);
}

fn gallbladder(frame: &Frame) -> Ellipse {
    frame.ellipse(16.0, 6.0, 9.0, 15.5, -0.35)
}

/// The place of a lesion in the liver, clear of the gallbladder.
fn in_the_liver(random: &mut Random) -> (f32, f32) {
    (random.between(-15.0, -9.0), random.between(0.0, 16.0))
}

fn cyst(random: &mut Random, canvas: &mut Canvas, frame: &Frame, fan: &Fan) -> (Option<Wake>, Option<Point>) {
    let (x, y) = in_the_liver(random);
    let radius = random.between(8.5, 11.0);
    let outline = frame.disc(x, y, radius);
    fluid(canvas, &outline, 0.7);
    let wake = fan.wake(outline.centre, outline.radius_x * 0.9, random.between(1.55, 1.75));
    (Some(Wake { from: wake.from + outline.radius_x, ..wake }), Some(outline.centre))
}

/// A bright crescent on the back wall of the gallbladder, with a shadow behind it.
fn gallstone(
    random: &mut Random,
    canvas: &mut Canvas,
    frame: &Frame,
    fan: &Fan,
) -> (Option<Wake>, Option<Point>) {
    let radius = random.between(5.2, 6.4);
    let (x, y) = (18.0 + random.between(-0.8, 0.8), 12.5 + random.between(-0.8, 0.8));
    let stone = Without(frame.disc(x, y, radius), frame.disc(x, y + 0.72 * radius, radius));
    let centre = frame.point(x, y);
    // The crescent is painted over its own shadow, which starts at its middle.
    canvas.paint(&stone, grey(1.0), 0.7);
    (Some(fan.wake(centre, frame.length(radius), 0.06)), Some(centre))
}

/// Solid tissue that returns more sound than the liver, in lobes.
fn solid_mass(random: &mut Random, canvas: &mut Canvas, frame: &Frame, mottle: &Texture) -> Point {
    let (x, y) = in_the_liver(random);
    let outline = frame.lobed(Lobed {
        centre: point(x, y),
        radius: random.between(10.0, 12.0),
        lobes: 5 + random.below(3) as u8,
        depth: random.between(0.05, 0.08),
        phase: random.between(0.0, TAU),
        stretch: random.between(1.0, 1.25),
        angle: random.between(-0.5, 0.5),
    });
    let halo = Lobed { radius: outline.radius + 1.6, ..outline };
    canvas.blend(&halo, 0.8, 0.75, |_, _, _| grey(0.14));
    canvas.blend(&outline, 0.7, 1.0, |at, _, _| grey(0.8 + 0.06 * mottle.at(at)));
    outline.centre
}

/// Speckle, wakes, the loss with depth, and the edges of the fan.
fn image(random: &mut Random, canvas: &mut Canvas, fan: &Fan, wake: Option<Wake>) {
    let speckle = Texture::new(random, 58);
    let (strength, loss) = (random.between(0.14, 0.22), random.between(0.1, 0.3));
    let wide = 1.0 / tanf(fan.half_angle);
    canvas.map(|at, before| {
        let (angle, depth) = fan.polar(at);
        let inside = (1.0 - smoothstep(fan.half_angle - 0.012, fan.half_angle, angle.abs()))
            * smoothstep(fan.nearest - 0.7, fan.nearest + 0.7, depth)
            * (1.0 - smoothstep(fan.farthest - 0.7, fan.farthest + 0.7, depth));
        // Grains lie on arcs round the probe and widen with depth, as the beam does.
        let grain = speckle.at(point(50.0 * angle * wide, depth - 64.0));
        let mut gain = (1.0 - loss * depth / fan.farthest) * (1.0 + strength * grain);
        if let Some(wake) = &wake {
            let across = (angle - wake.angle).abs() / wake.half_angle;
            let behind = smoothstep(-1.0, 1.5, depth - wake.from) * (1.0 - smoothstep(0.8, 1.05, across));
            gain *= 1.0 + (wake.gain - 1.0) * behind;
        }
        // The skin and the gel reflect everything.
        let near = 0.3 * (1.0 - smoothstep(fan.nearest + 1.0, fan.nearest + 6.0, depth));
        mix(grey(0.0), before.map(|channel| (channel + near) * gain), inside)
    });
    let grain = random.between(0.01, 0.025);
    canvas.grain(random, grain, 0.0);
}
