use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::Path;

use anyhow::Result;

use super::row::{Row, header};

/// A data set in which all images except one are holes.
#[derive(Clone, Copy, Debug)]
pub struct SparseFile<'a> {
    /// Its length.
    pub n_bytes: u64,
    /// Questions in it.
    pub n_rows: u32,
    /// The row, counted from 0, that has an image.
    pub row_with_image: u32,
    /// That image's file.
    pub image: &'a [u8],
}

/// Writes it. The holes read as zeros, which are not base64. A reader that only locates the rows skips them, and one that decodes them
/// reports an error. On a file system with sparse files, only the text takes space.
///
/// # Errors
/// If it cannot be written.
pub fn sparse_tsv(path: &Path, sparse: SparseFile<'_>) -> Result<()> {
    let mut file = File::create(path)?;
    writeln!(file, "{}", header())?;
    let n_hole = sparse.n_bytes / u64::from(sparse.n_rows);
    for index in 0..sparse.n_rows {
        // Every row has its own label cell.
        let row = Row::new(index, &[], "A").with("category", format!("organ {index}"));
        if index == sparse.row_with_image {
            let line = Row::new(index, sparse.image, "A").with("category", format!("organ {index}")).line();
            writeln!(file, "{line}")?;
            continue;
        }
        let line = row.line();
        let (before, after) = line.split_once("\t\t").unwrap_or((&line, ""));
        write!(file, "{before}\t")?;
        file.seek(SeekFrom::Current(n_hole.try_into()?))?;
        writeln!(file, "\t{after}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_between_holes() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("sparse.tsv");
        sparse_tsv(&path, SparseFile { n_bytes: 30_000, n_rows: 3, row_with_image: 1, image: b"an image" })?;
        let text = std::fs::read_to_string(&path)?;
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 4);
        assert!(lines[1].starts_with("0\t\0\0") && lines[1].contains("\0\tWhich organ is shown?\tliver\t"));
        assert!(lines[2].starts_with("1\tYW4gaW1hZ2U=\tWhich"), "{}", lines[2]);
        assert!(text.len() > 20_000 && lines[3].len() > 10_000);
        Ok(())
    }
}
