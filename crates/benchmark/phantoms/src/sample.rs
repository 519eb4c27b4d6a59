//! Images for a given question, and the sample: an equal number of questions of each clinical task, with one question per image.

use crate::families::Family;
use crate::phantom::{Phantom, Sketch, Split};
use crate::question::{Asked, Posed, QuestionKind};
use crate::random::Random;
use crate::taxonomy::ClinicalTask;

/// Questions of each clinical task in the sample: 18 x 20 = 360.
pub const N_PER_TASK: u32 = 20;

/// A kind of question, and the family whose images answer it.
#[derive(Clone, Copy, Debug)]
pub struct Topic {
    /// What the images show.
    pub family: Family,
    /// What is asked.
    pub kind: &'static QuestionKind,
    /// Index of the kind in [`Family::kinds`].
    number: usize,
}

/// A question about an image that has not been drawn yet.
#[derive(Clone, Debug)]
pub struct Item {
    /// What is asked, with its labels.
    pub asked: Asked,
    /// How it is put.
    pub posed: Posed,
    /// What the image shows.
    pub family: Family,
    split: Split,
    image: u64,
}

impl Item {
    /// Draws the image.
    pub fn phantom(&self) -> Phantom {
        Phantom::draw(self.split, self.family, self.image)
    }
}

impl Topic {
    /// Every kind of question of every family.
    pub fn all() -> impl Iterator<Item = Self> {
        Family::ALL.iter().flat_map(|&family| {
            family.kinds().iter().enumerate().map(move |(number, &kind)| Self { family, kind, number })
        })
    }

    /// Item number `index` of this topic. The truth is drawn first, with all answers equally likely, and images are sketched until one
    /// has it, so that the wording of a question says nothing about its answer.
    pub fn item(self, split: Split, index: u32) -> Item {
        // A block of images that no other topic or index uses.
        let block = (u64::from(index) << 32) | ((self.number as u64) << 24);
        let mut choice = Random::new(choice_key(split, self, index));
        let wanted = choice.below(self.kind.answers.len());
        let mut tries = 0;
        loop {
            let image = block | tries;
            let sketch = Sketch::of(split, self.family, image);
            let found = sketch.asked.iter().position(|asked| std::ptr::eq(asked.kind, self.kind));
            if let Some(question) = found
                && (sketch.asked[question].truth == wanted || tries >= PATIENCE)
                && let Some(posed) = sketch.pose(question, 0)
            {
                return Item { asked: sketch.asked[question], posed, family: self.family, split, image };
            }
            tries += 1;
        }
    }
}

/// Images sketched for one answer before any answer is accepted: far more than the rarest answer needs.
const PATIENCE: u64 = 2000;

/// Question number `index` of a task; its topics take turns.
///
/// The page's sample is the first [`N_PER_TASK`] questions of every task in [`Split::Sample`].
pub fn item_of_task(split: Split, task: ClinicalTask, index: u32) -> Option<Item> {
    let topics: Vec<Topic> = Topic::all().filter(|topic| topic.kind.task == task).collect();
    let n_topics = u32::try_from(topics.len()).ok().filter(|&n| n > 0)?;
    let topic = topics[(index % n_topics) as usize];
    Some(topic.item(split, index / n_topics))
}

fn choice_key(split: Split, topic: Topic, index: u32) -> [u8; 32] {
    let mut key = [0; 32];
    key[..8].copy_from_slice(b"choices1");
    key[8] = split as u8;
    key[9] = topic.family as u8;
    key[10] = topic.number as u8;
    key[12..16].copy_from_slice(&index.to_le_bytes());
    key
}
