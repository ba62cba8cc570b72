//! The storage of a sweep: a number for each scalar entry, an arena for the matrices, a mark for what was
//! reached. Kept between sweeps, so that a sweep allocates only while the tape grows.

use crate::error::Error;
use crate::id::{History, Id, MatrixId, VarId};
use crate::matrix_var::MatrixVar;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::store::{Block, Store};
use crate::tape::Tape;
use crate::var::Var;
use crate::view::View;

/// Cotangents of a reverse sweep, or tangents of a forward one.
#[derive(Clone, Debug)]
pub(crate) struct Buffer<T> {
    pub values: Vec<T>,
    pub arena: Vec<T>,
    pub reached: Vec<bool>,
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
    /// Makes room for a sweep of `tape`: nothing is reached, and what is not reached may hold anything.
    pub fn prepare(&mut self, tape: &Tape<T>, store: &Store<T>) {
        self.len = store.entries.len();
        self.values.resize(self.len, T::zero());
        self.reached.clear();
        self.reached.resize(self.len, false);
        self.arena.resize(store.arena.len(), T::zero());
        if self.tape != tape.number || self.history.epoch() != tape.history.epoch() {
            self.zero.clear();
            self.tape = tape.number;
            self.history.copy_from(&tape.history);
        }
        self.zero.resize(store.blocks.len(), false);
    }

    /// Ends a sweep: what nothing reached is zero, and matrices can be read by entry.
    pub fn finish(&mut self, store: &Store<T>) {
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
    fn scalar(&self, index: u32) -> T {
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
    pub fn tape_number(&self) -> u64 {
        self.tape
    }

    #[inline]
    fn check(&self, id: Id) -> Result<(), Error> {
        self.history.check(id, self.tape, self.len)
    }

    /// Whether the entry at `index` of the tape was there when it was swept: not recorded since, and not in the place of
    /// one that a rewind has removed since.
    #[inline]
    fn saw(&self, tape: &Tape<T>, index: u32) -> bool {
        let since = self.history.epoch();
        let is_same = || {
            let cut = tape.history.shortest_since(since);
            cut.is_none_or(|cut| index < cut)
        };
        (index as usize) < self.len && (since == tape.history.epoch() || is_same())
    }

    /// Whether every entry that was swept is still on the tape.
    pub fn is_current(&self, tape: &Tape<T>) -> bool {
        let cut = tape.history.shortest_since(self.history.epoch());
        cut.is_none_or(|cut| self.len <= cut as usize)
    }

    #[inline]
    #[track_caller]
    fn assert_tape(&self, tape: &Tape<T>) {
        assert!(
            self.tape == tape.number,
            "the handle is of tape {}, the sweep was of tape {}",
            tape.number,
            self.tape
        );
    }
}

/// What a sweep's result can be asked for: a handle or an id of a scalar or a matrix.
pub trait Target<T: Scalar>: Copy + private::Sealed {
    /// A number for a scalar handle, a view for a matrix handle, the `Result` of either for an id.
    type Found<'b>;
    #[doc(hidden)]
    #[track_caller]
    fn find(self, buffer: &private::Sealing<T>) -> Self::Found<'_>;
}

pub(crate) mod private {
    pub trait Sealed {}
    impl<T> Sealed for super::Var<'_, T> {}
    impl<T> Sealed for super::MatrixVar<'_, T> {}
    impl Sealed for super::VarId {}
    impl Sealed for super::MatrixId {}
    /// Keeps the buffer's type out of the public trait.
    #[derive(Clone, Debug)]
    pub struct Sealing<T>(pub(crate) super::Buffer<T>);
}

impl<T: Scalar> Target<T> for Var<'_, T> {
    type Found<'b> = T;
    #[inline]
    #[track_caller]
    fn find(self, buffer: &private::Sealing<T>) -> T {
        match self.tape {
            None => T::zero(),
            Some(tape) => {
                buffer.0.assert_tape(tape);
                if buffer.0.saw(tape, self.index) {
                    buffer.0.scalar(self.index)
                } else {
                    T::zero()
                }
            }
        }
    }
}

impl<T: Scalar> Target<T> for MatrixVar<'_, T> {
    type Found<'b> = View<'b, T>;
    #[track_caller]
    fn find(self, buffer: &private::Sealing<T>) -> View<'_, T> {
        buffer.0.assert_tape(self.tape);
        let seen = buffer.0.saw(self.tape, self.index);
        match buffer.0.matrix(self.index) {
            Some(view) if seen => view,
            _ => panic!(
                "the matrix of entry {} was recorded after the sweep",
                self.index
            ),
        }
    }
}

impl<T: Scalar> Target<T> for VarId {
    type Found<'b> = Result<T, Error>;
    #[inline]
    fn find(self, buffer: &private::Sealing<T>) -> Result<T, Error> {
        buffer.0.check(self.0)?;
        Ok(buffer.0.scalar(self.0.index))
    }
}

impl<T: Scalar> Target<T> for MatrixId {
    type Found<'b> = Result<View<'b, T>, Error>;
    fn find(self, buffer: &private::Sealing<T>) -> Result<View<'_, T>, Error> {
        buffer.0.check(self.0)?;
        Ok(buffer
            .0
            .matrix(self.0.index)
            .expect("a matrix id names a matrix"))
    }
}

/// Where a sweep starts, and with which number or matrix.
#[derive(Clone, Debug)]
pub struct Seed<'s, T> {
    pub(crate) id: Id,
    pub(crate) values: SeedValues<'s, T>,
}

#[derive(Clone, Debug)]
pub(crate) enum SeedValues<'s, T> {
    Scalar(T),
    Matrix(View<'s, T>),
}

/// What a scalar seed can name: a handle or an id.
pub trait ScalarTarget: private::Sealed {
    #[doc(hidden)]
    fn seed_id(self) -> private_id::Hidden;
}

/// What a matrix seed can name: a handle or an id.
pub trait MatrixTarget: private::Sealed {
    #[doc(hidden)]
    fn seed_id(self) -> private_id::Hidden;
}

pub(crate) mod private_id {
    /// Keeps the id's type out of the public traits.
    pub struct Hidden(pub(crate) super::Id);
}

impl<T: Scalar> ScalarTarget for Var<'_, T> {
    fn seed_id(self) -> private_id::Hidden {
        // A plain number is on no tape, and no tape has the number 0.
        let nowhere = Id {
            tape: 0,
            epoch: 0,
            index: 0,
        };
        let id = self.tape.map_or(nowhere, |tape| tape.id(self.index));
        private_id::Hidden(id)
    }
}
impl ScalarTarget for VarId {
    fn seed_id(self) -> private_id::Hidden {
        private_id::Hidden(self.0)
    }
}
impl<T: Scalar> MatrixTarget for MatrixVar<'_, T> {
    fn seed_id(self) -> private_id::Hidden {
        private_id::Hidden(self.id().0)
    }
}
impl MatrixTarget for MatrixId {
    fn seed_id(self) -> private_id::Hidden {
        private_id::Hidden(self.0)
    }
}

impl<'s, T: Scalar> Seed<'s, T> {
    /// A scalar entry with a seed of 1: the sweep gives its gradient.
    pub fn one(target: impl ScalarTarget) -> Self {
        Seed::scalar(target, T::one())
    }

    /// A scalar entry with any seed.
    pub fn scalar(target: impl ScalarTarget, seed: T) -> Self {
        let id = target.seed_id().0;
        Seed {
            id,
            values: SeedValues::Scalar(seed),
        }
    }

    /// A matrix entry with a seed of its shape, column-major.
    ///
    /// # Panics
    /// If the slice has not `rows · cols` elements.
    pub fn matrix(target: impl MatrixTarget, seed: &'s nalgebra::DMatrix<T>) -> Self {
        let id = target.seed_id().0;
        let view = View::new(seed.as_slice(), Shape::new(seed.nrows(), seed.ncols()));
        Seed {
            id,
            values: SeedValues::Matrix(view),
        }
    }

    /// Adds the seed to the buffer. Returns the entry's index.
    pub(crate) fn plant(
        &self,
        buffer: &mut Buffer<T>,
        tape: &Tape<T>,
        store: &Store<T>,
    ) -> Result<u32, Error> {
        tape.history
            .check(self.id, tape.number, store.entries.len())?;
        let index = self.id.index;
        let keep = std::mem::replace(&mut buffer.reached[index as usize], true);
        match (&self.values, store.entries.at(index as usize).block()) {
            (SeedValues::Scalar(seed), _) => {
                let value = &mut buffer.values[index as usize];
                *value = if keep { *value + *seed } else { *seed };
            }
            (SeedValues::Matrix(seed), block) => {
                let block = store.blocks[block.expect("a matrix id names a matrix") as usize];
                if block.shape() != seed.shape() {
                    let (entry, found, expected) = (index as usize, seed.shape(), block.shape());
                    return Err(Error::Shape {
                        entry,
                        found,
                        expected,
                    });
                }
                for (to, &from) in buffer.arena[block.range()].iter_mut().zip(seed.values()) {
                    *to = if keep { *to + from } else { from };
                }
            }
        }
        Ok(index)
    }
}

impl<'s, T: Scalar> IntoIterator for Seed<'s, T> {
    type Item = Self;
    type IntoIter = std::iter::Once<Self>;
    fn into_iter(self) -> Self::IntoIter {
        std::iter::once(self)
    }
}
