use libm::fabsf;

use crate::canvas::{Canvas, Colour, mix};
use crate::geometry::{Point, Shape};
use crate::random::Random;
use crate::taxonomy::Granularity;

/// The colours of annotation tools.
const COLOURS: [Colour; 3] = [[0.1, 1.0, 0.2], [1.0, 0.9, 0.1], [0.2, 0.85, 1.0]];

/// Distance of a contour from the outline, in units, so that the outline stays visible.
const CLEARANCE: f32 = 1.6;
/// Half the width of a line.
const HALF_LINE: f32 = 0.75;
const MASK_OPACITY: f32 = 0.45;

/// Draws a box round a structure, a line along its outline, or a tint over it.
pub(crate) fn draw(canvas: &mut Canvas, random: &mut Random, shape: &dyn Shape, how: Granularity) {
    let colour = COLOURS[random.below(COLOURS.len())];
    let on_line = |distance: f32| fabsf(distance) < HALF_LINE;
    match how {
        Granularity::Image => {}
        Granularity::Contour => {
            canvas.map(|at, before| if on_line(shape.distance(at) - CLEARANCE) { colour } else { before })
        }
        Granularity::Mask => {
            canvas.map(
                |at, before| {
                    if shape.distance(at) < 0.0 { mix(before, colour, MASK_OPACITY) } else { before }
                },
            )
        }
        Granularity::Box => {
            let (low, high) = extent(canvas, shape);
            canvas.map(|at, before| {
                let beyond_x = (low.x - CLEARANCE - at.x).max(at.x - high.x - CLEARANCE);
                let beyond_y = (low.y - CLEARANCE - at.y).max(at.y - high.y - CLEARANCE);
                if on_line(beyond_x.max(beyond_y)) { colour } else { before }
            });
        }
    }
}

/// The corners of the smallest upright box round the part of a shape that is in the image.
fn extent(canvas: &mut Canvas, shape: &dyn Shape) -> (Point, Point) {
    let mut low = Point { x: f32::MAX, y: f32::MAX };
    let mut high = Point { x: f32::MIN, y: f32::MIN };
    canvas.map(|at, before| {
        if shape.distance(at) < 0.0 {
            low = Point { x: low.x.min(at.x), y: low.y.min(at.y) };
            high = Point { x: high.x.max(at.x), y: high.y.max(at.y) };
        }
        before
    });
    // A box at the border would lose a side, so it stays inside the image.
    let inside = 50.0 - CLEARANCE - HALF_LINE;
    (
        Point { x: low.x.max(-inside), y: low.y.max(-inside) },
        Point { x: high.x.min(inside), y: high.y.min(inside) },
    )
}
