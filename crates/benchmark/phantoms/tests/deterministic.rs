//! The same seed gives the same bytes on every machine, natively and in WebAssembly, and in every version until someone changes them
//! on purpose.

use phantoms::{Family, Phantom, Sketch, Split};

/// For each family, the hash of one image and the words of its questions.
#[rustfmt::skip]
const RECORDED: &[(Family, u64)] = &[
    (Family::Abdomen, 0x0401a2806776431a),
    (Family::Angiogram, 0x134722f6a3ab8ca2),
    (Family::BloodSmear, 0x5631f200c13ddafe),
    (Family::Brain, 0xe508f7f5541d9148),
    (Family::Chest, 0x02e250bd677d4f3c),
    (Family::Colon, 0x4b26b7df401debf2),
    (Family::Fundus, 0x5f3481c82aee559c),
    (Family::Laparoscopy, 0x0d213f5f866b014b),
    (Family::Limb, 0x330c5dea9568870b),
    (Family::Microbes, 0x5da11d04decc9998),
    (Family::Neck, 0x951c7293fe52ca6b),
    (Family::Pelvis, 0x0efb215a0170d717),
    (Family::RetinalLayers, 0xcbc54077705a6c69),
    (Family::Skin, 0xeed58550ee7c7069),
    (Family::Tissue, 0x8af6fb03e3ac7200),
    (Family::Ultrasound, 0x8a4041873e17867d),
];

/// The image that is hashed: any would do.
const IMAGE: u64 = 7;

/// Drawings of each family that are compared with their sketches.
const DRAWN: u64 = 4;

/// FNV-1a with 64 bits: short enough to read, and independent of any crate's version.
fn fnv_1a(bytes: impl IntoIterator<Item = u8>) -> u64 {
    bytes
        .into_iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The pixels of an image, then the words of its questions.
fn seen(family: Family) -> Vec<u8> {
    let phantom = Phantom::draw(Split::HeldOut, family, IMAGE);
    let mut seen = phantom.rgb;
    for question in 0..phantom.sketch.asked.len() {
        seen.extend(words(&phantom.sketch, question).into_bytes());
    }
    seen
}

/// A question and its options in a line; empty if there is no such question.
fn words(sketch: &Sketch, question: usize) -> String {
    let posed = sketch.pose(question, 0);
    posed.map_or_else(String::new, |posed| {
        format!("{} [{}] {}\n", posed.text, posed.options.join(", "), posed.truth)
    })
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn images_and_words_are_the_recorded_ones() {
    let table: Vec<(Family, u64)> =
        Family::ALL.iter().map(|&family| (family, fnv_1a(seen(family)))).collect();
    let lines: String =
        table.iter().map(|(family, hash)| format!("    (Family::{family:?}, {hash:#018x}),\n")).collect();
    let changed: Vec<&str> =
        table.iter().filter(|row| !RECORDED.contains(row)).map(|(family, _)| family.name()).collect();
    assert!(
        RECORDED == table,
        "images or words differ from the recorded ones: {changed:?}. On a machine where nothing was changed, the \
         generator is not deterministic there. If a change of the images or of the questions is meant, the model must \
         be trained anew; then replace the rows of RECORDED in tests/deterministic.rs with\n{lines}"
    );
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn the_hash_is_fnv_1a() {
    // From the hash's authors: draft-eastlake-fnv, test vectors of the 64-bit FNV-1a.
    assert_eq!(fnv_1a(*b""), 0xcbf2_9ce4_8422_2325);
    assert_eq!(fnv_1a(*b"a"), 0xaf63_dc4c_8601_ec8c);
    assert_eq!(fnv_1a(*b"foobar"), 0x8594_4171_f739_67e8);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn one_changed_bit_changes_the_hash() {
    let mut bytes = seen(Family::ALL[0]);
    let before = fnv_1a(bytes.iter().copied());
    bytes[10_000] ^= 1;
    assert_ne!(fnv_1a(bytes), before);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn a_sketch_knows_what_the_drawing_shows() {
    for &family in Family::ALL {
        for image in 0..DRAWN {
            let (drawn, sketched) = (
                Phantom::draw(Split::HeldOut, family, image).sketch,
                Sketch::of(Split::HeldOut, family, image),
            );
            // If a brush took random numbers only on a canvas with pixels, everything after it would differ.
            assert_eq!(drawn.places, sketched.places, "{} {image}", family.name());
            assert_eq!(drawn.asked.len(), sketched.asked.len(), "{} {image}", family.name());
            for (question, (one, other)) in drawn.asked.iter().zip(&sketched.asked).enumerate() {
                let labels = |asked: &phantoms::Asked| {
                    (asked.kind.id, asked.truth, asked.department, asked.granularity)
                };
                assert_eq!(labels(one), labels(other), "{} {image}", family.name());
                assert_eq!(words(&drawn, question), words(&sketched, question), "{} {image}", family.name());
            }
        }
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn splits_and_numbers_give_images_of_their_own() {
    let family = Family::ALL[0];
    let first = Phantom::draw(Split::Sample, family, 0).rgb;
    assert_eq!(first, Phantom::draw(Split::Sample, family, 0).rgb);
    assert_ne!(first, Phantom::draw(Split::Training, family, 0).rgb);
    assert_ne!(first, Phantom::draw(Split::Sample, family, 1).rgb);
}
