//! The phases of a gallbladder's removal.

use std::f32::consts::{PI, TAU};

use crate::canvas::{Canvas, Colour};
use crate::frame::Frame;
use crate::geometry::{Lobed, point};
use crate::question::QuestionKind;
use crate::random::Random;
use crate::scene::Scene;
use crate::taxonomy::{ClinicalTask, Department, Modality};

use super::tools::{self, CLIP, Pose};
use super::view::{GALLBLADDER, PALE, View, shadow};

pub(super) static PHASE: QuestionKind = QuestionKind {
    id: "lap.phase",
    task: ClinicalTask::SurgicalWorkflowRecognition,
    wordings: &["Which phase of the operation is shown?", "Which surgical phase does this image show?"],
    answers: &[
        "preparation",
        "clipping and cutting",
        "gallbladder dissection",
        "gallbladder packaging",
        "cleaning and coagulation",
    ],
};

const RAW: [Colour; 2] = [[0.85, 0.16, 0.12], [0.55, 0.06, 0.05]];
const SCAB: [Colour; 2] = [[0.62, 0.2, 0.13], [0.24, 0.09, 0.06]];

/// What is drawn for each answer of [`PHASE`].
const PHASES: [fn(&mut Random, &mut Canvas, &View); 5] =
    [preparation, clipping, dissection, packaging, cleaning];

pub(super) fn scene(random: &mut Random, mut canvas: Canvas) -> Scene {
    let view = View::new(random);
    let truth = random.below(PHASES.len());
    view.abdomen(random, &mut canvas);
    PHASES[truth](random, &mut canvas, &view);
    view.finish(random, &mut canvas);

    let mut scene = Scene::new(canvas, Modality::Endoscopy);
    scene.ask(&PHASE, truth, Department::GeneralSurgery);
    scene
}

/// An instrument in the family's coordinates, entering from the lower left, or from the lower right if `side` is -1.
fn pose(random: &mut Random, frame: &Frame, (x, y): (f32, f32), side: f32) -> Pose {
    let rise = random.between(0.4, 0.8);
    let angle = if side > 0.0 { -rise } else { rise - PI };
    Pose::new(frame.point(x, y), angle, random.between(1.05, 1.2))
}

/// The whole gallbladder, held up by its top.
fn preparation(random: &mut Random, canvas: &mut Canvas, view: &View) {
    let lean = random.between(-6.0, 6.0);
    let pear = view.gallbladder(random, canvas, (lean, -14.0), (-10.0 - 0.5 * lean, 16.0));
    // Another instrument, from above on either side, holds the liver up.
    let side = random.sign();
    let lowered = random.between(0.6, 0.9);
    let angle = if side > 0.0 { lowered } else { PI - lowered };
    let tip = point(pear.from.x - 5.0 * side, pear.from.y - 7.0);
    tools::closed_jaws(canvas, &Pose::new(tip, angle, random.between(1.0, 1.1)));
}

/// Clips on the duct that leaves the neck, and the applier.
fn clipping(random: &mut Random, canvas: &mut Canvas, view: &View) {
    let bend = random.between(-3.0, 3.0);
    let duct = view
        .frame
        .path(&[(6.0, -6.0), (0.0, 6.0), (-12.0, 15.0 + bend), (-34.0, 22.0 + bend), (-60.0, 26.0)], 4.2);
    shadow(canvas, &duct, 0.4);
    view.organ(canvas, &duct, PALE, 3.5);
    view.gallbladder(random, canvas, (16.0, -24.0), (6.0, -5.0));
    for x in [-26.0, -21.0, -12.0] {
        let y = 15.5 + bend - (x + 12.0) * 0.32;
        let clip = view.frame.line((x - 2.2, y - 6.5), (x + 2.2, y + 6.5), 1.4);
        shadow(canvas, &clip, 0.5);
        canvas.paint(&clip, CLIP, 0.5);
    }
    let applier = pose(random, &view.frame, (10.0, 16.0), -1.0);
    tools::clip_applier(canvas, &applier);
}

/// The gallbladder half off its raw bed, and the hook between.
fn dissection(random: &mut Random, canvas: &mut Canvas, view: &View) {
    view.bed(canvas, (14.0, -24.0), (-16.0, 4.0), 15.0, RAW);
    let lift = random.between(-3.0, 3.0);
    view.gallbladder(random, canvas, (26.0, 0.0 + lift), (8.0, 18.0 + lift));
    let place = (random.between(-12.0, -6.0), random.between(-6.0, 0.0));
    let hook = pose(random, &view.frame, place, 1.0);
    tools::hook(canvas, &hook);
}

/// The gallbladder in the bag, its bed dry.
fn packaging(random: &mut Random, canvas: &mut Canvas, view: &View) {
    view.bed(canvas, (10.0, -34.0), (-8.0, -26.0), 9.0, SCAB);
    let place = (random.between(-6.0, 6.0), random.between(4.0, 12.0));
    let side = random.sign();
    let bag = pose(random, &view.frame, place, side).scaled(1.2);
    tools::filled_bag(canvas, &bag, GALLBLADDER);
}

/// No gallbladder: a bed with a scab, blood under it, and the tube that takes it away.
fn cleaning(random: &mut Random, canvas: &mut Canvas, view: &View) {
    view.bed(canvas, (10.0, -34.0), (-8.0, -26.0), 9.0, SCAB);
    let pool = Lobed {
        centre: view.frame.point(random.between(-4.0, 4.0), 10.0),
        radius: random.between(18.0, 21.0),
        lobes: 3,
        depth: 0.12,
        phase: random.between(0.0, TAU),
        stretch: 1.4,
        angle: random.between(-0.2, 0.2),
    };
    view.blood(canvas, &pool);
    let side = random.sign();
    let tube = pose(random, &view.frame, (-6.0 * side, 8.0), side);
    tools::suction_irrigator(canvas, &tube);
}
