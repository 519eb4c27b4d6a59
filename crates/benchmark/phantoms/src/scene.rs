use crate::canvas::Canvas;
use crate::geometry::{Point, Shape};
use crate::question::{Asked, QuestionKind};
use crate::random::Random;
use crate::taxonomy::{Department, Granularity, Modality};

/// What a family draws: the picture before marks, and the questions about it.
pub(crate) struct Scene {
    pub(crate) canvas: Canvas,
    modality: Modality,
    asked: Vec<Asked>,
    places: Vec<Place>,
    mark: Option<Mark>,
}

/// The place of something that a question is about. Training may use it besides the answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Distance to the right of the middle, in hundredths of the side.
    pub x: f32,
    /// Distance below the middle, in hundredths of the side.
    pub y: f32,
    /// Whether a mark points at it.
    pub marked: bool,
}

struct Mark {
    shape: Box<dyn Shape>,
    how: Granularity,
}

/// A drawing with everything known about it.
pub(crate) struct Finished {
    pub(crate) canvas: Canvas,
    pub(crate) asked: Vec<Asked>,
    pub(crate) places: Vec<Place>,
}

impl Scene {
    pub(crate) fn new(canvas: Canvas, modality: Modality) -> Self {
        Self { canvas, modality, asked: Vec::new(), places: Vec::new(), mark: None }
    }

    /// A question about the whole image.
    pub(crate) fn ask(&mut self, kind: &'static QuestionKind, truth: usize, department: Department) {
        self.push(kind, truth, department, Granularity::Image);
    }

    /// Notes the place of something that a question about the whole image is about.
    pub(crate) fn place(&mut self, at: Point) {
        self.places.push(Place { x: at.x, y: at.y, marked: false });
    }

    /// Marks a structure with a box, a contour or a mask, equally likely, and asks about it. A scene has one mark: the last one.
    pub(crate) fn mark(
        &mut self,
        random: &mut Random,
        shape: impl Shape + 'static,
        kind: &'static QuestionKind,
        truth: usize,
        department: Department,
    ) {
        let how = [Granularity::Box, Granularity::Contour, Granularity::Mask][random.below(3)];
        self.mark_as(how, shape, kind, truth, department);
    }

    /// The same with a given kind of mark, such as a box if a contour would give the answer away.
    pub(crate) fn mark_as(
        &mut self,
        how: Granularity,
        shape: impl Shape + 'static,
        kind: &'static QuestionKind,
        truth: usize,
        department: Department,
    ) {
        let (middle, _) = shape.reach();
        self.places.push(Place { x: middle.x, y: middle.y, marked: true });
        self.mark = Some(Mark { shape: Box::new(shape), how });
        self.push(kind, truth, department, how);
    }

    fn push(
        &mut self,
        kind: &'static QuestionKind,
        truth: usize,
        department: Department,
        granularity: Granularity,
    ) {
        debug_assert!(truth < kind.answers.len(), "{} has no answer {truth}", kind.id);
        self.asked.push(Asked { kind, truth, department, granularity, modality: self.modality });
    }

    /// Draws the mark over everything, including the grain.
    pub(crate) fn finish(mut self, random: &mut Random) -> Finished {
        if let Some(mark) = &self.mark {
            crate::mark::draw(&mut self.canvas, random, mark.shape.as_ref(), mark.how);
        }
        Finished { canvas: self.canvas, asked: self.asked, places: self.places }
    }
}
