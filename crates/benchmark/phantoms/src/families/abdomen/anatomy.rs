//! The shapes of a slice through the abdomen, for drawing and for marking.

use libm::{cosf, sinf};

use crate::frame::Frame;
use crate::geometry::{Capsule, Ellipse, Path, Shape, Union, Without};
use crate::random::Random;

/// The places of the ribs in the wall: the angle from the middle of the body, on either side.
pub(super) const RIB_ANGLES: [f32; 3] = [-0.75, -0.05, 0.62];

/// The places of all structures. The same shapes are drawn and marked. `side` is -1 on the image's left, 1 on its right.
pub(super) struct Anatomy {
    pub(super) frame: Frame,
    liver: f32,
    spleen: f32,
    stomach: f32,
    kidney: f32,
    gallbladder: f32,
}

impl Anatomy {
    pub(super) fn new(random: &mut Random) -> Self {
        let frame = Frame::jittered(random, 4.0, 0.12, 0.07);
        let mut size = |swing: f32| 1.0 + random.between(-swing, swing);
        let (liver, spleen, stomach) = (size(0.06), size(0.1), size(0.1));
        Self { frame, liver, spleen, stomach, kidney: size(0.08), gallbladder: size(0.1) }
    }

    /// The right lobe beside the gallbladder and the left one in front of it, hollowed by the kidney.
    pub(super) fn liver(&self) -> Without<Without<Union, Ellipse>, Ellipse> {
        let (f, k) = (&self.frame, self.liver);
        let lobes = Union(vec![
            Box::new(f.ellipse(-22.5, -5.0, 13.5 * k, 18.5 * k, 0.1)),
            Box::new(f.taper((-17.0, -18.0), (-1.0, -24.0), 8.5 * k, 3.0)),
        ]);
        let impression = f.ellipse(-20.5, 16.0, 8.6, 10.4, 0.2);
        Without(Without(lobes, f.ellipse(-9.5, -12.0, 6.6, 7.6, 0.3)), impression)
    }

    pub(super) fn gallbladder(&self) -> Ellipse {
        let k = self.gallbladder;
        self.frame.ellipse(-9.5, -12.0, 6.0 * k, 7.0 * k, 0.3)
    }

    pub(super) fn spleen(&self) -> Without<Ellipse, Ellipse> {
        let (f, k) = (&self.frame, self.spleen);
        Without(f.ellipse(29.0, 0.0, 6.8 * k, 13.5 * k, 0.1), f.ellipse(18.5, -3.0, 6.0, 10.0, 0.0))
    }

    pub(super) fn stomach(&self) -> Union {
        let (f, k) = (&self.frame, self.stomach);
        Union(vec![
            Box::new(f.ellipse(15.0, -16.5, 11.0 * k, 8.5 * k, 0.2)),
            Box::new(f.taper((14.0, -15.0), (3.0, -13.5), 6.5 * k, 4.0)),
        ])
    }

    pub(super) fn kidney(&self, side: f32) -> Without<Ellipse, Ellipse> {
        let (f, k) = (&self.frame, self.kidney);
        Without(f.ellipse(side * 20.5, 16.0, 7.2 * k, 9.2 * k, -side * 0.2), f.disc(side * 12.4, 13.5, 4.6))
    }

    pub(super) fn sinus(&self, side: f32) -> Capsule {
        self.frame.taper((side * 14.3, 13.5), (side * 17.6, 15.0), 2.6, 3.1)
    }

    pub(super) fn aorta(&self) -> Ellipse {
        self.frame.disc(5.2, 4.4, 5.6)
    }

    pub(super) fn vena_cava(&self) -> Ellipse {
        self.frame.ellipse(-7.4, 5.0, 6.2, 4.4, -0.25)
    }

    pub(super) fn portal_vein(&self) -> Capsule {
        self.frame.taper((5.5, -5.0), (-12.0, -2.4), 3.2, 3.6)
    }

    pub(super) fn vertebra(&self) -> Without<Union, Ellipse> {
        let f = &self.frame;
        let mut parts: Vec<Box<dyn Shape>> = vec![Box::new(f.ellipse(0.0, 16.5, 8.4, 6.4, 0.0))];
        for side in [-1.0, 1.0] {
            parts.push(Box::new(f.line((side * 5.0, 20.0), (side * 4.8, 25.0), 1.7)));
            parts.push(Box::new(f.taper((side * 5.0, 23.5), (side * 13.0, 24.5), 1.8, 1.1)));
            parts.push(Box::new(f.line((side * 4.8, 25.0), (0.0, 28.0), 1.7)));
        }
        parts.push(Box::new(f.taper((0.0, 28.0), (0.0, 32.0), 1.9, 1.5)));
        Without(Union(parts), f.disc(0.0, 23.8, 3.2))
    }

    pub(super) fn rib(&self, side: f32, angle: f32) -> Path {
        let along = [-0.17, -0.09, 0.0, 0.09, 0.17].map(|step| angle + step);
        self.frame.path(&along.map(|a| (side * 37.6 * cosf(a), 30.6 * sinf(a))), 1.9)
    }
}
