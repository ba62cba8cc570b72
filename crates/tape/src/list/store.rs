//! The list itself: entries, primals and what they point at, in parallel arrays.
//!
//! ```text
//! entries   code, a, b           9 bytes for every entry
//! values    primal               8 bytes (f64) for every entry; unused for a matrix entry
//! numbers   the plain numbers that scalar entries have as an operand
//! operands  entry indices       a run for each application of an op
//! blocks    start, rows, cols   where a matrix lies in the arena
//! arena     the matrices' primals, column-major, one after the other
//! residuals what ops keep between the forward run and the sweep
//! ```
//!
//! Guards, scopes and names are kept beside them, each with the entry it belongs to.

use super::primals::Primals;
use super::program::Program;
use crate::error::Place;
use crate::number::Scalar;
use crate::op::{Block, Entry};
use crate::rules::Code;
use crate::shape::Shape;
use std::iter::repeat_n;

/// All arrays of a tape.
pub(crate) struct Store<T> {
    pub program: Program<T>,
    pub primals: Primals<T>,
    /// The shapes of the operands that are being recorded; kept for its memory.
    pub shapes: Vec<Shape>,
}

impl<T> Store<T> {
    pub fn new() -> Self {
        Store {
            program: Program::new(),
            primals: Primals::new(),
            shapes: Vec::new(),
        }
    }
}

impl<T: Scalar> Store<T> {
    /// Appends an entry, with its value if its result is a scalar. Returns its index.
    ///
    /// # Panics
    /// If there are as many entries as an index can tell apart.
    #[inline]
    pub fn push(&mut self, code: Code, a: u32, b: u32, value: T, place: Place) -> u32 {
        self.program.assert_room(1);
        let index = self.program.entries.len() as u32;
        self.program.entries.push(Entry { code, a, b });
        self.primals.values.push(value);
        if let Some(places) = &mut self.program.places {
            places.push(place);
        }
        index
    }

    /// Appends an entry that is set, a leaf or a constant, for each number. Returns the index of
    /// the first.
    ///
    /// # Panics
    /// If there would be more entries than an index can tell apart.
    pub fn push_each(&mut self, code: Code, values: &[T], place: Place) -> u32 {
        let (first, count) = (self.program.entries.len() as u32, values.len());
        self.program.assert_room(count);
        self.program
            .entries
            .extend(repeat_n(code, count), repeat_n([0; 2], count));
        self.primals.values.extend_from_slice(values);
        if let Some(places) = &mut self.program.places {
            places.extend(repeat_n(place, count));
        }
        first
    }

    /// Appends a block of the arena for the entry that comes next; its elements are zero. Returns
    /// its index, and the block.
    #[inline]
    pub fn push_block(&mut self, shape: Shape, active: bool) -> (u32, Block) {
        let dimension =
            |n: usize| u32::try_from(n).expect("a matrix has fewer than 2³² rows and columns");
        let block = Block {
            start: self.primals.arena.len(),
            rows: dimension(shape.rows),
            cols: dimension(shape.cols),
            entry: self.program.entries.len() as u32,
            active,
        };
        self.primals.arena.extend(repeat_n(T::zero(), shape.len()));
        self.program.blocks.push(block);
        (self.program.blocks.len() as u32 - 1, block)
    }
}
