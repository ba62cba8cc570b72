//! The storage of a sweep: a number for each scalar entry, an arena for the matrices, a mark for
//! what was reached. Kept between sweeps, so that a sweep allocates only while the tape grows.

use crate::error::Error;
use crate::list::{History, Id, Program, Staleness};
use crate::number::Scalar;
use crate::op::{Block, Partial, View, ViewMut};
use std::fmt;

/// Cotangents of a reverse sweep, or tangents of a forward one.
///
/// Between [`begin`](Buffer::begin) and [`finish`](Buffer::finish) it holds no sweep, and neither
/// it does after a sweep that did not come to its end: there is nothing to read then.
#[derive(Clone, Debug)]
pub struct Buffer<T> {
    pub(crate) values: Vec<T>,
    pub(crate) arena: Vec<T>,
    pub(crate) reached: Vec<bool>,
    /// Which elements were reached, of the matrices of which not all were.
    pub(crate) partial: Partial,
    /// Where the matrices lie, for reading; a copy, because the tape may move on.
    blocks: Vec<Block>,
    /// Whether a block of the arena is known to hold zeros, so that it need not be filled again.
    zero: Vec<bool>,
    swept: Swept,
    /// The tape's history when it was swept.
    history: History,
    /// How often its leaves had been set.
    settings: u64,
    /// How many entries it had.
    len: usize,
}

/// What was swept last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Swept {
    /// Nothing, or the sweep failed.
    Nothing,
    /// A plain number, which depends on no entry of any tape.
    Number,
    /// The tape with this number.
    Tape(u64),
}

impl<T> Default for Buffer<T> {
    fn default() -> Self {
        Buffer {
            values: Vec::new(),
            arena: Vec::new(),
            reached: Vec::new(),
            partial: Partial::default(),
            blocks: Vec::new(),
            zero: Vec::new(),
            swept: Swept::Nothing,
            history: History::default(),
            settings: 0,
            len: 0,
        }
    }
}

impl<T: Scalar> Buffer<T> {
    /// Begins a sweep of a tape: the buffer holds none until it is finished.
    pub(crate) fn begin(&mut self, tape: u64, history: &History) {
        let again =
            self.swept == Swept::Tape(tape) && self.history.generation() == history.generation();
        if !again {
            self.zero.clear();
        }
        self.swept = Swept::Nothing;
        self.reached.clear();
        self.partial.clear();
    }

    /// Makes room for every entry of the store: nothing further is reached, and what is not reached
    /// may hold anything.
    pub(crate) fn fit(&mut self, program: &Program<T>) {
        self.values.resize(program.entries.len(), T::zero());
        self.reached.resize(program.entries.len(), false);
        self.arena.resize(program.arena_len(), T::zero());
        self.zero.resize(program.blocks.len(), false);
    }

    /// Holds the derivatives of a plain number, which are all zero.
    pub(crate) fn of_number() -> Self {
        Buffer {
            swept: Swept::Number,
            ..Buffer::default()
        }
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

    /// Adds a number to each element of an entry, unless all of them are 0.
    pub(crate) fn add_each(&mut self, program: &Program<T>, entry: usize, numbers: &[T]) {
        if numbers.iter().all(|number| *number == T::zero()) {
            return;
        }
        let target = match program.layout().block(entry as u32) {
            None => &mut self.values[entry..=entry],
            Some(block) => &mut self.arena[block.range()],
        };
        let keep = std::mem::replace(&mut self.reached[entry], true);
        for (to, &from) in target.iter_mut().zip(numbers) {
            *to = if keep { *to + from } else { from };
        }
    }

    /// Sets the numbers of an entry, whatever they were.
    #[cfg(feature = "map")]
    pub(crate) fn set_each(&mut self, program: &Program<T>, entry: usize, numbers: &[T]) {
        self.reached[entry] = true;
        match program.layout().block(entry as u32) {
            None => self.values[entry] = numbers[0],
            Some(block) => self.arena[block.range()].copy_from_slice(numbers),
        }
    }

    /// Sets one number of an entry, which counts as reached; the others must be set as well.
    #[cfg(feature = "map")]
    pub(crate) fn set_element(
        &mut self,
        program: &Program<T>,
        entry: usize,
        element: usize,
        number: T,
    ) {
        self.reached[entry] = true;
        match program.layout().block(entry as u32) {
            None => self.values[entry] = number,
            Some(block) => self.arena[block.start + element] = number,
        }
    }

    /// The number of an element of an entry that was reached.
    #[cfg(feature = "map")]
    pub(crate) fn element(&self, program: &Program<T>, entry: usize, element: usize) -> T {
        match program.layout().block(entry as u32) {
            None => self.values[entry],
            Some(block) => self.arena[block.start + element],
        }
    }

    /// Writes the numbers of a matrix entry, or of as many scalar entries as there is room for;
    /// zeros where nothing was reached.
    pub(crate) fn copy_each(
        &self,
        program: &Program<T>,
        entry: usize,
        is_matrix: bool,
        into: &mut [T],
    ) {
        if !is_matrix {
            for (to, index) in into.iter_mut().zip(entry..) {
                *to = self.scalar(index as u32);
            }
            return;
        }
        match program.layout().block(entry as u32) {
            Some(block) if self.reached[entry] => {
                into.copy_from_slice(&self.arena[block.range()]);
            }
            _ => into.fill(T::zero()),
        }
    }

    /// Ends a sweep of a tape: what nothing reached is zero, and results can be read by entry.
    pub(crate) fn finish(
        &mut self,
        program: &Program<T>,
        tape: u64,
        history: &History,
        staleness: &Staleness,
    ) {
        self.blocks.clone_from(&program.blocks);
        for (block, zero) in self.blocks.iter().zip(&mut self.zero) {
            let reached = self.reached[block.entry as usize];
            if !reached && !*zero {
                self.arena[block.range()].fill(T::zero());
            }
            *zero = !reached;
        }
        self.history.copy_from(history);
        self.settings = staleness.settings();
        self.len = program.entries.len();
        self.swept = Swept::Tape(tape);
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

    /// A matrix to be written: it counts as reached, in all its elements.
    pub(crate) fn matrix_mut(&mut self, index: u32) -> Option<ViewMut<'_, T>> {
        let at = self
            .blocks
            .binary_search_by_key(&index, |block| block.entry)
            .ok()?;
        let block = self.blocks[at];
        self.reached[index as usize] = true;
        self.zero[at] = false;
        self.partial.complete(index);
        Some(ViewMut::over(&mut self.arena[block.range()], block.shape()))
    }

    /// That an id can be asked for.
    #[inline]
    pub(crate) fn check(&self, id: Id) -> Result<(), Error> {
        match self.swept {
            Swept::Tape(tape) => self.history.check(id, tape, self.len),
            Swept::Number => Ok(()),
            Swept::Nothing => Err(Error::NotSwept),
        }
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

    /// Whether the sweep was of this tape as it is: every entry that was swept is still there, and
    /// no leaf was set since.
    pub(crate) fn is_current(&self, tape: u64, history: &History, staleness: &Staleness) -> bool {
        let cut = history.fewest_since(self.history.generation());
        self.swept == Swept::Tape(tape)
            && cut.is_none_or(|cut| self.len <= cut as usize)
            && self.settings == staleness.settings()
    }

    /// Whether the sweep reached the entry at `index` of its tape.
    pub(crate) fn has_reached(&self, index: usize) -> bool {
        let swept = matches!(self.swept, Swept::Tape(_));
        swept && self.reached.get(index) == Some(&true)
    }

    /// Whether a plain number was swept. Panics if it was neither that nor tape number `tape`.
    #[inline]
    #[track_caller]
    pub(crate) fn is_of_number(&self, tape: u64) -> bool {
        match self.swept {
            Swept::Tape(swept) if swept == tape => false,
            Swept::Number => true,
            Swept::Nothing => panic!("{}", Error::NotSwept),
            Swept::Tape(swept) => {
                panic!("the handle is of tape {tape}, the sweep was of tape {swept}")
            }
        }
    }
}

impl<T> Buffer<T> {
    /// Which tape was swept and how much of it was reached, not the numbers themselves.
    pub(super) fn describe(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Swept::Tape(tape) = self.swept else {
            return f.debug_tuple(name).field(&self.swept).finish();
        };
        let reached = self.reached.iter().filter(|&&reached| reached).count();
        f.debug_struct(name)
            .field("tape", &tape)
            .field("entries", &self.len)
            .field("reached", &reached)
            .finish()
    }
}
