//! A file that is being written: under a temporary name, hashed on the way, renamed when it is complete.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::error::{PackError, Result, file_error};

/// A file that is complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) name: String,
    pub(crate) n_bytes: u64,
    /// 64 lower-case hexadecimal digits.
    pub(crate) sha256: String,
}

/// Counts and hashes what is written.
pub(super) struct Hashing<W> {
    out: W,
    hash: Sha256,
    n_bytes: u64,
}

impl<W: Write> Hashing<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out, hash: Sha256::new(), n_bytes: 0 }
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let n = self.out.write(bytes)?;
        self.hash.update(&bytes[..n]);
        self.n_bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

/// A file under a temporary name. It is removed if it is dropped before it is published.
#[derive(Debug)]
pub(crate) struct PartFile {
    part: PathBuf,
    path: PathBuf,
    written: Written,
    is_published: bool,
}

impl PartFile {
    /// Writes `folder/name.part` by `fill`.
    ///
    /// # Errors
    /// If `fill` or the disk fails; nothing is left then.
    pub(crate) fn write(
        folder: &Path,
        name: &str,
        fill: impl FnOnce(&mut dyn Write) -> Result<()>,
    ) -> Result<Self> {
        let path = folder.join(name);
        let written = Written { name: name.to_owned(), n_bytes: 0, sha256: String::new() };
        let part = folder.join(format!("{name}.part"));
        let mut this = Self { part, path, written, is_published: false };
        match this.fill(fill) {
            Ok(()) => Ok(this),
            Err(error) => Err(PackError::Write { path: this.path.clone(), source: Box::new(error) }),
        }
    }

    fn fill(&mut self, fill: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
        let mut out = Hashing::new(BufWriter::with_capacity(1 << 20, File::create(&self.part)?));
        fill(&mut out)?;
        out.flush()?;
        self.written.n_bytes = out.n_bytes;
        self.written.sha256 = hex::encode(out.hash.finalize());
        Ok(())
    }

    /// Name, length and hash.
    pub(crate) fn written(&self) -> &Written {
        &self.written
    }

    /// Gives the file its final name.
    ///
    /// # Errors
    /// If it cannot be renamed.
    pub(crate) fn publish(mut self) -> Result<Written> {
        fs::rename(&self.part, &self.path).map_err(file_error("give its name to", &self.path))?;
        self.is_published = true;
        Ok(self.written.clone())
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        if !self.is_published {
            // The caller has an error of its own to report, and a leftover part file does no harm.
            let _ = fs::remove_file(&self.part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(name: &str) -> Result<PathBuf> {
        let folder = std::env::temp_dir().join(format!("qvm-part-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    #[test]
    fn a_file_has_its_name_only_when_it_is_published() -> Result<()> {
        let folder = scratch("published")?;
        let part = PartFile::write(&folder, "a.bin", |out| Ok(out.write_all(b"abc")?))?;
        assert!(!folder.join("a.bin").exists() && folder.join("a.bin.part").exists());
        let written = part.publish()?;
        assert!(folder.join("a.bin").exists() && !folder.join("a.bin.part").exists());
        // FIPS 180-2, appendix B.1.
        let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".to_owned();
        assert_eq!(written, Written { name: "a.bin".into(), n_bytes: 3, sha256 });
        Ok(fs::remove_dir_all(&folder)?)
    }

    #[test]
    fn a_file_that_failed_or_is_given_up_leaves_nothing() -> Result<()> {
        let folder = scratch("failed")?;
        let failed = PartFile::write(&folder, "a.bin", |out| {
            out.write_all(b"abc")?;
            Err(PackError::Thread)
        });
        let path = folder.join("a.bin");
        assert!(matches!(failed, Err(PackError::Write { path: at, source })
            if at == path && matches!(*source, PackError::Thread)));
        drop(PartFile::write(&folder, "b.bin", |_| Ok(()))?);
        assert_eq!(fs::read_dir(&folder)?.count(), 0);
        Ok(fs::remove_dir_all(&folder)?)
    }
}
