//! The browser's plumbing, once: private files, locks, ranges, yielding.
