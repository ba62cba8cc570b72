//! Ids: names of entries that outlive handles, as plain data.
//!
//! A handle borrows its tape, so it cannot be kept across a rewind or a replay. An id can. It carries the
//! number of its tape and the tape's epoch (how often it had been rewound), so that an id of another tape, or of an
//! entry that a rewind has removed since, is refused and never read as some other entry.

use crate::error::Error;
use std::sync::atomic::{AtomicU64, Ordering};

/// The id of a scalar entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VarId(pub(crate) Id);

/// The id of a matrix entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MatrixId(pub(crate) Id);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Id {
    pub tape: u64,
    pub epoch: u32,
    pub index: u32,
}

impl VarId {
    /// The index of the entry on its tape.
    pub fn entry(self) -> usize {
        self.0.index as usize
    }
}

impl MatrixId {
    /// The index of the entry on its tape.
    pub fn entry(self) -> usize {
        self.0.index as usize
    }
}

/// A number no other tape of this process has; 0 is never given.
pub(crate) fn next_tape_number() -> u64 {
    static TAPES: AtomicU64 = AtomicU64::new(1);
    TAPES.fetch_add(1, Ordering::Relaxed)
}

/// Which entries rewinds have removed since a given epoch.
///
/// For each epoch that still matters, the length the list was cut to. A cut removes every earlier, less deep
/// cut: those say nothing more. So the lengths rise from bottom to top, and a loop that rewinds to the
/// same mark a million times keeps one element.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    epoch: u32,
    cuts: Vec<(u32, u32)>,
}

impl History {
    /// Becomes equal to `other` in the memory it has; the derived `clone_from` would take other memory.
    pub fn copy_from(&mut self, other: &History) {
        self.epoch = other.epoch;
        self.cuts.clone_from(&other.cuts);
    }

    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Notes that the list was cut to `length` entries.
    pub fn cut(&mut self, length: u32) {
        self.epoch = self
            .epoch
            .checked_add(1)
            .expect("a tape is rewound fewer than 2³² times");
        while self.cuts.last().is_some_and(|&(_, cut)| cut >= length) {
            self.cuts.pop();
        }
        self.cuts.push((self.epoch, length));
    }

    /// The shortest the list has been since `epoch`, if it was cut at all.
    pub fn shortest_since(&self, epoch: u32) -> Option<u32> {
        let first = self.cuts.partition_point(|&(at, _)| at <= epoch);
        self.cuts.get(first).map(|&(_, length)| length)
    }

    /// Whether an entry recorded at `epoch` is still there, on a list of `length` entries.
    #[inline]
    pub fn check(&self, id: Id, tape: u64, length: usize) -> Result<(), Error> {
        // Of this epoch, nothing was removed: the usual case, without a search.
        if id.tape == tape && id.epoch == self.epoch && (id.index as usize) < length {
            return Ok(());
        }
        self.search(id, tape, length)
    }

    #[cold]
    #[inline(never)]
    fn search(&self, id: Id, tape: u64, length: usize) -> Result<(), Error> {
        if id.tape != tape {
            return Err(Error::Foreign {
                found: id.tape,
                expected: tape,
            });
        }
        let index = id.index as usize;
        if id.epoch > self.epoch {
            return Err(Error::Later { entry: index });
        }
        let cut = self.shortest_since(id.epoch);
        if cut.is_some_and(|cut| id.index >= cut) || index >= length {
            return Err(Error::Outdated { entry: index });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_history_of_a_loop_stays_short_and_exact() {
        let mut history = History::default();
        for _ in 0..1000 {
            history.cut(10);
        }
        assert_eq!(history.cuts.len(), 1);
        let epoch = history.epoch();
        history.cut(20);
        assert_eq!(history.shortest_since(0), Some(10));
        assert_eq!(history.shortest_since(epoch), Some(20));
        history.cut(5);
        assert_eq!(history.shortest_since(epoch), Some(5));
        assert_eq!(history.shortest_since(history.epoch()), None);
    }
}
