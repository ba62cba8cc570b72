//! The storage of a sweep: a number for each scalar entry, an arena for the matrices, a mark for
//! what was reached. Kept between sweeps, so that a sweep allocates only while the tape grows.

use crate::error::Error;
use crate::list::{History, Id, Store};
use crate::number::Scalar;
use crate::op::{Block, View};
use std::fmt;

/// Cotangents of a reverse sweep, or tangents of a forward one.
#[derive(Clone, Debug)]
pub struct Buffer<T> {
    pub(crate) values: Vec<T>,
    pub(crate) arena: Vec<T>,
    pub(crate) reached: Vec<bool>,
    /// Where the matrices lie, for reading; a copy, because the tape may move on.
    blocks: Vec<Block>,
    /// Whether a block of the arena is known to hold zeros, so that it need not be filled again.
    zero: Vec<bool>,
    tape: u64,
    history: History,
    len: usize,
}

impl<T> Default for Buffer<T> {
    fn default() -> Self {
        Buffer {
            values: Vec::new(),
            arena: Vec::new(),
            reached: Vec::new(),
            blocks: Vec::new(),
            zero: Vec::new(),
            tape: 0,
            history: History::default(),
            len: 0,
        }
    }
}

impl<T: Scalar> Buffer<T> {
    /// Makes room for a sweep of tape number `tape`: nothing is reached, and what is not reached
    /// may hold anything.
    pub(crate) fn prepare(&mut self, tape: u64, history: &History, store: &Store<T>) {
        self.len = store.entries.len();
        self.values.resize(self.len, T::zero());
        self.reached.clear();
        self.reached.resize(self.len, false);
        self.arena.resize(store.arena.len(), T::zero());
        if self.tape != tape || self.history.generation() != history.generation() {
            self.zero.clear();
            self.tape = tape;
            self.history.copy_from(history);
        }
        self.zero.resize(store.blocks.len(), false);
    }

    /// Adds to the number of a scalar entry; the first contribution overwrites what was there.
    pub(crate) fn add(&mut self, index: usize, contribution: T) {
        let value = &mut self.values[index];
        *value = if std::mem::replace(&mut self.reached[index], true) {
            *value + contribution
        } else {
            contribution
        };
    }

    /// Ends a sweep: what nothing reached is zero, and matrices can be read by entry.
    pub(crate) fn finish(&mut self, store: &Store<T>) {
        self.blocks.clone_from(&store.blocks);
        for (block, zero) in self.blocks.iter().zip(&mut self.zero) {
            let reached = self.reached[block.entry as usize];
            if !reached && !*zero {
                self.arena[block.range()].fill(T::zero());
            }
            *zero = !reached;
        }
    }

    /// The number of a scalar entry; zero where nothing reached it or the sweep did not see it.
    #[inline]
    pub(crate) fn scalar(&self, index: u32) -> T {
        match self.reached.get(index as usize) {
            Some(true) => self.values[index as usize],
            _ => T::zero(),
        }
    }

    pub(crate) fn matrix(&self, index: u32) -> Option<View<'_, T>> {
        let at = self
            .blocks
            .binary_search_by_key(&index, |block| block.entry)
            .ok()?;
        let block = self.blocks[at];
        Some(View::over(&self.arena[block.range()], block.shape()))
    }

    /// The number of the tape that was swept; 0 before the first sweep.
    pub(super) fn tape_number(&self) -> u64 {
        self.tape
    }

    #[inline]
    pub(crate) fn check(&self, id: Id) -> Result<(), Error> {
        self.history.check(id, self.tape, self.len)
    }

    /// Whether the entry at `index` of the tape was there when it was swept: not recorded since,
    /// and not in the place of one that a rewind has removed since.
    #[inline]
    pub(crate) fn saw(&self, history: &History, index: u32) -> bool {
        let since = self.history.generation();
        let is_same = || {
            let cut = history.fewest_since(since);
            cut.is_none_or(|cut| index < cut)
        };
        (index as usize) < self.len && (since == history.generation() || is_same())
    }

    /// Whether every entry that was swept is still on the tape.
    pub(crate) fn is_current(&self, history: &History) -> bool {
        let cut = history.fewest_since(self.history.generation());
        cut.is_none_or(|cut| self.len <= cut as usize)
    }

    #[inline]
    #[track_caller]
    pub(crate) fn assert_tape(&self, tape: u64) {
        assert!(
            self.tape == tape,
            "the handle is of tape {tape}, the sweep was of tape {}",
            self.tape
        );
    }
}

impl<T> Buffer<T> {
    /// Which tape was swept and how much of it was reached, not the numbers themselves.
    pub(super) fn describe(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reached = self.reached.iter().filter(|&&reached| reached).count();
        f.debug_struct(name)
            .field("tape", &self.tape)
            .field("entries", &self.reached.len())
            .field("reached", &reached)
            .finish()
    }
}
