//! Optical coherence tomography through the fovea: the layers of the retina between the black vitreous and the choroid, in
//! speckle.

use libm::expf;

use crate::canvas::{Canvas, grey};
use crate::frame::Frame;
use crate::geometry::{Point, Shape, smoothstep};
use crate::question::kinds;
use crate::random::Random;
use crate::scene::Scene;
use crate::taxonomy::{Department, Modality};
use crate::texture::Texture;

kinds! {
    LAYER "oct.layer" NervousTissue
        ["Which layer of the retina is shown in the {area}?", "What is the structure in the {area}?"]
        => ["retinal nerve fiber layer", "ganglion cell layer", "photoreceptor layer", "choroidal layer"];
    FINDING "oct.finding" DiseaseDiagnosis
        ["Which abnormality does this OCT image show?", "What is the finding in this OCT image?"]
        => ["macular edema", "drusen", "macular hole", "no abnormality"];
}

/// Surfaces from the vitreous down, each the upper one of the layer it is named after.
#[derive(Clone, Copy)]
enum Surface {
    NerveFiber,
    Ganglion,
    InnerNuclear,
    Photoreceptor,
    Epithelium,
    Choroid,
    Sclera,
}

/// The layers that [`LAYER`]'s answers name.
const NAMED: [(Surface, Surface); 4] = [
    (Surface::NerveFiber, Surface::Ganglion),
    (Surface::Ganglion, Surface::InnerNuclear),
    (Surface::Photoreceptor, Surface::Epithelium),
    (Surface::Choroid, Surface::Sclera),
];

/// Heights of all surfaces, in the order of [`Surface`], in the family's coordinates.
type Surfaces = [f32; 7];

/// What bends the layers.
struct Bends {
    fovea_x: f32,
    /// How much of the inner layers the pit removes; 0 if swelling has filled it.
    pit: f32,
    /// Half the pit's width.
    pit_width: f32,
    /// Height of the fovea's swelling, in units.
    swelling: f32,
    /// How far the retina bends up at either end, in units.
    bow: f32,
    /// Places and heights of the bumps under the epithelium.
    drusen: [(f32, f32); 4],
    /// Thickness of the nerve fibres, the ganglion cells, the inner nuclear layer, the photoreceptors and the choroid.
    thickness: [f32; 5],
}

/// A bell of height 1 and this width.
fn bell(distance: f32, width: f32) -> f32 {
    let t = distance / width;
    expf(-t * t)
}

/// 1 in the middle of a line, 0 at half its width from there.
fn line(distance: f32, half_width: f32) -> f32 {
    1.0 - smoothstep(0.0, half_width, distance.abs())
}

impl Bends {
    fn surfaces(&self, x: f32) -> Surfaces {
        let from_fovea = x - self.fovea_x;
        let pit = self.pit * bell(from_fovea, self.pit_width);
        let base = 17.0 - self.bow * (x / 50.0) * (x / 50.0);
        let bump: f32 = self.drusen.iter().map(|&(at, height)| height * bell(x - at, 4.2)).sum();
        let [nerve, ganglion, inner, receptor, choroid] = self.thickness;
        let epithelium = base - bump;
        // The layers above yield partly to a bump.
        let photoreceptor =
            base - 0.35 * bump - receptor - 2.0 * pit - self.swelling * bell(from_fovea, 17.0);
        let inner_nuclear = photoreceptor - inner * (1.0 - 0.95 * pit);
        let ganglion_top = inner_nuclear - ganglion * (1.0 - 0.97 * pit);
        let nerve_top = ganglion_top - nerve * (1.0 - 0.95 * pit);
        [
            nerve_top,
            ganglion_top,
            inner_nuclear,
            photoreceptor,
            epithelium,
            epithelium + 4.0,
            base + 4.0 + choroid,
        ]
    }
}

/// The course of the layers. The surfaces are tabulated, because every pixel needs them.
struct Retina {
    frame: Frame,
    table: Vec<Surfaces>,
}

/// The table reaches from minus this to this, beyond the corners of a turned image, ...
const TABLE_END: f32 = 80.0;
/// ... with so many entries a unit.
const PER_UNIT: f32 = 2.0;

impl Retina {
    fn new(frame: Frame, bends: &Bends) -> Self {
        let last = (2.0 * TABLE_END * PER_UNIT) as usize;
        Self { frame, table: (0..=last).map(|i| bends.surfaces(i as f32 / PER_UNIT - TABLE_END)).collect() }
    }

    /// The surfaces at `x` in the family's coordinates.
    fn surfaces(&self, x: f32) -> Surfaces {
        let place = (x.clamp(-TABLE_END, TABLE_END) + TABLE_END) * PER_UNIT;
        let index = (place as usize).min(self.table.len() - 2);
        let (left, right, t) = (&self.table[index], &self.table[index + 1], place - index as f32);
        std::array::from_fn(|surface| left[surface] + (right[surface] - left[surface]) * t)
    }

    /// Brightness at a place.
    fn shade(&self, at: Point, coarse: &Texture, fine: &Texture) -> f32 {
        let p = self.frame.inverse(at);
        let [nerve, ganglion, inner, receptor, epithelium, choroid, sclera] = self.surfaces(p.x);
        let speckle = fine.at(at);
        if p.y < nerve - 1.0 {
            return 0.04 + 0.017 * speckle;
        }
        let edge = |surface: f32| smoothstep(-0.7, 0.7, p.y - surface);
        let mut shade = 0.04;
        for (surface, below) in [(nerve, 0.8), (ganglion, 0.5), (inner, 0.3), (receptor, 0.17)] {
            shade += (below - shade) * edge(surface);
        }
        // Two thin bright lines: the outer plexiform layer and the ellipsoid zone.
        shade += 0.28 * line(p.y - receptor, 1.6) * edge(inner) + 0.4 * line(p.y - epithelium + 2.2, 1.4);
        shade += (0.97 - shade) * edge(epithelium);
        // Vessels of the choroid: dark lumina in a grey that fades with depth.
        let vessels = 0.62 - 0.17 * smoothstep(-0.3, 0.7, coarse.at(at));
        shade += (vessels - shade) * edge(choroid);
        let fading = 0.2 * line(p.y - sclera, 28.0);
        shade += (fading - shade) * smoothstep(-2.5, 2.5, p.y - sclera);
        shade * (1.0 + 0.13 * speckle) + 0.012 * speckle
    }
}

/// A stretch of one layer.
struct Stretch {
    retina: Retina,
    top: Surface,
    bottom: Surface,
    /// Its middle and half its width, in the family's coordinates.
    middle_x: f32,
    half_width: f32,
}

impl Shape for Stretch {
    fn distance(&self, at: Point) -> f32 {
        let p = self.retina.frame.inverse(at);
        let surfaces = self.retina.surfaces(p.x);
        let (top, bottom) = (surfaces[self.top as usize], surfaces[self.bottom as usize]);
        let beside = (p.x - self.middle_x).abs() - self.half_width;
        self.retina.frame.length((top - p.y).max(p.y - bottom).max(beside))
    }

    fn reach(&self) -> (Point, f32) {
        let surfaces = self.retina.surfaces(self.middle_x);
        let (top, bottom) = (surfaces[self.top as usize], surfaces[self.bottom as usize]);
        let middle = self.retina.frame.point(self.middle_x, (top + bottom) / 2.0);
        (middle, self.retina.frame.length(self.half_width + bottom - top))
    }
}

pub(crate) fn scene(random: &mut Random, mut canvas: Canvas) -> Scene {
    let (layer, truth, marked) = (random.below(4), random.below(4), random.chance(0.6));
    let finding = if marked { 3 } else { truth };
    let frame = Frame::jittered(random, 4.0, 0.1, 0.06);
    let bends = bends(random, finding);
    let fovea_x = bends.fovea_x;
    let retina = Retina::new(frame, &bends);
    let (coarse, fine) = (Texture::new(random, 13), Texture::new(random, 52));
    canvas.map(|at, _| grey(retina.shade(at, &coarse, &fine)));
    // Vessels in the nerve fibres throw their shadow down to the choroid.
    for side in [-1.0, 1.0] {
        let x = fovea_x + side * random.between(20.0, 34.0);
        let top = retina.surfaces(x)[0];
        canvas.blend(&frame.line((x, top + 4.0), (x, 60.0), 0.8), 1.2, 0.4, |_, _, _| grey(0.03));
        canvas.blend(&frame.disc(x, top + 3.5, 1.4), 0.8, 0.7, |_, _, _| grey(0.95));
    }
    match finding {
        0 => cysts(random, &mut canvas, &retina, fovea_x),
        2 => hole(random, &mut canvas, &retina, fovea_x),
        _ => {}
    }
    let grain = random.between(0.015, 0.045);
    canvas.grain(random, grain, 0.0);

    let mut scene = Scene::new(canvas, Modality::Oct);
    if marked {
        let middle_x = fovea_x + random.sign() * random.between(24.0, 27.0);
        let half_width = random.between(10.0, 12.0);
        let (top, bottom) = NAMED[layer];
        let stretch = Stretch { retina, top, bottom, middle_x, half_width };
        scene.mark(random, stretch, &LAYER, layer, Department::Ophthalmology);
        return scene;
    }
    scene.ask(&FINDING, truth, Department::Ophthalmology);
    if finding == 1 {
        for (x, _) in bends.drusen {
            scene.place(frame.point(x, retina.surfaces(x)[Surface::Epithelium as usize]));
        }
    } else {
        scene.place(frame.point(fovea_x, 6.0));
    }
    scene
}

/// The layers under number `finding` of [`FINDING`]'s answers.
fn bends(random: &mut Random, finding: usize) -> Bends {
    let fovea_x = random.between(-4.0, 4.0);
    let (pit_width, bow) = (random.between(7.5, 9.5), random.between(-2.0, 5.0));
    let swelling = random.between(13.0, 17.0);
    let thick = |random: &mut Random, usual: f32| usual * random.between(0.93, 1.07);
    let thickness = [9.5, 10.0, 6.0, 10.5, 16.0].map(|usual| thick(random, usual));
    let drusen = std::array::from_fn(|n| {
        let x = fovea_x + (n as f32 - 1.5) * 15.0 + random.between(-3.5, 3.5);
        let height = random.between(4.0, 7.0);
        (x, if finding == 1 { height } else { 0.0 })
    });
    let (pit, swelling) = match finding {
        0 => (0.0, swelling),
        2 => (0.0, 6.0),
        _ => (1.0, 0.0),
    };
    Bends { fovea_x, pit, pit_width, swelling, bow, drusen, thickness }
}

/// Dark pockets of fluid in the swollen fovea.
fn cysts(random: &mut Random, canvas: &mut Canvas, retina: &Retina, fovea_x: f32) {
    let top = retina.surfaces(fovea_x)[Surface::Photoreceptor as usize];
    let side = random.sign();
    for (x, radius) in [(-13.0, 4.3), (-2.0, 6.6), (8.5, 5.0), (17.0, 3.2)] {
        let (x, radius) = (side * x + random.between(-1.5, 1.5), radius * random.between(0.85, 1.1));
        let (y, slender) = (9.0 + 0.1 * x.abs() + random.between(-1.5, 1.0), random.between(0.75, 1.0));
        let cyst = retina.frame.ellipse(fovea_x + x, top + y, slender * radius, radius, 0.02 * x);
        canvas.paint(&cyst, grey(0.03), 0.7);
    }
}

/// A gap through the retina, wider at its top, down to the epithelium.
fn hole(random: &mut Random, canvas: &mut Canvas, retina: &Retina, x: f32) {
    let surfaces = retina.surfaces(x);
    let (top, floor) = (surfaces[Surface::NerveFiber as usize], surfaces[Surface::Epithelium as usize]);
    let width = random.between(5.5, 7.5);
    // Round ends: the lower one stays above the epithelium.
    let gap = retina.frame.taper((x, top - 4.0), (x, floor - width - 1.0), width + 4.0, width - 0.5);
    canvas.blend(&gap, 0.8, 1.0, |_, _, _| grey(0.04));
    let base = retina.frame.rectangle(x, floor - 6.0, width + 1.0, 4.5, 2.0);
    canvas.blend(&base, 0.8, 1.0, |_, _, _| grey(0.04));
}
