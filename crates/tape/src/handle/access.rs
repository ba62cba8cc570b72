//! Reaching entries by id: handles, values, and leaves to be set.

use super::tape::Tape;
use crate::error::{Error, equally_many};
use crate::list::{MatrixId, VarId};
use crate::number::Scalar;
use crate::op::{View, ViewMut};
use crate::rules::Code;
use crate::shape::Shape;
use nalgebra::{DMatrix, Dim, Matrix, RawStorage};
use std::iter::zip;

impl<T: Scalar> Tape<T> {
    /// The value of a scalar entry.
    ///
    /// # Errors
    /// [`Error::Foreign`] or [`Error::Outdated`] if the id names no entry of this tape.
    #[inline(always)]
    pub fn value(&self, id: VarId) -> Result<T, Error> {
        let index = self.resolve(id.0)?;
        Ok(self.store.borrow().values[index as usize])
    }

    /// Hands the values of a matrix entry to `read`, without a copy.
    ///
    /// # Errors
    /// [`Error::Foreign`] or [`Error::Outdated`] if the id names no entry of this tape.
    ///
    /// # Panics
    /// If `read` records on this tape.
    pub fn read<R>(&self, id: MatrixId, read: impl FnOnce(View<'_, T>) -> R) -> Result<R, Error> {
        let index = self.resolve(id.0)?;
        let store = self.store.borrow_closed();
        let block = store
            .entries
            .at(index as usize)
            .block()
            .expect("a matrix id names a matrix");
        Ok(read(store.view(block)))
    }

    /// Sets a scalar leaf; [`replay`](Tape::replay) then computes what depends on it.
    ///
    /// # Errors
    /// [`Error::Foreign`] or [`Error::Outdated`] if the id names no entry of this tape,
    /// [`Error::NotALeaf`] if the entry is the result of an operation.
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
    /// each of the ids; the leaves before it are set then.
    #[inline]
    pub fn set_vars(&mut self, ids: &[VarId], values: &[T]) -> Result<(), Error> {
        equally_many(values.len(), ids.len())?;
        let store = self.store.get_mut();
        let (codes, leaves) = (store.entries.codes(), &mut store.values[..]);
        for (id, &value) in zip(ids, values) {
            self.history.check(id.0, self.number, codes.len())?;
            let index = id.entry();
            if codes[index] != Code::Leaf {
                return Err(store.not_a_leaf(index));
            }
            leaves[index] = value;
        }
        Ok(())
    }

    /// Sets a matrix leaf; [`replay`](Tape::replay) then computes what depends on it.
    ///
    /// # Errors
    /// As [`leaf_mut`](Tape::leaf_mut), and [`Error::Shape`] if the matrix has another shape than
    /// the leaf.
    pub fn set_matrix<R: Dim, C: Dim, S: RawStorage<T, R, C>>(
        &mut self,
        id: MatrixId,
        values: &Matrix<T, R, C, S>,
    ) -> Result<(), Error> {
        let found = Shape::new(values.nrows(), values.ncols());
        let mut leaf = self.leaf_mut(id)?;
        if leaf.shape() != found {
            let (entry, expected) = (id.entry(), leaf.shape());
            return Err(Error::Shape {
                entry,
                found,
                expected,
            });
        }
        for (to, from) in leaf.values_mut().iter_mut().zip(values.iter()) {
            *to = *from;
        }
        Ok(())
    }

    /// The values of a matrix leaf, to be written in place.
    ///
    /// # Errors
    /// [`Error::Foreign`] or [`Error::Outdated`] if the id names no entry of this tape,
    /// [`Error::NotALeaf`] if the entry is the result of an operation.
    pub fn leaf_mut(&mut self, id: MatrixId) -> Result<ViewMut<'_, T>, Error> {
        let store = self.store.get_mut();
        self.history.check(id.0, self.number, store.entries.len())?;
        let entry = store.entries.at(id.entry());
        if entry.code != Code::MatrixLeaf {
            return Err(store.not_a_leaf(id.entry()));
        }
        let block = store.blocks[entry.b as usize];
        Ok(ViewMut::new(&mut store.arena[block.range()], block.shape()))
    }

    /// A copy of the values of a matrix entry.
    ///
    /// # Errors
    /// [`Error::Foreign`] or [`Error::Outdated`] if the id names no entry of this tape.
    pub fn matrix_value(&self, id: MatrixId) -> Result<DMatrix<T>, Error> {
        self.read(id, |view| view.to_matrix())
    }
}
