//! Axial MRI of the brain at the height of the thalamus, T2-weighted (fluid bright) or FLAIR (fluid dark): scalp, skull,
//! folded cortex over darker white matter, ventricles, deep grey nuclei.

use libm::{atan2f, sinf};

use crate::canvas::{Canvas, grey, mix};
use crate::frame::Frame;
use crate::geometry::{Capsule, Ellipse, Lobed, Point, Shape, point, smoothstep};
use crate::question::kinds;
use crate::random::Random;
use crate::scene::Scene;
use crate::taxonomy::{Department, Modality};
use crate::texture::Texture;

kinds! {
    STRUCTURE "brain.structure" NervousTissue
        ["Which part of the brain is shown in the {area}?", "What is the structure in the {area}?"]
        => ["frontal lobe", "temporal lobe", "occipital lobe", "lateral ventricle", "thalamus"];
    FINDING "brain.finding" DiseaseDiagnosis
        ["Which abnormality does this brain MRI show?", "What is the finding in this brain MRI?"]
        => ["brain tumor", "cerebral infarction", "hydrocephalus", "no abnormality"];
    SIDE "brain.side" AttributeRecognition
        ["On which side of the image is the lesion?", "Which side of the image shows the lesion?"]
        => ["left", "right"];
}

#[derive(Clone, Copy)]
enum Finding {
    Tumor(Lobed),
    /// A wedge with its point in the depth and its base at the cortex.
    Infarction(Capsule),
    Hydrocephalus,
    Nothing,
}

/// The intersection of two shapes.
struct Within<A, B>(A, B);

impl<A: Shape, B: Shape> Shape for Within<A, B> {
    fn distance(&self, at: Point) -> f32 {
        self.0.distance(at).max(self.1.distance(at))
    }

    fn reach(&self) -> (Point, f32) {
        self.0.reach()
    }
}

const SIDES: [f32; 2] = [-1.0, 1.0];

/// The head as it lies in the image; `side` is -1 for the image's left.
struct Head {
    frame: Frame,
    scalp: Ellipse,
    brain: Ellipse,
    /// Width of the ventricles: 0 is usual, 1 is that of a hydrocephalus.
    dilated: f32,
}

impl Head {
    fn frontal_horn(&self, side: f32) -> Capsule {
        let at = |usual: f32, wide: f32| usual + (wide - usual) * self.dilated;
        let from = (side * at(3.0, 5.5), at(-5.0, -3.0));
        self.frame.taper(from, (side * at(7.0, 11.0), -16.5), at(2.4, 5.0), at(4.6, 10.0))
    }

    fn back_horn(&self, side: f32) -> Capsule {
        let at = |usual: f32, wide: f32| usual + (wide - usual) * self.dilated;
        self.frame.taper((side * 13.0, 13.0), (side * 15.0, 23.0), at(2.2, 5.5), at(3.0, 8.5))
    }

    fn third_ventricle(&self) -> Capsule {
        self.frame.line((0.0, -2.0), (0.0, 9.0), 0.9 + 2.0 * self.dilated)
    }

    fn thalamus(&self, side: f32) -> Ellipse {
        self.frame.ellipse(side * (7.2 + 1.5 * self.dilated), 4.5, 5.8, 8.4, side * -0.35)
    }

    fn lobe(&self, which: usize, side: f32) -> Within<Ellipse, Ellipse> {
        let lobe = match which {
            0 => self.frame.ellipse(side * 13.5, -26.5, 12.5, 12.0, side * 0.3),
            1 => self.frame.ellipse(side * 27.0, 7.0, 8.5, 14.0, 0.0),
            _ => self.frame.ellipse(side * 11.5, 32.5, 11.0, 9.5, 0.0),
        };
        Within(lobe, self.brain)
    }
}

pub(crate) fn scene(random: &mut Random, canvas: Canvas) -> Scene {
    let (structure, truth, side) = (random.below(5), random.below(4), random.below(2));
    if random.chance(0.55) {
        let (canvas, head) = draw(random, canvas, Finding::Nothing);
        let mut scene = Scene::new(canvas, Modality::Mri);
        let side = SIDES[side];
        let department = Department::Neurosurgery;
        match structure {
            3 => scene.mark(random, head.frontal_horn(side), &STRUCTURE, structure, department),
            4 => scene.mark(random, head.thalamus(side), &STRUCTURE, structure, department),
            lobe => scene.mark(random, head.lobe(lobe, side), &STRUCTURE, structure, department),
        }
        return scene;
    }
    let finding = found(random, truth, SIDES[side]);
    let (canvas, head) = draw(random, canvas, finding);
    let mut scene = Scene::new(canvas, Modality::Mri);
    let department = if truth == 0 { Department::Oncology } else { Department::Neurosurgery };
    scene.ask(&FINDING, truth, department);
    match finding {
        Finding::Tumor(lesion) => scene.place(head.frame.point(lesion.centre.x, lesion.centre.y)),
        Finding::Infarction(wedge) => scene.place(head.frame.point(wedge.to.x, wedge.to.y)),
        Finding::Hydrocephalus => scene.place(head.frame.point(0.0, 0.0)),
        Finding::Nothing => {}
    }
    if matches!(finding, Finding::Tumor(_) | Finding::Infarction(_)) {
        scene.ask(&SIDE, side, Department::Neurosurgery);
    }
    scene
}

/// Number `truth` of [`FINDING`]'s answers, in the family's coordinates.
fn found(random: &mut Random, truth: usize, side: f32) -> Finding {
    let (x, y, radius) = (random.between(14.0, 19.0), random.between(-20.0, 20.0), random.between(7.5, 9.5));
    let (lobes, phase) = (3 + random.below(3) as u8, random.between(0.0, 6.2));
    let wedge = (random.between(-14.0, 18.0), random.between(9.0, 11.5));
    match truth {
        0 => Finding::Tumor(Lobed {
            centre: point(side * x, y),
            radius,
            lobes,
            depth: 0.07,
            phase,
            stretch: 1.0,
            angle: 0.0,
        }),
        1 => Finding::Infarction(Capsule {
            from: point(side * 13.0, 0.5 * wedge.0),
            to: point(side * 29.0, wedge.0),
            from_radius: 1.5,
            to_radius: wedge.1,
        }),
        2 => Finding::Hydrocephalus,
        _ => Finding::Nothing,
    }
}

fn draw(random: &mut Random, mut canvas: Canvas, finding: Finding) -> (Canvas, Head) {
    let frame = Frame::jittered(random, 4.0, 0.12, 0.06);
    let narrow = random.between(0.95, 1.03);
    let dilated = if matches!(finding, Finding::Hydrocephalus) {
        random.between(0.9, 1.1)
    } else {
        random.between(-0.06, 0.06)
    };
    let head = Head {
        frame,
        scalp: frame.ellipse(0.0, 0.0, 38.0 * narrow, 44.5, 0.0),
        brain: frame.ellipse(0.0, 0.0, 31.5 * narrow, 38.0, 0.0),
        dilated,
    };
    let fluid = if random.chance(0.5) { random.between(0.86, 0.95) } else { random.between(0.04, 0.1) };
    let (cortex, white) = (random.between(0.56, 0.63), random.between(0.36, 0.42));
    let (warp, fine) = (Texture::new(random, 8), Texture::new(random, 22));
    let phase = random.between(0.0, 6.2);

    canvas.paint(&head.scalp, grey(0.62), 0.8);
    canvas.paint(&frame.ellipse(0.0, 0.0, 36.0 * narrow, 42.5, 0.0), grey(0.1), 0.6);
    canvas.paint(&frame.ellipse(0.0, 0.0, 32.7 * narrow, 39.2, 0.0), grey(fluid), 0.6);
    canvas.blend(&head.brain, 0.6, 1.0, |at, distance, _| {
        let p = frame.inverse(at);
        // The cortex follows the folds: waves round the brain, bent at random.
        let wave = sinf(24.0 * atan2f(p.y, p.x) + 2.2 * warp.at(at) + phase);
        let middle = p.x.abs() + 0.6 * warp.at(at);
        let apart = smoothstep(10.0, 18.0, (p.y + 1.0).abs());
        let ribbon =
            smoothstep(-1.0, 1.0, 4.6 + 2.8 * wave + distance).max(apart * smoothstep(4.6, 2.6, middle));
        let furrow = smoothstep(0.55, 0.95, wave) * smoothstep(7.0, 5.0, -distance);
        let fissure = apart * smoothstep(1.2, 0.5, p.x.abs());
        let tissue = white + (cortex - white) * ribbon + 0.025 * fine.at(at);
        grey(tissue + (fluid - tissue) * (0.7 * furrow).max(fissure))
    });
    for side in SIDES {
        // The fissure between temporal and frontal lobe, with the cortex on either side of it.
        let sylvian = [(side * 31.0, -8.5), (side * 25.5, -6.5), (side * 23.0, -3.0), (side * 22.6, 3.0)];
        canvas.paint(&frame.path(&sylvian, 2.6), grey(cortex), 0.8);
        canvas.paint(&frame.path(&sylvian, 0.8), grey(fluid), 0.5);
    }
    for side in SIDES {
        let nucleus = grey(cortex + 0.02);
        canvas.blend(&frame.ellipse(side * 15.5, -2.0, 3.6, 8.0, side * -0.3), 1.0, 0.9, |_, _, _| nucleus);
        canvas.blend(&frame.ellipse(side * 12.0, -11.5, 2.6, 4.6, side * -0.3), 1.0, 0.9, |_, _, _| nucleus);
        canvas.blend(&head.thalamus(side), 0.8, 1.0, |at, _, _| grey(cortex + 0.08 + 0.02 * fine.at(at)));
    }
    for side in SIDES {
        canvas.paint(&head.back_horn(side), grey(fluid), 0.7);
        canvas.paint(&head.frontal_horn(side), grey(fluid), 0.7);
    }
    canvas.paint(&head.third_ventricle(), grey(fluid), 0.6);
    lesion(&mut canvas, &head, finding, &fine);
    canvas.blur(1);
    let grain = random.between(0.01, 0.035);
    canvas.grain(random, grain, 0.0);
    (canvas, head)
}

fn lesion(canvas: &mut Canvas, head: &Head, finding: Finding, fine: &Texture) {
    let inside = |at: Point| smoothstep(0.6, -0.6, head.brain.distance(at));
    match finding {
        Finding::Tumor(mass) => {
            let mass = head.frame.lobed(mass);
            let swelling = Lobed { radius: mass.radius * 1.45, depth: 0.16, ..mass };
            canvas.blend(&swelling, 2.0, 0.8, |at, _, before| mix(before, grey(0.74), inside(at)));
            canvas.blend(&mass, 0.8, 1.0, |at, distance, before| {
                let rim = smoothstep(-4.2, -2.8, distance);
                mix(before, grey(0.2 + 0.8 * rim + 0.03 * fine.at(at)), inside(at))
            });
        }
        Finding::Infarction(wedge) => {
            let frame = head.frame;
            let (from, to) = ((wedge.from.x, wedge.from.y), (wedge.to.x, wedge.to.y));
            let wedge = frame.taper(from, to, wedge.from_radius, wedge.to_radius);
            canvas.blend(&wedge, 1.2, 0.95, |at, _, before| {
                mix(before, grey(0.9 + 0.03 * fine.at(at)), inside(at))
            });
        }
        Finding::Hydrocephalus | Finding::Nothing => {}
    }
}
