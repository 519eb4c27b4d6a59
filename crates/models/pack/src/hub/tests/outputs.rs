//! The files that a run leaves in its folder.

use download::{MANIFEST_NAME, PairManifest};
use sha2::{Digest as _, Sha256};

use super::*;

fn sha256(path: &Path) -> Result<String> {
    Ok(hex::encode(Sha256::digest(fs::read(path)?)))
}

fn names(folder: &Path) -> Result<Vec<String>> {
    let names =
        fs::read_dir(folder)?.map(|entry| anyhow::Ok(entry?.file_name().to_string_lossy().into_owned()));
    let mut names = names.collect::<Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

#[test]
fn a_manifest_and_checksums_stand_beside_the_files() -> Result<()> {
    let from = copy_of(&golden("tied").join("hf"), "licensed", &[])?;
    fs::write(from.join("README.md"), "---\nlicense: apache-2.0\n---\n")?;
    let out = scratch("outputs");
    pack(&from, PackType::Q4KM, "A title", &out)?;
    assert_eq!(names(&out)?, ["SHA256SUMS", MANIFEST_NAME, "mmproj.gguf", "text.gguf"]);
    let manifest = PairManifest::parse(&fs::read(out.join(MANIFEST_NAME))?)?;
    assert_eq!((manifest.title.as_str(), manifest.quantisation.as_str()), ("A title", "q4_k_m"));
    assert_eq!(manifest.licence.as_deref(), Some("apache-2.0"));
    let mut sums = String::new();
    for file in &manifest.files {
        let path = out.join(&file.name);
        assert_eq!((file.n_bytes, file.sha256.clone()), (fs::metadata(&path)?.len(), sha256(&path)?));
        sums.push_str(&format!("{}  {}\n", file.sha256, file.name));
    }
    assert_eq!(
        manifest.files.iter().map(|f| f.name.as_str()).collect::<Vec<_>>(),
        ["text.gguf", "mmproj.gguf"]
    );
    assert_eq!(fs::read_to_string(out.join("SHA256SUMS"))?, sums);
    fs::remove_dir_all(&from)?;
    Ok(fs::remove_dir_all(&out)?)
}

#[test]
fn a_run_that_fails_leaves_an_earlier_pair_as_it_was() -> Result<()> {
    let out = scratch("kept");
    pack(&golden("tied").join("hf"), PackType::Q8_0, "x", &out)?;
    let before = sha256(&out.join("text.gguf"))?;
    let broken = copy_of(&golden("tied").join("hf"), "broken", &["model.safetensors"])?;
    // The vision tower gets a value that does not fit a half: the text file is complete by then.
    let bytes = fs::read(golden("tied").join("hf/model.safetensors"))?;
    let model = safetensors::SafeTensors::deserialize(&bytes)?;
    let huge = [0x7f_u8; 2 * 96 * 3 * 2 * 14 * 14];
    let tensors = model.tensors().into_iter().map(|(name, view)| {
        if name != "visual.patch_embed.proj.weight" {
            return anyhow::Ok((name, view));
        }
        Ok((name, safetensors::tensor::TensorView::new(view.dtype(), view.shape().to_vec(), &huge)?))
    });
    let tensors = tensors.collect::<Result<Vec<_>>>()?;
    fs::write(broken.join("model.safetensors"), safetensors::serialize(tensors, None)?)?;
    let error = pack(&broken, PackType::F16, "x", &out).expect_err("a value does not fit");
    assert!(format!("{error:#}").contains("v.patch_embd.weight"), "{error:#}");
    assert_eq!(names(&out)?, ["SHA256SUMS", MANIFEST_NAME, "mmproj.gguf", "text.gguf"]);
    assert_eq!(sha256(&out.join("text.gguf"))?, before);
    fs::remove_dir_all(&broken)?;
    Ok(fs::remove_dir_all(&out)?)
}
