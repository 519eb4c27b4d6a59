//! Points and signed distances. One unit is a hundredth of the image's side; the middle is (0, 0), x points right and
//! y points down.

use libm::{atan2f, cosf, fabsf, sinf, sqrtf};

/// A place in the image, in units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    pub(crate) x: f32,
    pub(crate) y: f32,
}

/// Shorthand for a [`Point`].
pub(crate) const fn point(x: f32, y: f32) -> Point {
    Point { x, y }
}

impl Point {
    pub(crate) fn distance(self, other: Point) -> f32 {
        length(self.x - other.x, self.y - other.y)
    }

    /// As seen from `centre`, turned back by an angle given as its cosine and sine.
    fn seen_from(self, centre: Point, (cos, sin): (f32, f32)) -> Point {
        let (dx, dy) = (self.x - centre.x, self.y - centre.y);
        point(dx * cos + dy * sin, dy * cos - dx * sin)
    }
}

/// Length of the hypotenuse. Every machine rounds squares, sums and roots alike.
pub(crate) fn length(x: f32, y: f32) -> f32 {
    sqrtf(x * x + y * y)
}

/// 0 below `low`, 1 above `high`, smooth between.
pub(crate) fn smoothstep(low: f32, high: f32, value: f32) -> f32 {
    let t = ((value - low) / (high - low)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Something with an inside.
pub(crate) trait Shape {
    /// The distance to the outline in units, negative inside. Far from the outline, it may be only a lower bound.
    fn distance(&self, at: Point) -> f32;

    /// A point in the middle and how far the shape reaches from it, in units.
    fn reach(&self) -> (Point, f32);
}

/// An ellipse.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ellipse {
    pub(crate) centre: Point,
    pub(crate) radius_x: f32,
    pub(crate) radius_y: f32,
    turn: (f32, f32),
}

impl Ellipse {
    /// `angle` in radians, clockwise on the screen.
    pub(crate) fn new(centre: Point, radius_x: f32, radius_y: f32, angle: f32) -> Self {
        Self { centre, radius_x, radius_y, turn: (cosf(angle), sinf(angle)) }
    }

    /// A circle.
    pub(crate) fn disc(centre: Point, radius: f32) -> Self {
        Self { centre, radius_x: radius, radius_y: radius, turn: (1.0, 0.0) }
    }
}

impl Shape for Ellipse {
    fn distance(&self, at: Point) -> f32 {
        let p = at.seen_from(self.centre, self.turn);
        let scaled = length(p.x / self.radius_x, p.y / self.radius_y);
        let slope = length(p.x / (self.radius_x * self.radius_x), p.y / (self.radius_y * self.radius_y));
        if slope <= 1e-6 { -self.radius_x.min(self.radius_y) } else { scaled * (scaled - 1.0) / slope }
    }

    fn reach(&self) -> (Point, f32) {
        (self.centre, self.radius_x.max(self.radius_y))
    }
}

/// A disc with `lobes` bulges, stretched along one axis.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lobed {
    pub(crate) centre: Point,
    pub(crate) radius: f32,
    /// How many bulges.
    pub(crate) lobes: u8,
    /// Depth of the bulges as a part of the radius.
    pub(crate) depth: f32,
    /// Where the first bulge is, in radians.
    pub(crate) phase: f32,
    /// The long axis over the short one.
    pub(crate) stretch: f32,
    /// Direction of the long axis, in radians.
    pub(crate) angle: f32,
}

impl Shape for Lobed {
    fn distance(&self, at: Point) -> f32 {
        let p = at.seen_from(self.centre, (cosf(self.angle), sinf(self.angle)));
        let root = sqrtf(self.stretch);
        let (u, v) = (p.x / root, p.y * root);
        let swing = 1.0 + self.depth * cosf(f32::from(self.lobes) * atan2f(v, u) + self.phase);
        length(u, v) - self.radius * swing
    }

    fn reach(&self) -> (Point, f32) {
        (self.centre, self.radius * (1.0 + self.depth) * sqrtf(self.stretch.max(1.0 / self.stretch)))
    }
}

/// A line with round ends, each with its own width.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Capsule {
    pub(crate) from: Point,
    pub(crate) to: Point,
    pub(crate) from_radius: f32,
    pub(crate) to_radius: f32,
}

impl Shape for Capsule {
    fn distance(&self, at: Point) -> f32 {
        let (dx, dy) = (self.to.x - self.from.x, self.to.y - self.from.y);
        let along = ((at.x - self.from.x) * dx + (at.y - self.from.y) * dy) / (dx * dx + dy * dy).max(1e-6);
        let t = along.clamp(0.0, 1.0);
        let nearest = point(self.from.x + t * dx, self.from.y + t * dy);
        at.distance(nearest) - (self.from_radius + t * (self.to_radius - self.from_radius))
    }

    fn reach(&self) -> (Point, f32) {
        let middle = point((self.from.x + self.to.x) / 2.0, (self.from.y + self.to.y) / 2.0);
        (middle, self.from.distance(self.to) / 2.0 + self.from_radius.max(self.to_radius))
    }
}

/// A line through points, with round joints.
#[derive(Clone, Debug)]
pub(crate) struct Path {
    pub(crate) points: Vec<Point>,
    /// Half the width.
    pub(crate) radius: f32,
}

impl Shape for Path {
    fn distance(&self, at: Point) -> f32 {
        let pieces = self.points.windows(2).map(|ends| {
            Capsule { from: ends[0], to: ends[1], from_radius: self.radius, to_radius: self.radius }
                .distance(at)
        });
        pieces.fold(f32::MAX, f32::min)
    }

    fn reach(&self) -> (Point, f32) {
        let n = self.points.len().max(1) as f32;
        let (x, y) = self.points.iter().fold((0.0, 0.0), |(x, y), p| (x + p.x / n, y + p.y / n));
        let far = self.points.iter().map(|p| p.distance(point(x, y))).fold(0.0, f32::max);
        (point(x, y), far + self.radius)
    }
}

/// A rectangle with rounded corners.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rectangle {
    pub(crate) centre: Point,
    pub(crate) half_width: f32,
    pub(crate) half_height: f32,
    pub(crate) corner: f32,
    turn: (f32, f32),
}

impl Rectangle {
    /// `angle` in radians, clockwise on the screen; `corner` is the radius of its corners.
    pub(crate) fn new(centre: Point, half_width: f32, half_height: f32, corner: f32, angle: f32) -> Self {
        Self { centre, half_width, half_height, corner, turn: (cosf(angle), sinf(angle)) }
    }
}

impl Shape for Rectangle {
    fn distance(&self, at: Point) -> f32 {
        let p = at.seen_from(self.centre, self.turn);
        let x = fabsf(p.x) - self.half_width + self.corner;
        let y = fabsf(p.y) - self.half_height + self.corner;
        length(x.max(0.0), y.max(0.0)) + x.max(y).min(0.0) - self.corner
    }

    fn reach(&self) -> (Point, f32) {
        (self.centre, length(self.half_width, self.half_height))
    }
}

/// The wall along the outline of a shape.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shell<S> {
    pub(crate) of: S,
    /// Half the thickness of the wall.
    pub(crate) half_thickness: f32,
}

impl<S: Shape> Shape for Shell<S> {
    fn distance(&self, at: Point) -> f32 {
        fabsf(self.of.distance(at)) - self.half_thickness
    }

    fn reach(&self) -> (Point, f32) {
        let (middle, far) = self.of.reach();
        (middle, far + self.half_thickness)
    }
}

/// The union of several shapes.
pub(crate) struct Union(pub(crate) Vec<Box<dyn Shape>>);

impl Shape for Union {
    fn distance(&self, at: Point) -> f32 {
        self.0.iter().map(|shape| shape.distance(at)).fold(f32::MAX, f32::min)
    }

    fn reach(&self) -> (Point, f32) {
        let parts: Vec<(Point, f32)> = self.0.iter().map(|shape| shape.reach()).collect();
        let n = parts.len().max(1) as f32;
        let (x, y) = parts.iter().fold((0.0, 0.0), |(x, y), (p, _)| (x + p.x / n, y + p.y / n));
        let far = parts.iter().map(|(p, far)| p.distance(point(x, y)) + far).fold(0.0, f32::max);
        (point(x, y), far)
    }
}

/// The first shape without the second.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Without<A, B>(pub(crate) A, pub(crate) B);

impl<A: Shape, B: Shape> Shape for Without<A, B> {
    fn distance(&self, at: Point) -> f32 {
        self.0.distance(at).max(-self.1.distance(at))
    }

    fn reach(&self) -> (Point, f32) {
        self.0.reach()
    }
}

/// The same line with its corners cut twice (Chaikin), so that it curves. The ends stay in place.
pub(crate) fn rounded(line: &[Point]) -> Vec<Point> {
    let between = |a: Point, b: Point, t: f32| point(a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t);
    let mut line = line.to_vec();
    for _ in 0..2 {
        let cut = line.windows(2).flat_map(|ends| [0.25, 0.75].map(|t| between(ends[0], ends[1], t)));
        line = line.first().copied().into_iter().chain(cut).chain(line.last().copied()).collect();
    }
    line
}
