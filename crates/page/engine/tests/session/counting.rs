//! Files that keep account of what was read of them.

use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

use engine::{ByteSource, MemorySource, SourceError};

/// A file whose reads are noted; one that is broken is read no further than its first bytes.
#[derive(Clone)]
pub(crate) struct Counting {
    pub(crate) file: MemorySource,
    /// In order, of all clones together.
    pub(crate) reads: Rc<RefCell<Vec<Range<u64>>>>,
    /// Where reading fails, while it does.
    pub(crate) breaks_at: Rc<RefCell<Option<u64>>>,
    pub(crate) version: Option<&'static str>,
}

impl Counting {
    pub(crate) fn new(file: MemorySource) -> Self {
        Self { file, reads: Rc::default(), breaks_at: Rc::default(), version: None }
    }

    /// Bytes that came, as often as they came.
    pub(crate) fn n_read(&self) -> u64 {
        self.reads.borrow().iter().map(|range| range.end - range.start).sum()
    }

    /// Whether a byte behind the first `n_bytes` was asked for.
    pub(crate) fn is_read_beyond(&self, n_bytes: u64) -> bool {
        self.reads.borrow().iter().any(|range| range.end > n_bytes)
    }
}

impl ByteSource for Counting {
    fn name(&self) -> &str {
        self.file.name()
    }

    fn n_bytes(&self) -> u64 {
        self.file.n_bytes()
    }

    fn version(&self) -> Option<String> {
        self.version.map(str::to_owned)
    }

    async fn read(&mut self, range: Range<u64>) -> Result<Vec<u8>, SourceError> {
        if self.breaks_at.borrow().is_some_and(|at| range.end > at) {
            return Err(SourceError { name: self.name().into(), message: "the connection was lost".into() });
        }
        self.reads.borrow_mut().push(range.clone());
        self.file.read(range).await
    }
}
