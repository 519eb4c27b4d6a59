//! The kinds of image, one file each: how it looks and what can be asked about it.

use crate::canvas::Canvas;
use crate::question::QuestionKind;
use crate::random::Random;
use crate::scene::Scene;

macro_rules! families {
    ($($variant:ident $module:ident $about:literal,)*) => {
        $(mod $module;)*

        /// A kind of image.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Family { $(#[doc = $about] $variant,)* }

        impl Family {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its name for people: `blood smear`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $about,)* }
            }

            /// Every kind of question that its images may answer.
            pub fn kinds(self) -> &'static [&'static QuestionKind] {
                match self { $(Self::$variant => $module::KINDS,)* }
            }

            /// Draws onto a black canvas, or onto one without pixels.
            pub(crate) fn scene(self, random: &mut Random, canvas: Canvas) -> Scene {
                match self { $(Self::$variant => $module::scene(random, canvas),)* }
            }
        }
    };
}

families! {
    Abdomen abdomen "abdominal CT",
    Angiogram angiogram "angiogram",
    BloodSmear blood_smear "blood smear",
    Brain brain "brain MRI",
    Chest chest "chest radiograph",
    Colon colon "colonoscopy",
    Fundus fundus "fundus photograph",
    Laparoscopy laparoscopy "laparoscopy",
    Limb limb "limb radiograph",
    Microbes microbes "stained microbes",
    Neck neck "neck CT",
    Pelvis pelvis "pelvic CT",
    RetinalLayers retinal_layers "retinal OCT",
    Skin skin "dermoscopy",
    Tissue tissue "tissue section",
    Ultrasound ultrasound "ultrasound",
}
