use crate::canvas::Canvas;
use crate::families::Family;
use crate::question::{Asked, Posed};
use crate::random::Random;
use crate::scene::Place;

/// Every key begins with it, so another version draws other images. A model that learned from these does not know those.
pub const VERSION: &str = "phantom1";

/// The purpose of an image. The split is part of every image's key, so two splits never share an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Split {
    /// For training.
    Training,
    /// For watching the training and choosing a model.
    Validation,
    /// The 360 questions that the page asks.
    Sample,
    /// Further questions for measurements, used for nothing else.
    HeldOut,
}

/// A drawing and what is known about it.
#[derive(Clone, Debug)]
pub struct Phantom {
    /// Row by row, (140, 140, 3).
    pub rgb: Vec<u8>,
    /// Everything else.
    pub sketch: Sketch,
}

/// What is known about a drawing, without the drawing.
#[derive(Clone, Debug)]
pub struct Sketch {
    /// Every question that it answers; never empty.
    pub asked: Vec<Asked>,
    /// The places of the things that the questions are about.
    pub places: Vec<Place>,
    /// The key of the random wording of its questions.
    words: [u8; 32],
}

impl Phantom {
    /// Draws image number `index` of a family. The same on every machine.
    pub fn draw(split: Split, family: Family, index: u64) -> Self {
        let (canvas, sketch) = run(split, family, index, Canvas::black());
        Self { rgb: canvas.to_rgb(), sketch }
    }
}

impl Sketch {
    /// What is known about image number `index` of a family, at a hundredth of the cost of drawing it.
    pub fn of(split: Split, family: Family, index: u64) -> Self {
        run(split, family, index, Canvas::without_pixels()).1
    }

    /// Puts question number `question` of [`asked`](Self::asked) for the `turn`-th time. Each turn has another wording, other wrong
    /// options and another order. `None` if there is no such question.
    pub fn pose(&self, question: usize, turn: u32) -> Option<Posed> {
        let mut key = self.words;
        key[20..24].copy_from_slice(&turn.to_le_bytes());
        key[24] = question as u8;
        Some(self.asked.get(question)?.pose(&mut Random::new(key)))
    }
}

fn run(split: Split, family: Family, index: u64, canvas: Canvas) -> (Canvas, Sketch) {
    let mut random = Random::new(key(split, family, index, 0));
    let scene = family.scene(&mut random, canvas).finish(&mut random);
    let sketch = Sketch { asked: scene.asked, places: scene.places, words: key(split, family, index, 1) };
    (scene.canvas, sketch)
}

/// Thirty-two bytes that differ for every split, family, image and purpose.
fn key(split: Split, family: Family, index: u64, purpose: u8) -> [u8; 32] {
    let mut key = [0; 32];
    key[..VERSION.len()].copy_from_slice(VERSION.as_bytes());
    key[8] = split as u8;
    key[9] = family as u8;
    key[10] = purpose;
    key[12..20].copy_from_slice(&index.to_le_bytes());
    key
}
