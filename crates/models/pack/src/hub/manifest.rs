//! The manifest beside the files of a pair, for those who download them, and checksums for `sha256sum -c`.

use std::fs;
use std::path::Path;

use download::{MANIFEST_NAME, PairFile, PairManifest};

use crate::error::{Result, file_error};
use crate::pair::{PartFile, Written};

/// Checksums in the form of coreutils.
pub(super) const SUMS_NAME: &str = "SHA256SUMS";

/// Removes what an earlier run wrote about files that are about to be replaced.
pub(super) fn remove(folder: &Path) -> Result<()> {
    for name in [MANIFEST_NAME, SUMS_NAME] {
        let path = folder.join(name);
        if path.exists() {
            fs::remove_file(&path).map_err(file_error("remove the old", &path))?;
        }
    }
    Ok(())
}

/// Writes both.
pub(super) fn write(
    folder: &Path,
    title: &str,
    quantisation: &str,
    licence: Option<String>,
    files: &[Written],
) -> Result<()> {
    let sums: String = files.iter().map(|file| format!("{}  {}\n", file.sha256, file.name)).collect();
    let listed = files.iter().map(|file| PairFile {
        name: file.name.clone(),
        n_bytes: file.n_bytes,
        sha256: file.sha256.clone(),
    });
    let manifest = PairManifest::new(title.to_owned(), quantisation.to_owned(), licence, listed.collect());
    for (name, text) in [(SUMS_NAME, sums), (MANIFEST_NAME, manifest.to_json())] {
        PartFile::write(folder, name, |out| Ok(out.write_all(text.as_bytes())?))?.publish()?;
    }
    Ok(())
}

/// The licence that the folder's model card names, if it names one.
pub(super) fn licence(folder: &Path) -> Result<Option<String>> {
    let path = folder.join("README.md");
    if !path.is_file() {
        return Ok(None);
    }
    let bytes = fs::read(&path).map_err(file_error("read", &path))?;
    Ok(licence_in(&String::from_utf8_lossy(&bytes)))
}

/// From the front matter: `license`, or `license_name` if that says `other`.
fn licence_in(card: &str) -> Option<String> {
    let (front, _) = card.strip_prefix("---")?.split_once("\n---")?;
    let value = |key: &str| {
        let mut lines = front.lines().filter_map(|line| line.split_once(':'));
        let found = lines.find(|(name, _)| name.trim_end() == key).map(|(_, value)| value.trim());
        found.map(|text| text.trim_matches(['"', '\''])).filter(|text| !text.is_empty())
    };
    match value("license") {
        Some("other") => value("license_name"),
        named => named,
    }
    .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::licence_in;

    #[test]
    fn the_licence_is_the_model_cards() {
        for (card, expected) in [
            ("---\nlicense: apache-2.0\nlanguage:\n- en\n---\n# Model\n", Some("apache-2.0")),
            ("---\r\nlicense: \"mit\"\r\n---\r\n", Some("mit")),
            ("---\nlicense: other\nlicense_name: tongyi-qianwen\n---\n", Some("tongyi-qianwen")),
            ("---\nlanguage: en\n---\nlicense: mit\n", None),
            ("# license: mit\n", None),
        ] {
            assert_eq!(licence_in(card).as_deref(), expected, "{card}");
        }
    }
}
