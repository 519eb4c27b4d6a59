//! Pelvic CT: an axial slice at the level of the femoral heads, of a man or a woman, seen from the feet.

use crate::canvas::{Canvas, grey, mix};
use crate::frame::Frame;
use crate::geometry::{Capsule, Ellipse, Path, Shape, Union, smoothstep};
use crate::question::{QuestionKind, kinds};
use crate::random::Random;
use crate::scene::Scene;
use crate::taxonomy::{Department, Modality};
use crate::texture::Texture;

kinds! {
    ORGAN "pelvis.organ" OrganPelvic
        ["Which organ is shown in the {area}?", "What is the organ in the {area} of this CT image?"]
        => ["bladder", "rectum", "uterus", "prostate"];
    MUSCLE "pelvis.muscle" Muscle
        ["Which muscle is shown in the {area}?", "What is the muscle in the {area} of this CT image?"]
        => ["gluteus maximus", "gluteus medius", "iliopsoas"];
    BONE "pelvis.bone" Bone
        ["Which bone is shown in the {area}?", "What is the bone in the {area} of this CT image?"]
        => ["femur", "sacrum", "hip"];
}

const FAT: f32 = 0.18;
const FLUID: f32 = 0.34;
const MUSCLE_SHADE: f32 = 0.5;

/// The places of all structures. The same shapes are drawn and marked. `side` is -1 on the image's left, 1 on its right.
struct Anatomy {
    frame: Frame,
    bladder: f32,
    rectum: f32,
    womb: f32,
    prostate: f32,
    muscles: f32,
}

impl Anatomy {
    fn new(random: &mut Random) -> Self {
        let frame = Frame::jittered(random, 4.0, 0.12, 0.07);
        let mut size = |swing: f32| 1.0 + random.between(-swing, swing);
        let (bladder, rectum, womb) = (size(0.12), size(0.1), size(0.1));
        Self { frame, bladder, rectum, womb, prostate: size(0.08), muscles: size(0.06) }
    }

    fn bladder(&self) -> Ellipse {
        let k = self.bladder;
        self.frame.ellipse(0.0, -13.5, 12.0 * k, 8.4 * k, 0.0)
    }

    /// A pear: the body to one side, the neck to the other.
    fn uterus(&self) -> Capsule {
        let k = self.womb;
        self.frame.taper((-5.0, 1.2), (7.5, 3.4), 6.8 * k, 3.6 * k)
    }

    fn prostate(&self) -> Ellipse {
        self.frame.disc(0.0, 2.6, 6.2 * self.prostate)
    }

    fn rectum(&self) -> Ellipse {
        let k = self.rectum;
        self.frame.ellipse(0.0, 16.0, 6.6 * k, 6.2 * k, 0.0)
    }

    /// Head, neck and greater trochanter.
    fn femur(&self, side: f32) -> Union {
        let f = &self.frame;
        Union(vec![
            Box::new(f.disc(side * 24.5, -1.5, 6.6)),
            Box::new(f.taper((side * 27.0, 0.0), (side * 34.5, 4.5), 4.2, 3.6)),
            Box::new(f.ellipse(side * 35.5, 5.0, 3.6, 5.0, side * 0.3)),
        ])
    }

    /// The socket of the femoral head: its front, middle and back.
    fn hip(&self, side: f32) -> Union {
        let f = &self.frame;
        let rim = [(-21.5, -11.0), (-16.8, -7.5), (-14.9, -1.5), (-16.4, 5.0), (-21.0, 9.2)];
        Union(vec![
            Box::new(f.path(&rim.map(|(x, y)| (-side * x, y)), 2.1)),
            Box::new(f.ellipse(side * 20.0, -11.0, 3.9, 2.9, side * 0.5)),
            Box::new(f.ellipse(side * 20.0, 9.0, 4.1, 3.4, -side * 0.6)),
        ])
    }

    fn sacrum(&self) -> Path {
        self.frame.path(&[(-8.5, 28.2), (-4.0, 26.8), (0.0, 26.3), (4.0, 26.8), (8.5, 28.2)], 2.9)
    }

    fn gluteus_maximus(&self, side: f32) -> Path {
        let f = &self.frame;
        f.path(&[(side * 16.5, 28.0), (side * 22.5, 24.0), (side * 28.5, 17.5)], 6.0 * self.muscles)
    }

    fn gluteus_medius(&self, side: f32) -> Path {
        let f = &self.frame;
        f.path(&[(side * 30.5, -16.0), (side * 35.2, -9.5), (side * 37.0, -3.5)], 3.8 * self.muscles)
    }

    fn iliopsoas(&self, side: f32) -> Ellipse {
        let k = self.muscles;
        self.frame.ellipse(side * 21.5, -19.8, 6.3 * k, 5.4 * k, side * 0.3)
    }
}

pub(crate) fn scene(random: &mut Random, mut canvas: Canvas) -> Scene {
    let anatomy = Anatomy::new(random);
    let texture = Texture::new(random, 26);
    let (kind, truth) = choose(random);
    let woman = match kind.answers[truth] {
        "uterus" => true,
        "prostate" => false,
        _ => random.chance(0.5),
    };
    draw_wall(&mut canvas, &anatomy, random, &texture);
    draw_bones(&mut canvas, &anatomy, random, &texture);
    draw_organs(&mut canvas, &anatomy, random, &texture, woman);
    canvas.scan(random);

    let mut scene = Scene::new(canvas, Modality::Ct);
    mark(&mut scene, &anatomy, random, kind, truth);
    scene
}

fn choose(random: &mut Random) -> (&'static QuestionKind, usize) {
    let kind = KINDS[random.below(KINDS.len())];
    (kind, random.below(kind.answers.len()))
}

fn mark(
    scene: &mut Scene,
    anatomy: &Anatomy,
    random: &mut Random,
    kind: &'static QuestionKind,
    truth: usize,
) {
    let side = random.sign();
    let (shape, department): (Box<dyn Shape>, _) = match kind.answers[truth] {
        "bladder" => (Box::new(anatomy.bladder()), Department::Urology),
        "rectum" => (Box::new(anatomy.rectum()), Department::Gastroenterology),
        "uterus" => (Box::new(anatomy.uterus()), Department::Obstetrics),
        "prostate" => (Box::new(anatomy.prostate()), Department::Urology),
        "gluteus maximus" => (Box::new(anatomy.gluteus_maximus(side)), Department::SportsMedicine),
        "gluteus medius" => (Box::new(anatomy.gluteus_medius(side)), Department::SportsMedicine),
        "iliopsoas" => (Box::new(anatomy.iliopsoas(side)), Department::SportsMedicine),
        "femur" => (Box::new(anatomy.femur(side)), Department::Orthopedics),
        "sacrum" => (Box::new(anatomy.sacrum()), Department::Orthopedics),
        _ => (Box::new(anatomy.hip(side)), Department::Orthopedics),
    };
    scene.mark(random, Union(vec![shape]), kind, truth, department);
}

/// Skin, fat and muscles.
fn draw_wall(canvas: &mut Canvas, anatomy: &Anatomy, random: &mut Random, texture: &Texture) {
    let f = &anatomy.frame;
    let fat = random.between(0.0, 2.5);
    canvas.paint(
        &f.path(&[(-42.0, 41.0), (-22.0, 43.5), (0.0, 44.5), (22.0, 43.5), (42.0, 41.0)], 0.7),
        grey(0.4),
        0.6,
    );
    let body = Union(vec![
        Box::new(f.ellipse(0.0, -1.0, 43.0 + fat, 32.0 + fat, 0.0)),
        Box::new(f.ellipse(-17.5, 14.0, 23.5 + fat, 24.0 + fat, 0.0)),
        Box::new(f.ellipse(17.5, 14.0, 23.5 + fat, 24.0 + fat, 0.0)),
    ]);
    let skin = f.length(1.0);
    canvas.blend(&body, 0.7, 1.0, |at, distance, _| {
        let fat = grey(FAT + 0.02 * texture.at(at));
        mix(grey(MUSCLE_SHADE), fat, smoothstep(skin - 0.4, skin + 0.4, -distance))
    });
    let muscle = random.between(-0.02, 0.03) + MUSCLE_SHADE;
    for side in [-1.0, 1.0] {
        canvas.tissue(&anatomy.gluteus_maximus(side), muscle, texture, 0.06);
        canvas.tissue(&anatomy.gluteus_medius(side), muscle, texture, 0.05);
        canvas.tissue(&anatomy.iliopsoas(side), muscle + 0.03, texture, 0.03);
        // The straight muscle of the belly, the tailor's muscle, the tensor of the thigh's fascia and the inner obturator.
        canvas.tissue(&f.ellipse(side * 6.5, -27.2, 6.0, 2.2, side * 0.1), muscle, texture, 0.03);
        canvas.tissue(&f.ellipse(side * 29.0, -22.5, 2.2, 2.8, 0.0), muscle, texture, 0.03);
        canvas.tissue(
            &f.path(&[(side * 12.0, -6.0), (side * 11.6, 0.0), (side * 13.0, 8.0)], 1.7),
            muscle,
            texture,
            0.03,
        );
        // The short rotators of the hip, behind the joint.
        let rotators = f.path(&[(side * 15.5, 13.0), (side * 22.0, 14.2), (side * 33.0, 11.5)], 1.6);
        canvas.tissue(&rotators, muscle, texture, 0.04);
        // The femoral artery and vein.
        canvas.tissue(&f.disc(side * 14.3, -24.0, 1.9), 0.9, texture, 0.01);
        canvas.tissue(&f.disc(side * 11.0, -22.3, 2.1), 0.72, texture, 0.01);
    }
}

fn draw_bones(canvas: &mut Canvas, anatomy: &Anatomy, random: &mut Random, texture: &Texture) {
    let marrow = random.between(0.7, 0.78);
    let cortex = anatomy.frame.length(1.2);
    let mut bone = |shape: &dyn Shape| {
        canvas.blend(shape, 0.6, 1.0, |at, distance, _| {
            let inside = marrow + 0.05 * texture.at(at);
            grey(0.98 + (inside - 0.98) * smoothstep(0.6 * cortex, 1.4 * cortex, -distance))
        });
    };
    for side in [-1.0, 1.0] {
        bone(&anatomy.hip(side));
        bone(&anatomy.femur(side));
    }
    bone(&anatomy.sacrum());
}

fn draw_organs(canvas: &mut Canvas, anatomy: &Anatomy, random: &mut Random, texture: &Texture, woman: bool) {
    let f = &anatomy.frame;
    let (urine, stool) = (FLUID + random.between(-0.03, 0.03), random.between(0.36, 0.44));
    let gas = random.between(14.5, 17.0);
    if woman {
        canvas.tissue(&anatomy.uterus(), 0.7, texture, 0.025);
        canvas.blend(&f.taper((-6.5, 1.0), (3.0, 2.6), 2.0, 0.9), 1.0, 0.9, |_, _, _| grey(0.5));
    } else {
        canvas.tissue(&anatomy.prostate(), 0.52, texture, 0.03);
        canvas.blend(&f.disc(0.0, 1.4, 3.2), 1.2, 0.8, |at, _, _| grey(0.6 + 0.03 * texture.at(at)));
        // The seminal vesicles' lower ends.
        for side in [-1.0, 1.0] {
            canvas.tissue(&f.ellipse(side * 7.6, 7.4, 2.8, 1.4, side * 0.4), 0.44, texture, 0.03);
        }
    }
    let wall = f.length(1.2);
    canvas.blend(&anatomy.bladder(), 0.7, 1.0, |_, distance, _| {
        mix(grey(0.54), grey(urine), smoothstep(0.6 * wall, 1.4 * wall, -distance))
    });
    let wall = f.length(1.5);
    canvas.blend(&anatomy.rectum(), 0.7, 1.0, |at, distance, _| {
        let content = grey(stool * smoothstep(gas - 0.6, gas + 0.6, f.inverse(at).y));
        mix(grey(0.54), content, smoothstep(0.7 * wall, 1.3 * wall, -distance))
    });
}
