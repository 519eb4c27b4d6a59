//! Keeps account of buffers and reuses free ones: a forward pass makes hundreds of activations, and a browser is slow to
//! create a buffer.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::recording::{Bound, BufferId};

/// A buffer in use. When the lease is dropped, its contents may be overwritten.
#[derive(Debug)]
pub(crate) struct Lease {
    pub(crate) id: BufferId,
    n_bytes: u64,
    kind: Kind,
    freed: Rc<RefCell<Vec<Freed>>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Reused for something of about its size.
    Pooled,
    /// Destroyed when free: weights and caches are large, and nothing of the same size may be needed again.
    Single,
}

type Freed = (BufferId, u64, Kind);

impl Lease {
    /// Its first `n_bytes`.
    pub(crate) fn bound(&self, n_bytes: u64) -> Bound {
        Bound { buffer: self.id, n_bytes: n_bytes.next_multiple_of(BINDING_ALIGNMENT).min(self.n_bytes) }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.freed.borrow_mut().push((self.id, self.n_bytes, self.kind));
    }
}

/// Kernels read quads.
const BINDING_ALIGNMENT: u64 = 16;

/// The most bytes of free buffers that are kept.
const MAX_FREE_BYTES: u64 = 256 << 20;

/// The buffers that exist, by number; the device has the real ones.
#[derive(Debug, Default)]
pub(crate) struct Heap {
    n_ids: u32,
    freed: Rc<RefCell<Vec<Freed>>>,
    /// Free buffers by size, each with the number of the submission that used it last.
    free: BTreeMap<u64, BTreeMap<BufferId, u64>>,
    n_free_bytes: u64,
    n_held_bytes: u64,
    /// To be destroyed after the next submission.
    doomed: Vec<BufferId>,
    /// The number of submissions so far.
    now: u64,
}

/// Who writes a new buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writer {
    /// A dispatch of the recording.
    Device,
    /// The host, before the whole recording runs.
    Host,
}

/// A buffer, and its size if the device must create it.
pub(crate) struct Allocated {
    pub(crate) lease: Lease,
    pub(crate) to_create_bytes: Option<u64>,
}

impl Heap {
    /// A buffer for something short-lived.
    pub(crate) fn pooled(&mut self, n_bytes: u64, writer: Writer) -> Allocated {
        self.collect();
        let n_bytes = size_class(n_bytes);
        let now = self.now;
        let usable = |used: u64| writer == Writer::Device || used < now;
        // The one that was made first: then steps that do the same use the same buffers, and need no new bind groups.
        let first = |of_size: &BTreeMap<BufferId, u64>| {
            of_size.iter().find(|(_, used)| usable(**used)).map(|(id, _)| *id)
        };
        if let Some(of_size) = self.free.get_mut(&n_bytes)
            && let Some(id) = first(of_size)
        {
            of_size.remove(&id);
            self.n_free_bytes -= n_bytes;
            self.n_held_bytes += n_bytes;
            return Allocated { lease: self.lease(id, n_bytes, Kind::Pooled), to_create_bytes: None };
        }
        self.made(n_bytes, Kind::Pooled)
    }

    /// A buffer for something long-lived.
    pub(crate) fn single(&mut self, n_bytes: u64) -> Allocated {
        self.collect();
        self.made(n_bytes.next_multiple_of(256), Kind::Single)
    }

    /// An empty heap that does not reuse the buffer numbers of `lost`.
    pub(crate) fn after(lost: &Self) -> Self {
        Self { n_ids: lost.n_ids, ..Self::default() }
    }

    /// Bytes of all buffers that exist.
    pub(crate) fn n_bytes(&self) -> u64 {
        self.n_held_bytes + self.n_free_bytes
    }

    /// Called after a submission. The buffers that may be destroyed now.
    pub(crate) fn submitted(&mut self) -> Vec<BufferId> {
        self.collect();
        self.now += 1;
        let mut doomed = std::mem::take(&mut self.doomed);
        while self.n_free_bytes > MAX_FREE_BYTES {
            // The largest first: they were made for an image or a prompt of a size that may not come again.
            let Some(mut largest) = self.free.last_entry() else { break };
            let n_bytes = *largest.key();
            if let Some((id, _)) = largest.get_mut().pop_last() {
                doomed.push(id);
                self.n_free_bytes -= n_bytes;
            }
            if largest.get().is_empty() {
                largest.remove();
            }
        }
        doomed
    }

    fn collect(&mut self) {
        for (id, n_bytes, kind) in self.freed.borrow_mut().drain(..) {
            self.n_held_bytes -= n_bytes;
            match kind {
                Kind::Pooled => {
                    self.free.entry(n_bytes).or_default().insert(id, self.now);
                    self.n_free_bytes += n_bytes;
                }
                Kind::Single => self.doomed.push(id),
            }
        }
    }

    fn made(&mut self, n_bytes: u64, kind: Kind) -> Allocated {
        let id = BufferId::new(self.n_ids);
        self.n_ids += 1;
        self.n_held_bytes += n_bytes;
        Allocated { lease: self.lease(id, n_bytes, kind), to_create_bytes: Some(n_bytes) }
    }

    fn lease(&self, id: BufferId, n_bytes: u64, kind: Kind) -> Lease {
        Lease { id, n_bytes, kind, freed: Rc::clone(&self.freed) }
    }
}

/// Rounds up to an eighth of a power of two, so that buffers of nearly the same size can replace each other.
fn size_class(n_bytes: u64) -> u64 {
    let step = (n_bytes.max(1).next_power_of_two() / 16).max(256);
    n_bytes.max(1).next_multiple_of(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_freed_buffer_is_reused() {
        let mut heap = Heap::default();
        let first = heap.pooled(1000, Writer::Device);
        assert_eq!(first.to_create_bytes, Some(1024));
        let id = first.lease.id;
        drop(first);
        let second = heap.pooled(1020, Writer::Device);
        assert_eq!((second.lease.id, second.to_create_bytes), (id, None));
        assert_ne!(heap.pooled(1020, Writer::Device).lease.id, id, "still in use");
    }

    #[test]
    fn the_host_does_not_write_into_what_the_recording_still_reads() {
        let mut heap = Heap::default();
        let read = heap.pooled(1000, Writer::Device);
        let id = read.lease.id;
        drop(read);
        // A write of the host happens before the whole recording, also before the dispatch that reads the old contents.
        assert_ne!(heap.pooled(1000, Writer::Host).lease.id, id);
        heap.submitted();
        let used: Vec<_> = (0..2).map(|_| heap.pooled(1000, Writer::Host)).collect();
        assert!(used.iter().any(|a| a.lease.id == id), "after the submission it may");
    }

    #[test]
    fn a_weight_is_destroyed_only_after_the_submission_that_read_it() {
        let mut heap = Heap::default();
        let weight = heap.single(5000);
        let id = weight.lease.id;
        assert!(heap.submitted().is_empty());
        assert_eq!(heap.n_bytes(), 5120);
        drop(weight);
        assert_eq!(heap.submitted(), [id]);
        assert_eq!(heap.n_bytes(), 0);
    }

    #[test]
    fn free_memory_is_bounded() {
        let mut heap = Heap::default();
        let large: Vec<_> = (0..5).map(|_| heap.pooled(100 << 20, Writer::Device)).collect();
        let small = heap.pooled(100, Writer::Device);
        drop((large, small));
        assert_eq!(heap.submitted().len(), 3, "the large ones beyond what is kept");
        assert!(heap.n_bytes() <= MAX_FREE_BYTES);
    }

    #[test]
    fn sizes_waste_an_eighth_at_most() {
        for n in [1, 255, 256, 4097, 1_000_000, 123_456_789] {
            let class = size_class(n);
            assert!(class >= n && (class <= n + n / 8 || class - n < 256), "{n} -> {class}");
        }
    }
}
