//! What the surgeon is doing: an instrument and what it does to the tissue under it.

use std::f32::consts::{FRAC_PI_4, PI, TAU};

use libm::{cosf, sinf};

use crate::canvas::{Canvas, Colour, grey, mix};
use crate::geometry::{Capsule, Ellipse, Lobed, Path, Point, Shape, Union, point, smoothstep};
use crate::question::QuestionKind;
use crate::random::Random;
use crate::scene::Scene;
use crate::taxonomy::{ClinicalTask, Department, Granularity, Modality};

use super::tools::{self, CLIP, Pose};
use super::view::{PALE, View, shadow};

pub(super) static ACTION: QuestionKind = QuestionKind {
    id: "lap.action",
    task: ClinicalTask::SurgeonActionRecognition,
    wordings: &["What is the surgeon doing in the {area}?", "Which surgical action is shown in the {area}?"],
    answers: &[
        "grasping tissue",
        "cutting tissue",
        "coagulating tissue",
        "sucking blood",
        "clipping duct",
        "passing needle",
    ],
};

const MEMBRANE: Colour = [0.98, 0.73, 0.66];

/// Draws an action at a place with the view's light and returns the shape of what takes part in it.
type Draw = fn(&mut Random, &mut Canvas, &View, Point) -> Union;

/// What is drawn for each answer of [`ACTION`].
const ACTIONS: [Draw; 6] = [grasping, cutting, coagulating, sucking, clipping, passing];

pub(super) fn scene(random: &mut Random, mut canvas: Canvas) -> Scene {
    let view = View::new(random);
    let truth = random.below(ACTIONS.len());
    // All actions occur at either organ; the duct of a kidney is its ureter.
    let urology = random.chance(0.4);
    if urology {
        view.flank(random, &mut canvas);
    } else {
        view.abdomen(random, &mut canvas);
        view.gallbladder(random, &mut canvas, (20.0, -30.0), (6.0, -18.0));
    }
    let site = view.frame.point(random.between(-9.0, 9.0), random.between(0.0, 12.0));
    let part = ACTIONS[truth](random, &mut canvas, &view, site);
    view.finish(random, &mut canvas);

    let mut scene = Scene::new(canvas, Modality::Endoscopy);
    let department = if urology { Department::Urology } else { Department::GeneralSurgery };
    scene.mark_as(Granularity::Box, part, &ACTION, truth, department);
    scene
}

/// An instrument that comes in from either side of the image's lower half and points to `tip`.
fn from_below(random: &mut Random, tip: Point) -> Pose {
    let rise = random.between(0.45, 0.85);
    let angle = if random.chance(0.5) { -rise } else { rise - PI };
    Pose::new(tip, angle, random.between(1.0, 1.12)).flipped(random.sign())
}

fn union(parts: impl IntoIterator<Item = Box<dyn Shape>>) -> Union {
    Union(parts.into_iter().collect())
}

/// A tent of tissue that closed jaws pull up.
fn grasping(random: &mut Random, canvas: &mut Canvas, view: &View, site: Point) -> Union {
    let peak = point(site.x, site.y - 11.0);
    let tent = Capsule { from: point(site.x, site.y + 12.0), to: peak, from_radius: 14.0, to_radius: 2.6 };
    shadow(canvas, &tent, 0.35);
    view.organ(canvas, &tent, [0.97, 0.6, 0.54], 7.0);
    for foot in [-9.0, -4.5, 0.0, 4.5, 9.0] {
        // Folds run from the jaws down: light on one side, dark on the other.
        for (aside, shade, opacity) in [(0.0, grey(1.0), 0.45), (1.3, [0.6, 0.2, 0.2], 0.5)] {
            let to = point(site.x + foot + aside, site.y + 15.0 - 0.06 * foot * foot);
            let fold = Capsule {
                from: point(peak.x + 0.15 * foot + aside, peak.y + 3.0),
                to,
                from_radius: 0.3,
                to_radius: 0.8,
            };
            canvas.blend(&fold, 0.8, opacity, |_, _, _| shade);
        }
    }
    // It pulls upwards, so the instrument comes from above.
    let angle = if random.chance(0.5) { random.between(0.5, 0.9) } else { random.between(2.25, 2.65) };
    let jaws = tools::closed_jaws(canvas, &Pose::new(peak, angle, random.between(1.0, 1.12)));
    union([Box::new(tent) as Box<dyn Shape>, Box::new(jaws)])
}

/// Scissors across a gaping band.
fn cutting(random: &mut Random, canvas: &mut Canvas, view: &View, site: Point) -> Union {
    let pose = from_below(random, site);
    let band = pose.path(&[(-6.0, -70.0), (4.0, -26.0), (7.0, 0.0), (4.0, 26.0), (-6.0, 70.0)], 8.0);
    shadow(canvas, &band, 0.35);
    view.organ(canvas, &band, MEMBRANE, 5.0);
    let gap = pose.bar((17.0, 0.0), (4.0, 0.0), 6.0, 2.2);
    canvas.blend(&gap, 0.8, 1.0, |_, distance, _| {
        mix([0.8, 0.1, 0.1], [0.25, 0.02, 0.02], smoothstep(0.0, 1.8, -distance))
    });
    let blades = tools::scissors(canvas, &pose);
    union([Box::new(blades) as Box<dyn Shape>, Box::new(gap)])
}

/// A hook with its spark, the burn and the smoke.
fn coagulating(random: &mut Random, canvas: &mut Canvas, _: &View, site: Point) -> Union {
    let pose = from_below(random, site);
    let at = pose.at((12.0, 14.0));
    let burn = Lobed { centre: at, radius: 9.5, lobes: 5, depth: 0.12, phase: 1.0, stretch: 1.3, angle: 0.2 };
    canvas.blend(&burn, 1.5, 0.95, |_, distance, _| {
        mix([0.9, 0.8, 0.66], [0.24, 0.12, 0.07], smoothstep(0.0, 4.5, -distance))
    });
    let wire = tools::hook(canvas, &pose);
    let drift = random.between(-0.35, 0.35);
    let puffs = [(0.0, -6.0, 5.0), (-4.0, -11.0, 7.0), (4.0, -15.0, 8.5), (-2.0, -20.0, 9.5)].map(
        |(x, y, radius)| {
            let centre = point(at.x + x + y * drift, at.y + y);
            Lobed { centre, radius, lobes: 5, depth: 0.12, phase: x, stretch: 1.1, angle: 0.4 }
        },
    );
    for puff in &puffs {
        canvas.blend(puff, 3.0, 0.72, |_, _, _| [0.93, 0.93, 0.95]);
    }
    canvas.blend(&Ellipse::disc(at, 4.5), 4.0, 0.8, |_, _, _| [1.0, 0.7, 0.2]);
    for i in 0..4_u8 {
        let angle = 0.3 + f32::from(i) * FRAC_PI_4;
        let ray = |far: f32| point(at.x + far * cosf(angle), at.y + far * sinf(angle));
        let far = if i % 2 == 0 { 7.5 } else { 5.0 };
        let ray = Capsule { from: ray(-far), to: ray(far), from_radius: 0.5, to_radius: 0.5 };
        canvas.paint(&ray, [1.0, 0.95, 0.6], 0.8);
    }
    canvas.paint(&Ellipse::disc(at, 2.6), [1.0, 1.0, 0.94], 1.2);
    let puffs = puffs.into_iter().map(|puff| Box::new(puff) as Box<dyn Shape>);
    union(puffs.chain([Box::new(wire) as Box<dyn Shape>, Box::new(burn)]))
}

/// A tube in a pool of blood.
fn sucking(random: &mut Random, canvas: &mut Canvas, view: &View, site: Point) -> Union {
    let pool = Lobed {
        centre: point(site.x, site.y + 3.0),
        radius: random.between(17.0, 20.0),
        lobes: 3,
        depth: 0.1,
        phase: random.between(0.0, TAU),
        stretch: random.between(1.15, 1.4),
        angle: random.between(-0.3, 0.3),
    };
    view.blood(canvas, &pool);
    let pose = from_below(random, point(site.x, site.y + 1.0));
    tools::suction_irrigator(canvas, &pose);
    // The tube's end is under the surface.
    view.blood(canvas, &pose.oval((12.5, 0.0), 3.8, 6.8));
    union([Box::new(pool) as Box<dyn Shape>])
}

/// Clips across a pale duct, and the applier that brings the next one.
fn clipping(random: &mut Random, canvas: &mut Canvas, view: &View, site: Point) -> Union {
    let pose = from_below(random, site);
    let duct = pose.path(&[(13.0, -60.0), (10.0, -24.0), (9.0, 0.0), (10.0, 24.0), (13.0, 60.0)], 4.6);
    shadow(canvas, &duct, 0.4);
    view.organ(canvas, &duct, PALE, 3.5);
    let clips = [-19.0, -14.0, 15.0].map(|aside| pose.bar((3.5, aside), (16.5, aside), 1.4, 1.4));
    for clip in &clips {
        shadow(canvas, clip, 0.5);
        canvas.paint(clip, CLIP, 0.5);
    }
    let tip = tools::clip_applier(canvas, &pose);
    let clips = clips.into_iter().map(|clip| Box::new(clip) as Box<dyn Shape>);
    union(clips.chain([Box::new(tip) as Box<dyn Shape>]))
}

/// A curved needle through a fold, its thread, and the jaws that hold it.
fn passing(random: &mut Random, canvas: &mut Canvas, view: &View, site: Point) -> Union {
    let pose = from_below(random, site);
    let fold = pose.bar((4.0, -15.0), (4.0, 15.0), 6.5, 6.5);
    shadow(canvas, &fold, 0.35);
    view.organ(canvas, &fold, [0.93, 0.55, 0.5], 6.0);
    let slit = pose.bar((4.0, -11.0), (4.0, 11.0), 1.0, 1.0);
    canvas.paint(&slit, [0.45, 0.06, 0.08], 0.8);
    // The stitches that are done.
    for aside in [7.0, 11.0] {
        tools::draw_thread(canvas, &pose, &[(-1.0, aside), (4.0, aside + 0.8), (9.0, aside)]);
    }
    tools::draw_thread(canvas, &pose, &[(9.0, 7.0), (20.0, 12.0), (24.0, 24.0), (12.0, 34.0), (20.0, 60.0)]);
    let arc: Vec<Point> =
        tools::needle_arc(12.0, -2.9, 0.15).into_iter().map(|(u, v)| pose.at((u + 3.0, v))).collect();
    let needle = Path { points: arc, radius: 1.35 };
    tools::steel(canvas, &needle, 1.3);
    let jaws = tools::closed_jaws(canvas, &Pose::new(pose.at((-8.0, -4.0)), pose.angle(), 0.9));
    union([Box::new(fold) as Box<dyn Shape>, Box::new(needle), Box::new(jaws)])
}
