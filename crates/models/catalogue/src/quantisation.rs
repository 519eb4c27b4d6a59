/// Quantisations as file names spell them, each with bits per weight of a whole text model of that mix. The mixes of llama.cpp
/// keep some tensors finer than their name says, so the figures are of measured files (2B and 7B), not of the block.
const KNOWN: [(&str, f64); 20] = [
    ("Q2_K_L", 3.7),
    ("Q2_K", 3.4),
    ("Q3_K_S", 3.8),
    ("Q3_K_M", 4.2),
    ("Q3_K_L", 4.5),
    ("Q4_K_S", 4.7),
    ("Q4_K_M", 5.0),
    ("Q4_K_L", 5.3),
    ("Q4_0", 4.8),
    ("Q4_1", 5.2),
    ("Q5_K_S", 5.6),
    ("Q5_K_M", 5.8),
    ("Q5_K_L", 6.0),
    ("Q5_0", 5.6),
    ("Q5_1", 6.1),
    ("Q6_K_L", 6.8),
    ("Q6_K", 6.6),
    ("Q8_0", 8.5),
    ("BF16", 16.0),
    ("F16", 16.0),
];
const F32: (&str, f64) = ("F32", 32.0);

/// The quantisation that a file name states, as GGUF spells it: `Q4_K_M`. The last one counts, since a model's own name comes
/// before it. One that this program cannot read is returned too: `IQ4_XS`, `Q4_0_4_4`.
pub fn quantisation_of(name: &str) -> Option<String> {
    let name = name.to_ascii_uppercase();
    let mut words = name.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let is_one = |word: &&str| {
        let begins = ["Q", "IQ", "TQ", "UD_Q"].iter().any(|head| {
            word.strip_prefix(head)
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()) && rest.contains('_'))
        });
        begins || ["F16", "BF16", "F32", "FP16", "FP32"].contains(word)
    };
    let last = words.rfind(is_one)?;
    Some(match last {
        "FP16" => "F16".into(),
        "FP32" => "F32".into(),
        other => other.trim_end_matches('_').into(),
    })
}

/// Whether this program has the blocks of a quantisation.
pub fn is_readable(quantisation: &str) -> bool {
    bits_per_weight(quantisation).is_some()
}

pub(crate) fn bits_per_weight(quantisation: &str) -> Option<f64> {
    KNOWN.iter().chain([&F32]).find(|(name, _)| *name == quantisation).map(|(_, bits)| *bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_states_its_quantisation_last() {
        for (name, stated) in [
            ("Qwen2-VL-2B-Instruct-Q4_K_M.gguf", Some("Q4_K_M")),
            ("biomed-qwen2-vl-2b-instruct-q4_0.gguf", Some("Q4_0")),
            ("mmproj-Qwen2-VL-2B-Instruct-Q8_0.gguf", Some("Q8_0")),
            ("MedVLM-R1.Q5_K_S.gguf", Some("Q5_K_S")),
            ("mmproj-model-f32.gguf", Some("F32")),
            ("model-fp16.gguf", Some("F16")),
            ("a-Q8_0-Q4_K_M-00001-of-00003.gguf", Some("Q4_K_M")),
            ("Qwen2-VL-7B.gguf", None),
            ("x-IQ4_XS.gguf", Some("IQ4_XS")),
            ("x-Q4_0_4_8.gguf", Some("Q4_0_4_8")),
        ] {
            assert_eq!(quantisation_of(name).as_deref(), stated, "{name}");
        }
    }

    #[test]
    fn what_has_no_blocks_here_is_not_readable() {
        assert!(["Q4_K_M", "Q8_0", "F32", "BF16"].iter().all(|name| is_readable(name)));
        assert!(["IQ4_XS", "Q4_0_4_8", "TQ1_0", ""].iter().all(|name| !is_readable(name)));
    }
}
