//! Accuracy by group as a picture: a point and its 95 % interval for each group, chance beside it, and the published rows if they can
//! be compared. It is one `svg` element without script or reference, and every text in it is escaped.

mod draw;
mod figure;
mod frame;
mod palette;
#[cfg(test)]
mod tests;
mod text;

use crate::{Grouping, Run};
use figure::Figure;
use palette::Palette;

/// The chart for a page. It takes the colours of its surroundings: `currentColor`, and the variables `--accent` and `--chart-1` to
/// `--chart-4`, all with fallback values. It has no style sheet, which the page's policy would refuse.
pub fn svg(run: &Run, grouping: Grouping) -> String {
    draw::draw(&Figure::new(run, grouping), Palette::PAGE)
}

/// The chart as a file: with its own colours for light and dark, the run's conditions and the permanent line.
pub fn file(run: &Run, grouping: Grouping) -> String {
    draw::draw(&Figure::new(run, grouping), Palette::FILE)
}
