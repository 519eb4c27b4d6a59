use super::figure::Figure;
use super::text;

/// Width of the picture. A unit is about a pixel.
pub(super) const WIDTH: f64 = 860.0;
/// Around the whole picture.
pub(super) const MARGIN: f64 = 16.0;
/// Size of a group's name.
pub(super) const LABEL: f64 = 13.0;
/// Size of the figures of several series, of the legend and of notes.
pub(super) const SMALL: f64 = 11.0;
/// From one line of notes to the next.
pub(super) const LEADING: f64 = 16.0;
/// Width of the column of shares at the right, aligned right.
pub(super) const SHARE: f64 = 72.0;
/// Width of the column of counts at the right, aligned right.
pub(super) const COUNT: f64 = 80.0;

/// The layout of a chart.
pub(super) struct Frame {
    /// Left edge of the plot: 0 %.
    pub(super) left: f64,
    /// Right edge of the plot: 100 %.
    pub(super) right: f64,
    /// From one group to the next.
    pub(super) pitch: f64,
    /// From one series to the next within a group.
    pub(super) step: f64,
}

impl Frame {
    pub(super) fn new(figure: &Figure) -> Self {
        let widest = figure.groups.iter().map(|group| text::width(&group.name, LABEL)).fold(0.0, f64::max);
        let left = MARGIN + widest.clamp(90.0, 310.0) + 16.0;
        let n = figure.series.len() as f64;
        let (pitch, step) = if figure.has_others() { (n * 13.0 + 13.0, 13.0) } else { (26.0, 0.0) };
        Self { left, right: WIDTH - MARGIN - SHARE - COUNT, pitch, step }
    }

    /// The place of a share on the axis.
    pub(super) fn x(&self, share: f64) -> f64 {
        self.left + share.clamp(0.0, 1.0) * (self.right - self.left)
    }
}
