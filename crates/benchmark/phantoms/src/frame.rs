use libm::{cosf, sinf};

use crate::geometry::{Capsule, Ellipse, Lobed, Path, Point, Rectangle, point};
use crate::random::Random;

/// The placement of a drawing in its image: shifted, turned and scaled a little, so that no two are alike. A family draws in its own
/// coordinates, in which its anatomy is always in the same place, and builds its shapes through the frame.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    shift: Point,
    angle: f32,
    turn: (f32, f32),
    scale: f32,
    mirror: f32,
}

impl Frame {
    /// Shifted by up to `shift` units either way, turned by up to `angle` radians, scaled by up to `scale` (0.1: 90 to 110 %).
    pub(crate) fn jittered(random: &mut Random, shift: f32, angle: f32, scale: f32) -> Self {
        let shift = point(random.between(-shift, shift), random.between(-shift, shift));
        let angle = random.between(-angle, angle);
        let scale = 1.0 + random.between(-scale, scale);
        Self { shift, angle, turn: (cosf(angle), sinf(angle)), scale, mirror: 1.0 }
    }

    /// The same in a mirror: left and right are swapped.
    pub(crate) fn mirrored(self) -> Self {
        Self { mirror: -self.mirror, ..self }
    }

    /// From the family's coordinates to the image's.
    pub(crate) fn point(&self, x: f32, y: f32) -> Point {
        let (x, (cos, sin)) = (x * self.mirror, self.turn);
        point(
            self.shift.x + self.scale * (x * cos - y * sin),
            self.shift.y + self.scale * (x * sin + y * cos),
        )
    }

    /// From the image's coordinates to the family's.
    pub(crate) fn inverse(&self, at: Point) -> Point {
        let (cos, sin) = self.turn;
        let (dx, dy) = ((at.x - self.shift.x) / self.scale, (at.y - self.shift.y) / self.scale);
        point((dx * cos + dy * sin) * self.mirror, dy * cos - dx * sin)
    }

    /// A length.
    pub(crate) fn length(&self, units: f32) -> f32 {
        units * self.scale
    }

    fn angle(&self, angle: f32) -> f32 {
        self.angle + angle * self.mirror
    }

    /// `angle` in radians, clockwise on the screen.
    pub(crate) fn ellipse(&self, x: f32, y: f32, radius_x: f32, radius_y: f32, angle: f32) -> Ellipse {
        Ellipse::new(self.point(x, y), self.length(radius_x), self.length(radius_y), self.angle(angle))
    }

    pub(crate) fn disc(&self, x: f32, y: f32, radius: f32) -> Ellipse {
        Ellipse::disc(self.point(x, y), self.length(radius))
    }

    /// A line between two places, of one width.
    pub(crate) fn line(&self, from: (f32, f32), to: (f32, f32), radius: f32) -> Capsule {
        self.taper(from, to, radius, radius)
    }

    /// A line between two places that grows wider or narrower.
    pub(crate) fn taper(
        &self,
        from: (f32, f32),
        to: (f32, f32),
        from_radius: f32,
        to_radius: f32,
    ) -> Capsule {
        Capsule {
            from: self.point(from.0, from.1),
            to: self.point(to.0, to.1),
            from_radius: self.length(from_radius),
            to_radius: self.length(to_radius),
        }
    }

    pub(crate) fn path(&self, points: &[(f32, f32)], radius: f32) -> Path {
        Path { points: points.iter().map(|&(x, y)| self.point(x, y)).collect(), radius: self.length(radius) }
    }

    pub(crate) fn rectangle(
        &self,
        x: f32,
        y: f32,
        half_width: f32,
        half_height: f32,
        corner: f32,
    ) -> Rectangle {
        Rectangle::new(
            self.point(x, y),
            self.length(half_width),
            self.length(half_height),
            self.length(corner),
            self.angle,
        )
    }

    /// `shape` has its place, its radius and its angle in the family's coordinates.
    pub(crate) fn lobed(&self, shape: Lobed) -> Lobed {
        Lobed {
            centre: self.point(shape.centre.x, shape.centre.y),
            radius: self.length(shape.radius),
            angle: self.angle(shape.angle),
            ..shape
        }
    }
}
