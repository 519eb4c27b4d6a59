//! Colonoscopy: rings of folds round the lumen, what may lie on the mucosa, and what may spoil the view.

mod artifacts;
mod findings;
mod view;

use crate::canvas::{Canvas, grey, mix};
use crate::question::kinds;
use crate::random::Random;
use crate::scene::Scene;
use crate::taxonomy::{Department, Granularity, Modality};

use view::View;

kinds! {
    FINDING "colon.finding" DiseaseDiagnosis
        ["Which abnormality does this colonoscopy show?", "What is shown in this colonoscopy?"]
        => ["polyp", "ulcer", "bleeding", "no abnormality"];
    ARTIFACT "colon.artifact" ImageQualityGrading
        ["Which artifact is in the {area}?", "What is the artifact in the {area}?"]
        => ["specularity", "bubbles", "saturation", "blood", "instrument"];
    QUALITY "colon.quality" ImageQualityGrading
        ["What is the quality of this image?", "How good is the quality of the image?"]
        => ["good", "blurred", "low contrast", "dark"];
    SIDE "colon.side" AttributeRecognition
        ["On which side of the image is the polyp?", "Where is the polyp?"]
        => ["left", "right"];
}

pub(crate) fn scene(random: &mut Random, canvas: Canvas) -> Scene {
    match random.below(5) {
        0 | 1 => finding(random, canvas),
        2 | 3 => artifact(random, canvas),
        _ => quality(random, canvas),
    }
}

fn finding(random: &mut Random, mut canvas: Canvas) -> Scene {
    let view = View::new(random);
    view.folds(&mut canvas);
    view.vessels(random, &mut canvas);
    let truth = random.below(4);
    let side = random.sign();
    let at = view.beside(random, side);
    match truth {
        0 => findings::polyp(random, &mut canvas, &view, at),
        1 => findings::ulcer(random, &mut canvas, &view, at),
        2 => findings::bleeding(random, &mut canvas, &view, at),
        _ => {}
    }
    view.finish(random, &mut canvas);

    let mut scene = Scene::new(canvas, Modality::Endoscopy);
    scene.ask(&FINDING, truth, Department::Gastroenterology);
    if truth == 0 {
        scene.ask(&SIDE, usize::from(side > 0.0), Department::Gastroenterology);
    }
    if truth < 3 {
        scene.place(at);
    }
    scene
}

/// Share of the images with an artifact in which a polyp lies on the other side.
const POLYP_SHARE: f32 = 0.4;

fn artifact(random: &mut Random, mut canvas: Canvas) -> Scene {
    let view = View::new(random);
    view.folds(&mut canvas);
    view.vessels(random, &mut canvas);
    let truth = random.below(5);
    let side = random.sign();
    let polyp = random.chance(POLYP_SHARE).then(|| view.beside(random, -side));
    if let Some(at) = polyp {
        findings::polyp(random, &mut canvas, &view, at);
    }
    let at = view.beside(random, side);
    let shape = match truth {
        0 => artifacts::specularity(random, &mut canvas, at),
        1 => artifacts::bubbles(random, &mut canvas, at),
        2 => artifacts::saturation(random, &mut canvas, at),
        3 => artifacts::smear(random, &mut canvas, &view, at),
        _ => artifacts::instrument(random, &mut canvas, at, side),
    };
    view.finish(random, &mut canvas);

    let mut scene = Scene::new(canvas, Modality::Endoscopy);
    scene.mark_as(Granularity::Box, shape, &ARTIFACT, truth, Department::GeneralSurgery);
    if let Some(at) = polyp {
        scene.ask(&SIDE, usize::from(side < 0.0), Department::Gastroenterology);
        scene.place(at);
    }
    scene
}

fn quality(random: &mut Random, mut canvas: Canvas) -> Scene {
    let view = View::new(random);
    view.folds(&mut canvas);
    view.vessels(random, &mut canvas);
    if random.chance(0.5) {
        let side = random.sign();
        let at = view.beside(random, side);
        findings::polyp(random, &mut canvas, &view, at);
    }
    let truth = random.below(4);
    match truth {
        1 => canvas.blur(30),
        2 => canvas.map(|_, before| mix(before, [0.62, 0.57, 0.55], 0.76)),
        3 => canvas.map(|_, before| mix(grey(0.0), before, 0.26)),
        _ => {}
    }
    view.finish(random, &mut canvas);

    let mut scene = Scene::new(canvas, Modality::Endoscopy);
    scene.ask(&QUALITY, truth, Department::Gastroenterology);
    scene
}
