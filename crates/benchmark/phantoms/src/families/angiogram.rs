//! Angiogram: contrast medium in a vessel, which may be narrowed.

use libm::sinf;

use crate::canvas::{Canvas, grey, mix};
use crate::frame::Frame;
use crate::geometry::{Capsule, Point, smoothstep};
use crate::question::kinds;
use crate::random::Random;
use crate::scene::Scene;
use crate::taxonomy::{Department, Modality};
use crate::texture::Texture;

kinds! {
    SEVERITY "angiogram.severity" SeverityGrading
        ["How severe is the stenosis of this vessel?", "What is the severity of the stenosis?"]
        => ["no stenosis", "mild stenosis", "severe stenosis"];
    PLACE "angiogram.place" BloodVesselsRecognition
        ["Where is the vessel narrowed?", "Which part of the vessel shows the stenosis?"]
        => ["upper third", "middle third", "lower third", "no narrowing"];
}

/// Share of the usual width that is left open at the narrowest place.
const REMAINS: [f32; 3] = [1.0, 0.55, 0.15];

pub(crate) fn scene(random: &mut Random, mut canvas: Canvas) -> Scene {
    let frame = Frame::jittered(random, 6.0, 0.12, 0.08);
    let clouds = Texture::new(random, 5);
    let severity = random.below(3);
    let third = random.below(3);
    let narrow_y = -30.0 + 30.0 * third as f32 + random.between(-6.0, 6.0);
    let narrow_length = random.between(5.0, 8.0);
    let radius = random.between(4.6, 5.6);
    let (bend, pace, phase) = (random.between(4.0, 9.0), random.between(0.03, 0.06), random.between(0.0, std::f32::consts::TAU));
    let middle = move |y: f32| bend * sinf(y * pace + phase);

    canvas.map(|at, _| grey(0.72 + 0.05 * clouds.at(at)));
    for _ in 0..3 {
        let y = random.between(-40.0, 30.0);
        let side = random.sign();
        let end = (middle(y) + side * random.between(35.0, 60.0), y + random.between(15.0, 45.0));
        let branch: Capsule = frame.taper((middle(y), y), end, 2.0, 0.8);
        canvas.blend(&branch, 0.7, 0.7, |_, _, _| grey(0.3));
    }
    canvas.map(|at: Point, before| {
        let p = frame.inverse(at);
        let from_narrow = (p.y - narrow_y) / narrow_length;
        let squeeze = (1.0 - REMAINS[severity]) / (1.0 + from_narrow * from_narrow * from_narrow * from_narrow);
        let edge = radius * (1.0 - squeeze) - (p.x - middle(p.y)).abs();
        mix(before, grey(0.2), smoothstep(-0.7, 0.7, edge))
    });
    let grain = random.between(0.01, 0.05);
    canvas.grain(random, grain, 0.0);

    let mut scene = Scene::new(canvas, Modality::Angiography);
    scene.ask(&SEVERITY, severity, Department::CardiovascularSurgery);
    scene.ask(&PLACE, if severity == 0 { 3 } else { third }, Department::Hematology);
    if severity > 0 {
        scene.place(frame.point(middle(narrow_y), narrow_y));
    }
    scene
}
