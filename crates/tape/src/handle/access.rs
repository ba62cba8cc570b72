//! Reaching entries by id: handles, values, and leaves to be set.

use super::tape::Tape;
use crate::error::{Error, equally_many};
use crate::list::{History, MatrixId, Program, VarId};
use crate::number::Scalar;
use crate::op::{Block, View, ViewMut};
use crate::rules::Code;
use crate::shape::Shape;
use nalgebra::{DMatrix, Dim, Matrix, RawStorage};
use std::iter::zip;

impl<T: Scalar> Tape<T> {
    /// The value of a scalar entry.
    ///
    /// # Errors
    /// [`Error::Foreign`] or [`Error::Outdated`] if the id names no entry of this tape,
    /// [`Error::Stale`] if a leaf was set since the entry was computed.
    #[inline(always)]
    pub fn value(&self, id: VarId) -> Result<T, Error> {
        let index = self.resolve(id.0)?;
        Ok(self.store.borrow().primals.values[index as usize])
    }

    /// Hands the values of a matrix entry to `read`, without a copy.
    ///
    /// # Errors
    /// As [`value`](Tape::value).
    ///
    /// # Panics
    /// If `read` records on this tape: an operation, a comparison, a scope or a name.
    pub fn read<R>(&self, id: MatrixId, read: impl FnOnce(View<'_, T>) -> R) -> Result<R, Error> {
        let index = self.resolve(id.0)?;
        let store = self.store.borrow_closed();
        Ok(read(store.primals.view(&store.program, index as usize)))
    }

    /// Sets a scalar leaf; [`replay`](Tape::replay) then computes what depends on it.
    ///
    /// # Errors
    /// [`Error::Foreign`] or [`Error::Outdated`] if the id names no entry of this tape,
    /// [`Error::NotALeaf`] if the entry is the result of an operation. The tape is then as it was.
    #[inline(always)]
    pub fn set(&mut self, id: VarId, value: T) -> Result<(), Error> {
        self.set_vars(&[id], &[value])
    }

    /// Sets several scalar leaves, each to the number at its place. With
    /// [`Cotangents::of_vars`](crate::Cotangents::of_vars) this is what an optimiser needs that
    /// holds a point and a gradient as slices.
    ///
    /// ```
    /// use tape::{Cotangents, Seed, Tape, Var};
    /// let mut tape = Tape::new();
    /// let x = tape.vars(&[0.0; 3]);
    /// let y: Var = x.iter().map(|x| x.square()).sum();
    /// let (y, x): (_, Vec<_>) = (y.id(), x.iter().map(|x| x.id()).collect());
    ///
    /// let (mut point, mut gradient) = (vec![1.0, -2.0, 3.0], vec![0.0; 3]);
    /// let mut cotangents = Cotangents::new();
    /// for _ in 0..100 {
    ///     tape.set_vars(&x, &point)?;
    ///     tape.replay()?;
    ///     tape.sweep(Seed::one(y), &mut cotangents)?;
    ///     cotangents.of_vars(&x, &mut gradient)?;
    ///     for (x, slope) in point.iter_mut().zip(&gradient) {
    ///         *x -= 0.1 * slope;
    ///     }
    /// }
    /// assert!(tape.value(y)? < 1e-15);
    /// # Ok::<(), tape::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Length`] unless there are as many numbers as ids, and as [`set`](Tape::set) for
    /// each of the ids. No leaf is set then.
    #[inline]
    pub fn set_vars(&mut self, ids: &[VarId], values: &[T]) -> Result<(), Error> {
        equally_many(values.len(), ids.len())?;
        let store = self.store.get_mut();
        let (codes, leaves) = (store.program.entries.codes(), &mut store.primals.values[..]);
        for id in ids {
            self.history.check(id.0, self.number, codes.len())?;
            if codes[id.entry()] != Code::Leaf {
                return Err(store.program.not_a_leaf(id.entry()));
            }
        }
        for (id, &value) in zip(ids, values) {
            leaves[id.entry()] = value;
        }
        if !ids.is_empty() {
            self.staleness.leaf_set(leaves.len());
        }
        Ok(())
    }

    /// Sets a matrix leaf; [`replay`](Tape::replay) then computes what depends on it.
    ///
    /// # Errors
    /// As [`leaf_mut`](Tape::leaf_mut), and [`Error::Shape`] if the matrix has another shape than
    /// the leaf. The tape is then as it was.
    pub fn set_matrix<R: Dim, C: Dim, S: RawStorage<T, R, C>>(
        &mut self,
        id: MatrixId,
        values: &Matrix<T, R, C, S>,
    ) -> Result<(), Error> {
        let found = Shape::new(values.nrows(), values.ncols());
        let expected = self.leaf_shape(id)?;
        if expected != found {
            let entry = id.entry();
            return Err(Error::Shape {
                entry,
                found,
                expected,
            });
        }
        let mut leaf = self.leaf_mut(id)?;
        for (to, from) in leaf.values_mut().iter_mut().zip(values.iter()) {
            *to = *from;
        }
        Ok(())
    }

    /// The values of a matrix leaf, to be written in place; [`replay`](Tape::replay) then computes
    /// what depends on it.
    ///
    /// # Errors
    /// [`Error::Foreign`] or [`Error::Outdated`] if the id names no entry of this tape,
    /// [`Error::NotALeaf`] if the entry is the result of an operation. The tape is then as it was.
    pub fn leaf_mut(&mut self, id: MatrixId) -> Result<ViewMut<'_, T>, Error> {
        let store = self.store.get_mut();
        let block = leaf_block(&store.program, &self.history, self.number, id)?;
        self.staleness.leaf_set(store.program.entries.len());
        Ok(ViewMut::new(
            &mut store.primals.arena[block.range()],
            block.shape(),
        ))
    }

    /// The shape of a matrix leaf: says, without touching it, whether [`leaf_mut`](Tape::leaf_mut)
    /// would give it out.
    ///
    /// # Errors
    /// As [`leaf_mut`](Tape::leaf_mut).
    pub fn leaf_shape(&self, id: MatrixId) -> Result<Shape, Error> {
        let block = leaf_block(&self.store.borrow().program, &self.history, self.number, id)?;
        Ok(block.shape())
    }

    /// A copy of the values of a matrix entry.
    ///
    /// # Errors
    /// As [`value`](Tape::value).
    pub fn matrix_value(&self, id: MatrixId) -> Result<DMatrix<T>, Error> {
        self.read(id, |view| view.to_matrix())
    }
}

/// The block that a matrix leaf lies in.
fn leaf_block<T: Scalar>(
    program: &Program<T>,
    history: &History,
    tape: u64,
    id: MatrixId,
) -> Result<Block, Error> {
    history.check(id.0, tape, program.entries.len())?;
    let entry = program.entries.at(id.entry());
    if entry.code != Code::MatrixLeaf {
        return Err(program.not_a_leaf(id.entry()));
    }
    Ok(program.blocks[entry.b as usize])
}
