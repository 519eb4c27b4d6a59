//! Compared with `tests/golden/make/make_gguf.py`, and which tensor gets which type.

use super::*;

/// Rows that no block of 32 divides.
const UNQUANTISED_ROWS: usize = 200;
const BOUNDS: [&str; 2] = ["clip.vision.image_max_pixels", "clip.vision.image_min_pixels"];

#[test]
fn f16_is_what_the_python_writer_made() -> Result<()> {
    for (model, name) in [("tied", "Golden Tied"), ("untied", "Golden Untied")] {
        let out = scratch(&format!("f16-{model}"));
        pack(&golden(model).join("hf"), PackType::F16, name, &out)?;
        for (file_name, extra) in [("text.gguf", &[][..]), ("mmproj.gguf", &BOUNDS[..])] {
            let (found, expected) = (read(&out.join(file_name))?, read(&golden(model).join(file_name))?);
            assert_eq!(differences(&found.tensors, &expected.tensors), [""; 0], "{model} {file_name}");
            assert_eq!(differences(&found.keys, &expected.keys), extra, "{model} {file_name}");
        }
        fs::remove_dir_all(&out)?;
    }
    Ok(())
}

#[test]
fn f32_and_bf16_hold_the_same_values() -> Result<()> {
    for (pack_type, matrix, patch) in [(PackType::F32, "F32", "F32"), (PackType::Bf16, "BF16", "F32")] {
        let out = scratch(matrix);
        pack(&golden("untied").join("hf"), pack_type, "Golden Untied", &out)?;
        for file_name in ["text.gguf", "mmproj.gguf"] {
            let (found, expected) = (read(&out.join(file_name))?, read(&golden("untied").join(file_name))?);
            assert_eq!(found.tensors.len(), expected.tensors.len());
            for (name, (dtype, shape, values)) in &found.tensors {
                let (_, expected_shape, expected_values) = &expected.tensors[name];
                // The golden weights are exact in bf16 and in f16 at once.
                assert_eq!((shape, values), (expected_shape, expected_values), "{name}");
                let wanted = match name {
                    name if shape.len() == 1 || name.starts_with("v.patch_embd") => patch,
                    _ => matrix,
                };
                assert_eq!(dtype, wanted, "{name}");
            }
        }
        fs::remove_dir_all(&out)?;
    }
    Ok(())
}

/// The untied model has rows of 96 and 200: none of 256, so the k-quants fall back throughout.
#[test]
fn quantised_types_leave_vectors_patches_and_ragged_rows_alone() -> Result<()> {
    for (pack_type, text) in [
        (PackType::Q8_0, "Q8_0"),
        (PackType::Q4_0, "Q4_0"),
        (PackType::Q4KM, "Q5_0"),
        (PackType::Q5KM, "Q5_1"),
        (PackType::Q6K, "Q8_0"),
    ] {
        let out = scratch(&format!("types-{pack_type:?}"));
        pack(&golden("untied").join("hf"), pack_type, "x", &out)?;
        for (file_name, matrix) in [("text.gguf", text), ("mmproj.gguf", "Q8_0")] {
            for (name, (dtype, shape, _)) in read(&out.join(file_name))?.tensors {
                let wanted = match (name.as_str(), shape.as_slice()) {
                    (_, [_]) => "F32",
                    (name, _) if name.starts_with("v.patch_embd") => "F32",
                    (_, [_, UNQUANTISED_ROWS]) => "F16",
                    ("output.weight", _) => "Q8_0",
                    // The mixes have Q6_K in layer 2 of three.
                    ("blk.2.attn_v.weight", _) if matches!(pack_type, PackType::Q4KM | PackType::Q5KM) => {
                        "Q8_0"
                    }
                    _ => matrix,
                };
                assert_eq!(dtype, wanted, "{pack_type:?} {name} {shape:?}");
            }
        }
        fs::remove_dir_all(&out)?;
    }
    Ok(())
}
