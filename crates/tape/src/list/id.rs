//! Ids: names of entries that outlive handles, as plain data.
//!
//! A handle borrows its tape, so it cannot be kept across a rewind or a replay. An id can. It
//! carries the number of its tape and the tape's generation (how often it had been rewound), so
//! that an id of another tape, or of an entry that a rewind has removed since, is refused and never
//! read as some other entry.

use std::sync::atomic::{AtomicU64, Ordering};

/// The id of a scalar entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VarId(pub(crate) Id);

/// The id of a matrix entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MatrixId(pub(crate) Id);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Id {
    pub(crate) tape: u64,
    pub(crate) generation: u64,
    pub(crate) index: u32,
}

impl Id {
    /// Of a plain number, which is on no tape: no tape has the number 0.
    pub(crate) const NOWHERE: Id = Id {
        tape: 0,
        generation: 0,
        index: 0,
    };
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

/// The id of an entry, scalar or matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EntryId {
    /// A scalar entry.
    Scalar(VarId),
    /// A matrix entry.
    Matrix(MatrixId),
}

/// A number no other tape of this process has; 0 is never given.
pub(crate) fn next_tape_number() -> u64 {
    static TAPES: AtomicU64 = AtomicU64::new(1);
    TAPES.fetch_add(1, Ordering::Relaxed)
}
