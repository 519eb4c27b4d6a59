//! Weights that are hosted beside the page: each pair against the manifest that `qvm pack` wrote for it.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// What a manifest says it is, and the one version there is.
const FORMAT: &str = "qwen2-vl-pair";
const VERSION: u64 = 1;

/// Checks every pair in a folder and in the folders below it, and says what was checked.
///
/// # Errors
/// Names the file that is not what its manifest says, what was found and what was expected; also where there is no manifest.
pub fn check_weights(folder: &Path) -> Result<()> {
    let mut manifests = Vec::new();
    find_manifests(folder, &mut manifests)?;
    ensure!(
        !manifests.is_empty(),
        "{} has no manifest of a {FORMAT}: `qvm pack` writes one, copy it beside the files",
        folder.display()
    );
    for (path, manifest) in manifests {
        check_pair(&path, &manifest).with_context(|| format!("by {}", path.display()))?;
        println!("  {}: every file is what it says", path.display());
    }
    Ok(())
}

fn find_manifests(folder: &Path, found: &mut Vec<(PathBuf, Value)>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let path = entry.with_context(|| format!("cannot read {}", folder.display()))?.path();
        if path.is_dir() {
            find_manifests(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "json") {
            let text =
                fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let value: Value = serde_json::from_str(&text)
                .with_context(|| format!("{} is not JSON: copy it again", path.display()))?;
            if value["format"] == FORMAT {
                found.push((path, value));
            }
        }
    }
    Ok(())
}

fn check_pair(manifest_path: &Path, manifest: &Value) -> Result<()> {
    let version = &manifest["version"];
    ensure!(
        *version == VERSION,
        "found version {version}, expected {VERSION}: write the manifest again with `qvm pack`"
    );
    let files = manifest["files"].as_array().filter(|files| !files.is_empty());
    let files = files
        .context("found no files, expected `files` to list them: write the manifest again with `qvm pack`")?;
    for file in files {
        let (Some(name), Some(n_bytes), Some(sha256)) =
            (file["name"].as_str(), file["n_bytes"].as_u64(), file["sha256"].as_str())
        else {
            bail!(
                "found {file}, expected name, n_bytes and sha256: write the manifest again with `qvm pack`"
            );
        };
        ensure!(
            Path::new(name).file_name().is_some_and(|plain| plain == name),
            "found the name {name:?}, expected one of a file beside the manifest"
        );
        check_file(&manifest_path.with_file_name(name), n_bytes, sha256)?;
    }
    Ok(())
}

fn check_file(path: &Path, n_bytes: u64, sha256: &str) -> Result<()> {
    const REMEDY: &str = "copy the file again, or pack it again";
    let name = path.display();
    let mut file = File::open(path).with_context(|| format!("cannot open {name}: {REMEDY}"))?;
    let len = file.metadata().with_context(|| format!("cannot read {name}"))?.len();
    ensure!(len == n_bytes, "{name} has {len} bytes, expected {n_bytes}: {REMEDY}");
    let found = sha256_of(&mut file).with_context(|| format!("cannot read {name}"))?;
    ensure!(
        found.eq_ignore_ascii_case(sha256),
        "{name} has the SHA-256 {found}, expected {sha256}: {REMEDY}"
    );
    Ok(())
}

fn sha256_of(file: &mut File) -> Result<String> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            return Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect());
        }
        hash.update(&buffer[..n]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of `abc`, from FIPS 180-2.
    const SHA256_ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn folder(name: &str, n_bytes: u64, sha256: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let pair = folder.path().join("2b");
        fs::create_dir(&pair).unwrap();
        fs::write(pair.join("text.gguf"), "abc").unwrap();
        fs::write(pair.join("other.json"), "{}").unwrap();
        let file = serde_json::json!({ "name": name, "n_bytes": n_bytes, "sha256": sha256 });
        let manifest = serde_json::json!({ "format": FORMAT, "version": 1, "files": [file] });
        fs::write(pair.join("manifest.json"), manifest.to_string()).unwrap();
        folder
    }

    fn refusal(folder: &Path) -> String {
        check_weights(folder).map_or_else(|error| format!("{error:#}"), |()| String::new())
    }

    #[test]
    fn a_pair_that_is_what_its_manifest_says_is_let_pass() {
        check_weights(folder("text.gguf", 3, SHA256_ABC).path()).unwrap();
    }

    #[test]
    fn a_pair_that_is_not_what_its_manifest_says_is_refused() {
        let wrong_hash = SHA256_ABC.replace("ba78", "ba79");
        let wrong = [
            (folder("text.gguf", 4, SHA256_ABC), "text.gguf has 3 bytes, expected 4"),
            (folder("text.gguf", 3, &wrong_hash), "expected ba79"),
            (folder("mmproj.gguf", 3, SHA256_ABC), "mmproj.gguf: copy the file again"),
            (folder("../text.gguf", 3, SHA256_ABC), "expected one of a file beside the manifest"),
        ];
        for (folder, expected) in wrong {
            let found = refusal(folder.path());
            assert!(found.contains(expected) && found.contains("manifest.json"), "{expected}: {found}");
        }
    }

    #[test]
    fn a_folder_without_a_manifest_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("other.json"), "{\"format\": \"something\"}").unwrap();
        assert!(refusal(folder.path()).contains("has no manifest"));
        let write = |version| {
            let manifest = serde_json::json!({ "format": FORMAT, "version": version, "files": [] });
            fs::write(folder.path().join("manifest.json"), manifest.to_string()).unwrap();
        };
        write(1);
        assert!(refusal(folder.path()).contains("found no files"));
        write(2);
        assert!(refusal(folder.path()).contains("found version 2, expected 1"));
        fs::write(folder.path().join("manifest.json"), "{").unwrap();
        assert!(refusal(folder.path()).contains("is not JSON"));
    }
}
