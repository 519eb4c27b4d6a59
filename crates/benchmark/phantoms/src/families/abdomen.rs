//! Abdominal CT: an axial slice at the level of the kidneys, with contrast medium, seen from the feet (the liver is on the
//! image's left). Vessels are drawn larger than life.

mod anatomy;

use self::anatomy::{Anatomy, RIB_ANGLES};
use crate::canvas::{Canvas, grey, mix};
use crate::geometry::{Lobed, Point, Shape, Union, point, smoothstep};
use crate::question::kinds;
use crate::random::Random;
use crate::scene::Scene;
use crate::taxonomy::{Department, Modality};
use crate::texture::Texture;

kinds! {
    ORGAN "abdomen.organ" OrganAbdomen
        ["Which organ is shown in the {area}?", "What is the organ in the {area} of this CT image?"]
        => ["liver", "spleen", "kidney", "stomach", "gallbladder"];
    VESSEL "abdomen.vessel" BloodVesselsRecognition
        ["Which blood vessel is shown in the {area}?", "What is the vessel in the {area}?"]
        => ["aorta", "inferior vena cava", "portal vein"];
    BONE "abdomen.bone" Bone
        ["Which bone is shown in the {area}?", "What is the bone in the {area} of this CT image?"]
        => ["lumbar vertebra", "rib"];
    FINDING "abdomen.finding" DiseaseDiagnosis
        ["Which abnormality does this CT image show?", "What is the finding in this abdominal CT image?"]
        => ["kidney cyst", "kidney stone", "liver tumor", "no abnormality"];
}

const FINDING_DEPARTMENTS: [Department; 4] =
    [Department::Nephrology, Department::Urology, Department::Oncology, Department::Gastroenterology];

const FAT: f32 = 0.17;
const FLUID: f32 = 0.33;
const MUSCLE: f32 = 0.47;

pub(crate) fn scene(random: &mut Random, mut canvas: Canvas) -> Scene {
    let anatomy = Anatomy::new(random);
    let texture = Texture::new(random, 26);
    draw_wall(&mut canvas, &anatomy, random, &texture);
    draw_organs(&mut canvas, &anatomy, random, &texture);
    let finding = random.below(FINDING.answers.len());
    let side = random.sign();
    let lesion = draw_finding(&mut canvas, &anatomy, random, &texture, finding, side);
    canvas.scan(random);

    let mut scene = Scene::new(canvas, Modality::Ct);
    scene.ask(&FINDING, finding, FINDING_DEPARTMENTS[finding]);
    if let Some(at) = lesion {
        scene.place(at);
    }
    if random.chance(0.65) {
        mark(&mut scene, &anatomy, random, -side);
    }
    scene
}

/// `side` is that of the kidney without an abnormality, since a mark would hide it.
fn mark(scene: &mut Scene, anatomy: &Anatomy, random: &mut Random, side: f32) {
    let kind = [&ORGAN, &ORGAN, &VESSEL, &VESSEL, &BONE][random.below(5)];
    let truth = random.below(kind.answers.len());
    let rib_side = random.sign();
    let rib = RIB_ANGLES[random.below(RIB_ANGLES.len())];
    let (shape, department): (Box<dyn Shape>, _) = match kind.answers[truth] {
        "liver" => (Box::new(anatomy.liver()), Department::Gastroenterology),
        "spleen" => (Box::new(anatomy.spleen()), Department::Gastroenterology),
        "kidney" => (Box::new(anatomy.kidney(side)), Department::Nephrology),
        "stomach" => (Box::new(anatomy.stomach()), Department::Gastroenterology),
        "gallbladder" => (Box::new(anatomy.gallbladder()), Department::Gastroenterology),
        "aorta" => (Box::new(anatomy.aorta()), Department::CardiovascularSurgery),
        "inferior vena cava" => (Box::new(anatomy.vena_cava()), Department::Hematology),
        "portal vein" => (Box::new(anatomy.portal_vein()), Department::Hematology),
        "rib" => (Box::new(anatomy.rib(rib_side, rib)), Department::Orthopedics),
        _ => (Box::new(anatomy.vertebra()), Department::Orthopedics),
    };
    scene.mark(random, Union(vec![shape]), kind, truth, department);
}

/// Skin, fat, muscles and bones: everything round the organs.
fn draw_wall(canvas: &mut Canvas, anatomy: &Anatomy, random: &mut Random, texture: &Texture) {
    let f = &anatomy.frame;
    let fat = random.between(1.5, 4.5);
    canvas.paint(
        &f.path(&[(-42.0, 39.5), (-22.0, 42.5), (0.0, 43.5), (22.0, 42.5), (42.0, 39.5)], 0.7),
        grey(0.4),
        0.6,
    );
    let body = f.ellipse(0.0, 0.0, 40.5 + fat, 33.5 + fat, 0.0);
    canvas.paint(&body, grey(MUSCLE), 0.7);
    let skin = f.length(1.0);
    canvas.blend(&body, 0.7, 1.0, |at, distance, before| {
        mix(before, grey(FAT + 0.02 * texture.at(at)), smoothstep(skin - 0.4, skin + 0.4, -distance))
    });
    canvas.tissue(&f.ellipse(0.0, 0.0, 39.4, 32.4, 0.0), MUSCLE, texture, 0.03);
    canvas.tissue(&f.ellipse(0.0, -0.5, 36.0, 29.0, 0.0), FAT + 0.02, texture, 0.03);
    for side in [-1.0, 1.0] {
        canvas.tissue(&f.ellipse(side * 9.5, 28.5, 7.5, 4.8, side * 0.12), MUSCLE + 0.02, texture, 0.04);
        canvas.tissue(&f.ellipse(side * 11.0, 18.0, 3.6, 5.6, 0.0), MUSCLE + 0.02, texture, 0.03);
        for angle in RIB_ANGLES {
            draw_bone(canvas, &anatomy.rib(side, angle), f.length(1.2), texture);
        }
    }
    draw_bone(canvas, &anatomy.vertebra(), f.length(1.3), texture);
    canvas.tissue(&f.disc(0.0, 23.8, 2.8), FLUID + 0.06, texture, 0.02);
}

/// Hard and white outside, spongy within.
fn draw_bone(canvas: &mut Canvas, shape: &impl Shape, cortex: f32, texture: &Texture) {
    canvas.blend(shape, 0.6, 1.0, |at, distance, _| {
        grey(0.98 - (0.22 - 0.06 * texture.at(at)) * smoothstep(0.6 * cortex, 1.4 * cortex, -distance))
    });
}

fn draw_organs(canvas: &mut Canvas, anatomy: &Anatomy, random: &mut Random, texture: &Texture) {
    let f = &anatomy.frame;
    let liver = random.between(0.55, 0.62);
    canvas.tissue(&anatomy.liver(), liver, texture, 0.025);
    for (from, to) in
        [((-13.0, -3.0), (-25.0, -1.0)), ((-25.0, -1.0), (-31.0, -8.0)), ((-19.0, -9.0), (-25.0, -17.0))]
    {
        canvas.blend(&f.taper(from, to, 1.5, 0.8), 0.8, 0.8, |_, _, _| grey(liver + 0.13));
    }
    canvas.tissue(&anatomy.gallbladder(), liver + 0.08, texture, 0.0);
    let bile = random.between(0.24, 0.3);
    let wall = f.length(0.9);
    canvas.blend(&anatomy.gallbladder(), 0.6, 1.0, |_, distance, before| {
        mix(before, grey(bile), smoothstep(0.3 * wall, wall, -distance))
    });
    canvas.tissue(&anatomy.spleen(), liver + 0.08, texture, 0.015);
    draw_stomach(canvas, anatomy, random);
    // The pancreas and two loops of bowel are never asked about.
    canvas.tissue(&f.path(&[(9.0, -4.5), (16.0, -5.0), (21.0, -2.0)], 2.5), 0.52, texture, 0.06);
    for (x, y) in [(15.0, 2.0), (20.5, 4.0)] {
        canvas.tissue(&f.disc(x, y, 2.9), 0.55, texture, 0.03);
        canvas.tissue(&f.disc(x, y, 1.6), 0.36, texture, 0.03);
    }
    let cortex = random.between(0.76, 0.86);
    for side in [-1.0, 1.0] {
        let shape = anatomy.kidney(side);
        let depth = f.length(2.4);
        canvas.blend(&shape, 0.7, 1.0, |at, distance, _| {
            grey(cortex - 0.1 * smoothstep(0.7 * depth, 1.2 * depth, -distance) + 0.02 * texture.at(at))
        });
        canvas.tissue(&anatomy.sinus(side), FAT + 0.06, texture, 0.03);
    }
    canvas.tissue(&f.ellipse(-7.4, 5.0, 7.4, 5.6, -0.25), FAT + 0.08, texture, 0.02);
    canvas.tissue(&anatomy.vena_cava(), 0.68, texture, 0.02);
    canvas.tissue(&anatomy.portal_vein(), 0.74, texture, 0.015);
    canvas.tissue(&anatomy.aorta(), random.between(0.9, 0.96), texture, 0.01);
}

/// Air in front and fluid behind it, as in someone lying on the back.
fn draw_stomach(canvas: &mut Canvas, anatomy: &Anatomy, random: &mut Random) {
    let f = &anatomy.frame;
    let level = random.between(-18.5, -15.5);
    let content = random.between(0.34, 0.42);
    let wall = f.length(1.3);
    canvas.blend(&anatomy.stomach(), 0.7, 1.0, |at, distance, _| {
        let inside = grey(content * smoothstep(level - 0.5, level + 0.5, f.inverse(at).y));
        mix(grey(0.58), inside, smoothstep(0.7 * wall, 1.3 * wall, -distance))
    });
}

/// Draws the abnormality and returns its place, if there is one.
fn draw_finding(
    canvas: &mut Canvas,
    anatomy: &Anatomy,
    random: &mut Random,
    texture: &Texture,
    finding: usize,
    side: f32,
) -> Option<Point> {
    let f = &anatomy.frame;
    let (dx, dy) = (random.between(-1.0, 1.0), random.between(-1.0, 1.0));
    let size = random.between(0.9, 1.15);
    match FINDING.answers[finding] {
        "kidney cyst" => {
            let cyst = f.disc(side * (24.5 + 0.5 * dx), 8.3 + 0.7 * dy, 5.9 * size);
            canvas.tissue(&cyst, 0.62, texture, 0.01);
            canvas.tissue(
                &f.disc(side * (24.5 + 0.5 * dx), 8.3 + 0.7 * dy, 5.9 * size - 0.9),
                FLUID,
                texture,
                0.01,
            );
            Some(cyst.centre)
        }
        "kidney stone" => {
            let stone = Lobed {
                centre: point(side * 17.0 + 0.5 * dx, 14.6 + 0.5 * dy),
                radius: 2.5 * size,
                lobes: 5,
                depth: 0.1,
                phase: dx,
                stretch: 1.2,
                angle: dy,
            };
            let stone = f.lobed(stone);
            canvas.paint(&stone, grey(1.0), 0.5);
            Some(stone.centre)
        }
        "liver tumor" => {
            let tumor = Lobed {
                centre: point(-24.5 + 2.5 * dx, -7.0 + 5.0 * dy),
                radius: 6.3 * size,
                lobes: 3,
                depth: 0.1,
                phase: 3.0 * dx,
                stretch: 1.15,
                angle: 2.0 * dy,
            };
            let tumor = f.lobed(tumor);
            canvas.blend(&tumor, 1.0, 1.0, |at, distance, _| {
                grey(0.4 - 0.12 * smoothstep(1.0, 4.0, -distance) + 0.05 * texture.at(at))
            });
            Some(tumor.centre)
        }
        _ => None,
    }
}
