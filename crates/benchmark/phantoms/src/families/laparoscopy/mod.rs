//! Laparoscopy: the camera's round view of a gallbladder's removal, with its instruments and actions; some actions at a kidney.

mod actions;
mod phases;
mod tools;
mod view;

use std::f32::consts::PI;

use crate::canvas::Canvas;
use crate::geometry::{Point, Shape, point};
use crate::question::QuestionKind;
use crate::random::Random;
use crate::scene::Scene;
use crate::taxonomy::{ClinicalTask, Department, Modality};

use tools::{Pose, Tip};
use view::View;

pub(crate) const KINDS: &[&QuestionKind] = &[&INSTRUMENT, &actions::ACTION, &phases::PHASE];

static INSTRUMENT: QuestionKind = QuestionKind {
    id: "lap.instrument",
    task: ClinicalTask::SurgicalInstrumentRecognition,
    wordings: &["Which surgical instrument is in the {area}?", "What is the instrument in the {area}?"],
    answers: &["grasper", "hook", "suction irrigator", "clip applier", "specimen bag", "suturing needle"],
};

/// What is drawn for each answer of [`INSTRUMENT`].
const TOOLS: [fn(&mut Canvas, &Pose) -> Tip; 6] = [
    tools::grasper,
    tools::hook,
    tools::suction_irrigator,
    tools::clip_applier,
    tools::specimen_bag,
    tools::suturing_needle,
];

/// Share of the instrument images in which a second instrument, not the marked one, is at work.
const SECOND_SHARE: f32 = 0.35;

pub(crate) fn scene(random: &mut Random, canvas: Canvas) -> Scene {
    match random.below(3) {
        0 => instrument(random, canvas),
        1 => actions::scene(random, canvas),
        _ => phases::scene(random, canvas),
    }
}

fn instrument(random: &mut Random, mut canvas: Canvas) -> Scene {
    let view = View::new(random);
    view.abdomen(random, &mut canvas);
    view.gallbladder(random, &mut canvas, (17.0, -24.0), (0.0, -7.0));

    let truth = random.below(TOOLS.len());
    let second = random.chance(SECOND_SHARE);
    let side = random.sign();
    // A single instrument may be anywhere near the middle; of two, each keeps to its half.
    let away = if second { random.between(19.0, 21.0) } else { random.between(-4.0, 14.0) };
    let other = (truth + 1 + random.below(TOOLS.len() - 1)) % TOOLS.len();
    let mut pose = |away: f32, side: f32, scale: f32| {
        let rise = random.between(0.2, 0.9);
        Pose::new(
            point(side * away, random.between(-6.0, 14.0)),
            if side < 0.0 { -rise } else { rise - PI },
            scale * random.between(1.0, 1.15),
        )
        .flipped(random.sign())
    };
    let (mine, others) = (pose(away, side, if second { 0.95 } else { 1.1 }), pose(20.0, -side, 0.85));
    if second {
        TOOLS[other](&mut canvas, &others);
    }
    let tip = TOOLS[truth](&mut canvas, &mine);
    view.finish(random, &mut canvas);

    let mut scene = Scene::new(canvas, Modality::Endoscopy);
    scene.mark(random, tip, &INSTRUMENT, truth, Department::GeneralSurgery);
    scene
}

/// A shape moved from the place where it was made.
struct Moved<'a, S: ?Sized> {
    of: &'a S,
    by: Point,
}

impl<S: Shape + ?Sized> Shape for Moved<'_, S> {
    fn distance(&self, at: Point) -> f32 {
        self.of.distance(point(at.x - self.by.x, at.y - self.by.y))
    }

    fn reach(&self) -> (Point, f32) {
        let (middle, far) = self.of.reach();
        (point(middle.x + self.by.x, middle.y + self.by.y), far)
    }
}
