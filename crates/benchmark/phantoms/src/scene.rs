use crate::canvas::Canvas;
use crate::geometry::{Point, Shape};
use crate::question::{Asked, QuestionKind};
use crate::random::Random;
use crate::taxonomy::{Department, Granularity, Modality};

/// What a family draws: the picture before marks, and what can be asked about it.
pub(crate) struct Scene {
    pub(crate) canvas: Canvas,
    modality: Modality,
    asked: Vec<Asked>,
    places: Vec<Place>,
    mark: Option<Mark>,
}

/// Where something lies that a question is about: what a learner may be shown besides the answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Units of a hundredth of the side, from the middle to the right.
    pub x: f32,
    /// Units of a hundredth of the side, from the middle down.
    pub y: f32,
    /// Whether it is the marked one.
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

    /// Something that a question about the whole image is about lies here.
    pub(crate) fn place(&mut self, at: Point) {
        self.places.push(Place { x: at.x, y: at.y, marked: false });
    }

    /// Marks a structure with a box, a contour or a mask (an even choice), and asks about it. One mark per scene: the last
    /// one stands.
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

    /// The same with a given kind of mark (a box, where a contour would tell the answer).
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

    /// Draws the mark, which lies over everything, grain included.
    pub(crate) fn finish(mut self, random: &mut Random) -> Finished {
        if let Some(mark) = &self.mark {
            crate::mark::draw(&mut self.canvas, random, mark.shape.as_ref(), mark.how);
        }
        Finished { canvas: self.canvas, asked: self.asked, places: self.places }
    }
}
