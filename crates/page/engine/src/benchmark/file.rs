//! A data set of any length in a file: an index of it is in memory, each image is read when it is asked for.

use bench::data::{INDEX_FORMAT, ImageError, Index, Scanner, plan};
use bench::{DataSet, Question, Selection, is_val};
use imaging::RgbImage;
use protocol::{Event, JobId};

use super::OpenedDataSet;
use crate::{ByteSource, EngineError, Host, ModelFiles, SourceError};

/// Bytes that are read at once while a file is indexed. Between two such reads a stop gets through.
const STEP_BYTES: u64 = 4 << 20;
/// Seconds between two reports of progress.
const TELLING_SECS: f64 = 0.25;
/// An image's text may be this long. A browser has to hold it twice, and its pixels.
const MAX_IMAGE_BYTES: u64 = 64 << 20;

/// A file that is open, and which of its questions are asked.
#[derive(Debug)]
pub(super) struct FileSet<S> {
    source: S,
    index: Index,
    /// Places in the index, in the order in which they are asked.
    plan: Vec<u32>,
}

impl<S: ByteSource> FileSet<S> {
    /// Opens a file. Its index is taken from the host's store if it is there, else made by reading all of the file.
    pub(super) async fn open<H: Host, F: ModelFiles<Source = S>>(
        host: &H,
        job: JobId,
        selection: Selection,
        files: F,
    ) -> Result<(Self, OpenedDataSet), EngineError> {
        let sources = files.open().await.map_err(EngineError::DataSource)?;
        let [mut source] = <[S; 1]>::try_from(sources)
            .map_err(|sources| EngineError::DataFiles { n_files: sources.len() })?;
        let index = indexed(host, job, &mut source).await?;
        let plan = plan(&index.questions, selection);
        let set = Self { source, index, plan };
        let questions: Vec<_> = set.questions().cloned().collect();
        let data = DataSet::File {
            name: set.source.name().to_owned(),
            n_questions: set.index.questions.len() as u32,
            n_val: questions.iter().filter(|question| is_val(question)).count() as u32,
        };
        let opened = OpenedDataSet::new(data, questions, set.index.problems.clone(), set.index.n_problems);
        Ok((set, opened))
    }

    pub(super) fn n_questions(&self) -> usize {
        self.plan.len()
    }

    /// The question that is asked at this place.
    pub(super) fn question(&self, number: usize) -> Option<&Question> {
        self.index.questions.get(*self.plan.get(number)? as usize)
    }

    fn questions(&self) -> impl Iterator<Item = &Question> {
        self.plan.iter().filter_map(|place| self.index.questions.get(*place as usize))
    }

    /// Reads its image.
    ///
    /// # Errors
    /// [`EngineError::QuestionImage`] where this image is at fault, [`EngineError::DataSource`] where the file is.
    pub(super) async fn image(&mut self, number: usize) -> Result<RgbImage, EngineError> {
        let at = self.plan.get(number).map_or(usize::MAX, |place| *place as usize);
        let index = &self.index;
        let (Some(question), Some(place), Some(&row)) =
            (index.questions.get(at), index.images.get(at), index.rows.get(at))
        else {
            return Err(EngineError::NoBenchmarkQuestion {
                number: number as u32,
                n_questions: self.plan.len(),
            });
        };
        let trouble =
            |message: String| EngineError::QuestionImage { row, index: question.index.clone(), message };
        let range = place.range.clone();
        let n_bytes = range.end.saturating_sub(range.start);
        if n_bytes > MAX_IMAGE_BYTES {
            let (found, most) = (n_bytes >> 20, MAX_IMAGE_BYTES >> 20);
            return Err(trouble(format!(
                "the image takes {found} MiB of the file; at most {most} MiB are read"
            )));
        }
        let bytes = self.source.read(range).await.map_err(EngineError::DataSource)?;
        let file = place.decode(&bytes).map_err(|error| match error {
            ImageError::Changed(_) => {
                let name = self.source.name().to_owned();
                EngineError::DataSource(SourceError { name, message: error.to_string() })
            }
            error => trouble(error.to_string()),
        })?;
        drop(bytes);
        let decoded = imaging::decode(&file).map_err(|error| trouble(error.to_string()))?;
        Ok(decoded.pixels)
    }
}

async fn indexed<H: Host, S: ByteSource>(host: &H, job: JobId, source: &mut S) -> Result<Index, EngineError> {
    let kept_as = source.version().map(|version| kept_name(source.name(), source.n_bytes(), &version));
    if let Some(name) = &kept_as
        && let Some(bytes) = host.stored(name).await
        // What another version of this program wrote, or was torn, is made again.
        && let Ok(index) = Index::from_bytes(&bytes)
    {
        return Ok(index);
    }
    let index = scanned(host, job, source).await?;
    if let Some(name) = kept_as {
        host.store(&name, index.to_bytes()).await;
    }
    Ok(index)
}

/// Names an index by what tells its file from others.
fn kept_name(name: &str, n_bytes: u64, version: &str) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in [&INDEX_FORMAT.to_string(), name, &n_bytes.to_string(), version] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    format!("index-{}", hasher.finalize().to_hex())
}

async fn scanned<H: Host, S: ByteSource>(host: &H, job: JobId, source: &mut S) -> Result<Index, EngineError> {
    let bytes_total = source.n_bytes();
    let mut scanner = Scanner::new(source.name());
    let (mut bytes_done, mut told_secs) = (0, f64::NEG_INFINITY);
    loop {
        let now_secs = host.now_secs();
        if now_secs - told_secs >= TELLING_SECS || bytes_done == bytes_total {
            told_secs = now_secs;
            let n_rows = scanner.n_rows();
            host.emit(Event::BenchmarkIndexing { job, bytes_done, bytes_total, n_rows });
        }
        host.breathe().await;
        if host.is_stopped(job) {
            return Err(EngineError::Stopped);
        }
        if bytes_done == bytes_total {
            break;
        }
        let end = bytes_total.min(bytes_done + STEP_BYTES);
        let bytes = source.read(bytes_done..end).await.map_err(EngineError::DataSource)?;
        scanner.push(&bytes).map_err(|error| data_error(source, error))?;
        bytes_done = end;
    }
    scanner.finish().map_err(|error| data_error(source, error))
}

fn data_error<S: ByteSource>(source: &S, error: bench::data::DataError) -> EngineError {
    EngineError::Data { name: source.name().to_owned(), error }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_file_has_another_name_and_each_is_letters_digits_and_dashes() {
        let name = kept_name("VAL.tsv", 12, "3");
        for other in [("VAL.tsv1", 2, "3"), ("VAL.tsv", 13, "3"), ("VAL.tsv", 12, "4"), ("VAL.tsv", 1, "23")]
        {
            assert_ne!(kept_name(other.0, other.1, other.2), name, "{other:?}");
        }
        assert_eq!(kept_name("VAL.tsv", 12, "3"), name);
        assert!(name.len() <= 80 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'), "{name}");
    }
}
