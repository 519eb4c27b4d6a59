//! Neck CT: an axial slice at the level of the thyroid gland, with contrast medium, seen from the feet.

use crate::canvas::{Canvas, grey, mix};
use crate::frame::Frame;
use crate::geometry::{Ellipse, Point, Shape, Union, smoothstep};
use crate::question::kinds;
use crate::random::Random;
use crate::scene::Scene;
use crate::taxonomy::{Department, Modality};
use crate::texture::Texture;

kinds! {
    ORGAN "neck.organ" OrganHeadAndNeck
        ["Which organ is shown in the {area}?", "What is the structure in the {area}?"]
        => ["thyroid gland", "trachea", "esophagus", "spinal cord"];
    THYROID "neck.thyroid" DiseaseDiagnosis
        ["Which abnormality does this CT image show?", "What is the finding in this neck CT image?"]
        => ["thyroid nodule", "enlarged thyroid gland", "no abnormality"];
}

/// The enlarged gland among the answers.
const ENLARGED: usize = 1;

const FAT: f32 = 0.18;
const MUSCLE: f32 = 0.47;

/// The places of all structures. The same shapes are drawn and marked. `side` is -1 on the image's left, 1 on its right.
struct Anatomy {
    frame: Frame,
    trachea: f32,
    esophagus: f32,
    /// Half the width of a lobe of the thyroid gland.
    lobe: f32,
}

impl Anatomy {
    fn new(random: &mut Random, enlarged: bool) -> Self {
        let frame = Frame::jittered(random, 4.0, 0.12, 0.07);
        let mut size = |swing: f32| 1.0 + random.between(-swing, swing);
        let (trachea, esophagus) = (size(0.07), size(0.08));
        let lobe = if enlarged { 9.2 * size(0.08) } else { 5.2 * size(0.07) };
        Self { frame, trachea, esophagus, lobe }
    }

    fn trachea(&self) -> Ellipse {
        let k = self.trachea;
        self.frame.ellipse(0.0, -14.0, 6.8 * k, 6.4 * k, 0.0)
    }

    fn lobe(&self, side: f32) -> Ellipse {
        let x = side * (6.6 + 0.95 * self.lobe);
        self.frame.ellipse(x, -12.5, self.lobe, 5.2 + 0.75 * self.lobe, side * 0.2)
    }

    fn esophagus(&self) -> Ellipse {
        let k = self.esophagus;
        self.frame.ellipse(1.2, -2.2, 6.8 * k, 4.3 * k, 0.0)
    }

    fn vertebral_body(&self) -> Ellipse {
        self.frame.ellipse(0.0, 9.6, 10.0, 6.2, 0.0)
    }

    fn canal(&self) -> Ellipse {
        self.frame.ellipse(0.0, 21.6, 9.0, 6.9, 0.0)
    }

    fn spinal_cord(&self) -> Ellipse {
        self.frame.ellipse(0.0, 21.4, 6.4, 4.6, 0.0)
    }

    /// The arch round the canal, its joints and its spine.
    fn arch(&self) -> Union {
        let f = &self.frame;
        let mut parts: Vec<Box<dyn Shape>> = vec![Box::new(f.taper((0.0, 30.0), (0.0, 38.0), 2.4, 1.8))];
        for side in [-1.0, 1.0] {
            let half = [(8.0, 13.0), (10.6, 17.5), (10.4, 23.0), (6.5, 27.8), (0.0, 30.2)];
            parts.push(Box::new(f.path(&half.map(|(x, y)| (side * x, y)), 1.9)));
            parts.push(Box::new(f.ellipse(side * 13.6, 18.0, 4.2, 3.4, side * 0.3)));
        }
        Union(parts)
    }
}

pub(crate) fn scene(random: &mut Random, mut canvas: Canvas) -> Scene {
    let finding = random.below(THYROID.answers.len());
    let anatomy = Anatomy::new(random, finding == ENLARGED);
    let texture = Texture::new(random, 26);
    draw_neck(&mut canvas, &anatomy, random, &texture);
    draw_spine(&mut canvas, &anatomy, &texture);
    draw_vessels(&mut canvas, &anatomy, &texture);
    draw_organs(&mut canvas, &anatomy, random, &texture);
    let nodule = (THYROID.answers[finding] == "thyroid nodule").then(|| nodule(&anatomy, random));
    if let Some(nodule) = &nodule {
        draw_nodule(&mut canvas, nodule, &texture);
    }
    canvas.scan(random);

    let mut scene = Scene::new(canvas, Modality::Ct);
    scene.ask(&THYROID, finding, Department::Endocrinology);
    if let Some(nodule) = &nodule {
        scene.place(nodule.centre);
    } else if finding == ENLARGED {
        scene.place(anatomy.lobe(-1.0).centre);
        scene.place(anatomy.lobe(1.0).centre);
    }
    if random.chance(0.65) {
        mark(&mut scene, &anatomy, random);
    }
    scene
}

fn mark(scene: &mut Scene, anatomy: &Anatomy, random: &mut Random) {
    let truth = random.below(ORGAN.answers.len());
    let side = random.sign();
    let (shape, department) = match ORGAN.answers[truth] {
        // One lobe: a box round both would also contain the trachea.
        "thyroid gland" => (anatomy.lobe(side), Department::Endocrinology),
        "spinal cord" => (anatomy.spinal_cord(), Department::Neurosurgery),
        "esophagus" => (anatomy.esophagus(), Department::Otolaryngology),
        _ => (anatomy.trachea(), Department::Otolaryngology),
    };
    scene.mark(random, shape, &ORGAN, truth, department);
}

/// Skin, fat and muscles.
fn draw_neck(canvas: &mut Canvas, anatomy: &Anatomy, random: &mut Random, texture: &Texture) {
    let f = &anatomy.frame;
    let fat = random.between(0.0, 2.5);
    let body = Union(vec![
        Box::new(f.ellipse(0.0, 8.0, 41.0 + fat, 34.0 + fat, 0.0)),
        Box::new(f.ellipse(0.0, -4.0, 33.0 + fat, 29.0 + fat, 0.0)),
    ]);
    let skin = f.length(1.0);
    canvas.blend(&body, 0.7, 1.0, |at, distance, _| {
        let fat = grey(FAT + 0.02 * texture.at(at));
        mix(grey(MUSCLE), fat, smoothstep(skin - 0.4, skin + 0.4, -distance))
    });
    let muscle = MUSCLE + random.between(-0.02, 0.03);
    for side in [-1.0, 1.0] {
        // From the front backwards: the straps, the sternomastoid, the scalenes and long muscle, the deep ones, the trapezius.
        let straps = f.path(&[(side * 2.5, -25.8), (side * 9.0, -26.0), (side * 15.0, -23.6)], 1.3);
        canvas.tissue(&straps, muscle, texture, 0.03);
        let sternomastoid = f.path(&[(side * 23.0, -22.0), (side * 29.5, -15.0), (side * 33.5, -5.0)], 3.0);
        canvas.tissue(&sternomastoid, muscle, texture, 0.04);
        canvas.tissue(&f.ellipse(side * 21.5, 9.0, 5.6, 6.4, 0.0), muscle, texture, 0.05);
        canvas.tissue(&f.ellipse(side * 7.5, 3.4, 3.6, 1.9, side * 0.3), muscle, texture, 0.03);
        canvas.tissue(&f.ellipse(side * 13.0, 30.0, 9.5, 6.0, -side * 0.45), muscle, texture, 0.06);
        let trapezius =
            f.path(&[(side * 4.0, 38.0), (side * 18.0, 34.5), (side * 29.0, 24.0), (side * 33.0, 14.0)], 2.1);
        canvas.tissue(&trapezius, muscle, texture, 0.04);
        canvas.tissue(&f.ellipse(side * 27.5, 17.5, 3.2, 5.5, side * 0.5), muscle, texture, 0.04);
    }
}

fn draw_spine(canvas: &mut Canvas, anatomy: &Anatomy, texture: &Texture) {
    let cortex = anatomy.frame.length(1.2);
    let mut bone = |shape: &dyn Shape| {
        canvas.blend(shape, 0.6, 1.0, |at, distance, _| {
            let marrow = 0.25 - 0.06 * texture.at(at);
            grey(0.98 - marrow * smoothstep(0.6 * cortex, 1.4 * cortex, -distance))
        });
    };
    bone(&anatomy.arch());
    bone(&anatomy.vertebral_body());
    canvas.tissue(&anatomy.canal(), 0.26, texture, 0.02);
    canvas.tissue(&anatomy.spinal_cord(), 0.56, texture, 0.02);
}

/// The carotid arteries and the jugular veins, which a large gland pushes aside.
fn draw_vessels(canvas: &mut Canvas, anatomy: &Anatomy, texture: &Texture) {
    let f = &anatomy.frame;
    let aside = 9.5 + 1.9 * anatomy.lobe;
    for side in [-1.0, 1.0] {
        canvas.tissue(
            &f.ellipse(side * (aside + 4.2).min(28.0), -4.4, 3.6, 3.0, side * 0.5),
            0.72,
            texture,
            0.02,
        );
        canvas.tissue(&f.disc(side * aside.min(23.0), -1.0, 2.5), 0.93, texture, 0.01);
    }
}

fn draw_organs(canvas: &mut Canvas, anatomy: &Anatomy, random: &mut Random, texture: &Texture) {
    let f = &anatomy.frame;
    let gland = random.between(0.72, 0.8);
    let isthmus = f.path(&[(-9.0, -17.0), (-5.0, -21.4), (0.0, -22.6), (5.0, -21.4), (9.0, -17.0)], 1.7);
    canvas.tissue(&isthmus, gland, texture, 0.03);
    for side in [-1.0, 1.0] {
        canvas.tissue(&anatomy.lobe(side), gland, texture, 0.03);
    }
    // A cartilage ring, open behind.
    let cartilage = f.length(1.1);
    canvas.blend(&anatomy.trachea(), 0.6, 1.0, |_, distance, _| {
        mix(grey(0.6), grey(0.02), smoothstep(0.6 * cartilage, 1.4 * cartilage, -distance))
    });
    canvas.tissue(&anatomy.esophagus(), 0.5, texture, 0.03);
    let lumen = f.line((-1.2, -2.2), (3.6, -2.2), 0.9);
    canvas.blend(&lumen, 0.9, 0.8, |_, _, _| grey(0.2));
}

fn nodule(anatomy: &Anatomy, random: &mut Random) -> Ellipse {
    let lobe = anatomy.lobe(random.sign());
    let (dx, dy) = (random.between(-0.5, 0.5), random.between(-2.5, 2.5));
    let radius = anatomy.frame.length(random.between(3.9, 4.6));
    Ellipse::disc(Point { x: lobe.centre.x + dx, y: lobe.centre.y + dy }, radius)
}

/// Darker than the gland, with a thin rim.
fn draw_nodule(canvas: &mut Canvas, nodule: &Ellipse, texture: &Texture) {
    canvas.blend(nodule, 0.7, 1.0, |at, distance, _| {
        grey(0.6 - (0.3 - 0.03 * texture.at(at)) * smoothstep(0.4, 1.3, -distance))
    });
}
