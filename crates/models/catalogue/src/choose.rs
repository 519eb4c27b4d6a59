use std::collections::BTreeMap;

use download::Wanted;

use crate::{PREFERRED, is_readable, quantisation_of};

/// What a listing offers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Text models, the preferred one first, then by length.
    pub texts: Vec<Variant>,
    /// Vision towers, the preferred one first: the smallest that is whole enough, f32 last.
    pub visions: Vec<Variant>,
    /// Files that cannot be chosen, with the reason.
    pub left: Vec<Left>,
}

/// One text model or vision tower: one file, or the pieces of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// The quantisation, or the file's name if that states none.
    pub label: String,
    /// As the name states it.
    pub quantisation: Option<String>,
    /// In the order of the pieces.
    pub files: Vec<Wanted>,
    /// Of all pieces, if the listing says it.
    pub n_bytes: Option<u64>,
}

/// A file that cannot be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Its name.
    pub name: String,
    /// As part of a sentence.
    pub why: String,
}

/// Sorts the files of a listing into text models and vision towers. Pieces of a split file are one variant; incomplete
/// sets, files that are not GGUF and unreadable quantisations are left out.
pub fn choose(files: &[Wanted]) -> Choice {
    let mut choice = Choice::default();
    let mut sets: BTreeMap<(String, u32), BTreeMap<u32, Wanted>> = BTreeMap::new();
    for file in files {
        let lower = file.name.to_ascii_lowercase();
        let stem = lower.strip_suffix(".gguf");
        match stem {
            None => choice.leave(file, "is not a GGUF file".into()),
            Some(stem) if stem.contains("imatrix") => choice.leave(file, "is not a model".into()),
            Some(stem) => {
                let (base, no, count) = piece(stem);
                let (base, count) = (format!("{}{base}", folder_key(file)), count);
                if let Some(twin) = sets.entry((base, count)).or_default().insert(no, file.clone()) {
                    choice.leave(&twin, "is listed twice".into());
                }
            }
        }
    }
    for ((_, count), pieces) in sets {
        let n_pieces = pieces.len();
        let files: Vec<Wanted> = pieces.into_values().collect();
        let Some(first) = files.first() else { continue };
        let quantisation = quantisation_of(&first.name);
        if n_pieces < count as usize {
            let why = format!("is one of {count} pieces, of which {n_pieces} are there");
            choice.leave(&first.clone(), why);
            continue;
        }
        if let Some(unknown) = quantisation.as_ref().filter(|name| !is_readable(name)) {
            let why = format!("has blocks that this program cannot read ({unknown})");
            choice.leave(&first.clone(), why);
            continue;
        }
        let label = quantisation.clone().unwrap_or_else(|| first.name.clone());
        let n_bytes = files.iter().map(|file| file.n_bytes).sum();
        let is_vision = first.name.to_ascii_lowercase().contains("mmproj");
        let variant = Variant { label, quantisation, files, n_bytes };
        if is_vision { &mut choice.visions } else { &mut choice.texts }.push(variant);
    }
    sort(&mut choice.texts, text_rank);
    sort(&mut choice.visions, vision_rank);
    name_apart(&mut choice.texts);
    name_apart(&mut choice.visions);
    choice
}

impl Choice {
    fn leave(&mut self, file: &Wanted, why: String) {
        self.left.push(Left { name: file.name.clone(), why });
    }
}

/// Two variants of one quantisation go by their files' names.
fn name_apart(variants: &mut [Variant]) {
    let labels: Vec<String> = variants.iter().map(|variant| variant.label.clone()).collect();
    for variant in variants {
        if labels.iter().filter(|label| **label == variant.label).count() > 1
            && let Some(first) = variant.files.first()
        {
            variant.label.clone_from(&first.name);
        }
    }
}

/// By rank, then by length. One function for both lists, since a sort is compiled again for each closure.
fn sort(variants: &mut [Variant], rank: fn(&Variant) -> u8) {
    variants.sort_unstable_by(|a, b| (rank(a), a.n_bytes, &a.label).cmp(&(rank(b), b.n_bytes, &b.label)));
}

fn text_rank(variant: &Variant) -> u8 {
    u8::from(variant.quantisation.as_deref() != Some(PREFERRED))
}

/// Halves and Q8_0 lose nothing visible. F32 has 2.7 GB for the same answers. Coarser quantisations of the tower show in
/// the answers.
fn vision_rank(variant: &Variant) -> u8 {
    match variant.quantisation.as_deref() {
        Some("Q8_0" | "F16" | "BF16") => 0,
        None => 1,
        Some("F32") => 3,
        Some(_) => 2,
    }
}

/// Same-named files of different folders are different files.
fn folder_key(file: &Wanted) -> String {
    let path = file.mirrors.first().map(String::as_str).unwrap_or_default();
    let path = path.split(['?', '#']).next().unwrap_or_default();
    path.rsplit_once('/').map(|(folder, _)| format!("{folder}/")).unwrap_or_default()
}

/// Splits `name-00002-of-00003` into name, number and count; a whole file is piece 1 of 1.
fn piece(stem: &str) -> (&str, u32, u32) {
    let parts = || {
        let (rest, count) = stem.rsplit_once("-of-")?;
        let (base, no) = rest.rsplit_once('-')?;
        let (no, count) = (no.parse().ok()?, count.parse().ok()?);
        (1..=count).contains(&no).then_some((base, no, count))
    };
    parts().unwrap_or((stem, 1, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(names: &[(&str, u64)]) -> Vec<Wanted> {
        let file = |(name, n): &(&str, u64)| Wanted {
            name: (*name).into(),
            mirrors: vec![format!("https://h/o/r/{name}")],
            n_bytes: (*n > 0).then_some(*n),
            sha256: None,
        };
        names.iter().map(file).collect()
    }

    fn labels(variants: &[Variant]) -> Vec<(&str, Option<u64>)> {
        variants.iter().map(|it| (it.label.as_str(), it.n_bytes)).collect()
    }

    #[test]
    fn the_middle_quantisation_and_the_smallest_whole_tower_come_first() {
        let choice = choose(&listing(&[
            ("README.md", 1),
            ("M-Q8_0.gguf", 1600),
            ("M-Q2_K.gguf", 700),
            ("M-Q4_K_M.gguf", 986),
            ("M-IQ4_XS.gguf", 900),
            ("mmproj-M-f32.gguf", 2700),
            ("mmproj-M-f16.gguf", 1330),
            ("mmproj-M-Q8_0.gguf", 710),
            ("mmproj-M-Q4_0.gguf", 400),
        ]));
        assert_eq!(labels(&choice.texts), [("Q4_K_M", Some(986)), ("Q2_K", Some(700)), ("Q8_0", Some(1600))]);
        assert_eq!(
            labels(&choice.visions),
            [("Q8_0", Some(710)), ("F16", Some(1330)), ("Q4_0", Some(400)), ("F32", Some(2700))]
        );
        let left: Vec<_> = choice.left.iter().map(|left| left.name.as_str()).collect();
        assert_eq!(left, ["README.md", "M-IQ4_XS.gguf"]);
    }

    #[test]
    fn pieces_are_one_variant_in_their_order() {
        let choice = choose(&listing(&[
            ("M-Q4_K_M-00002-of-00002.gguf", 5),
            ("M-Q4_K_M-00001-of-00002.gguf", 7),
            ("M-Q8_0-00001-of-00003.gguf", 7),
            ("M-Q8_0-00003-of-00003.gguf", 7),
            ("M-Q6_K-00000-of-00002.gguf", 1),
        ]));
        assert_eq!(labels(&choice.texts), [("Q4_K_M", Some(12)), ("Q6_K", Some(1))]);
        let names: Vec<_> = choice.texts[0].files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["M-Q4_K_M-00001-of-00002.gguf", "M-Q4_K_M-00002-of-00002.gguf"]);
        assert!(choice.left[0].why.contains("of which 2 are there"), "{:?}", choice.left);
    }

    #[test]
    fn an_unknown_length_makes_the_sum_unknown_and_equal_labels_are_told_apart() {
        let choice = choose(&listing(&[("a-Q8_0.gguf", 0), ("b-Q8_0.gguf", 3), ("text.gguf", 2)]));
        assert_eq!(
            labels(&choice.texts),
            [("a-Q8_0.gguf", None), ("text.gguf", Some(2)), ("b-Q8_0.gguf", Some(3))]
        );
        assert_eq!(choose(&[]), Choice::default());
    }
}
