//! Leaves: the numbers and matrices that a program begins with.

use super::matrix_var::MatrixVar;
use super::tape::Tape;
use super::var::Var;
use crate::error::Place;
use crate::number::Scalar;
use crate::rules::Code;
use crate::shape::Shape;
use nalgebra::{Dim, Matrix, RawStorage};
use std::iter::zip;
use std::panic::Location;

impl<T: Scalar> Tape<T> {
    /// Records a scalar leaf.
    #[track_caller]
    #[doc(alias = "requires_grad")]
    pub fn var(&self, value: T) -> Var<'_, T> {
        let place = Place(Location::caller());
        let (index, value) = self.store.append(Code::Leaf, 0, 0, value, place);
        Var::on(self, index, value)
    }

    /// Records a scalar leaf for each number.
    #[track_caller]
    #[doc(alias = "requires_grad")]
    pub fn vars(&self, values: &[T]) -> Vec<Var<'_, T>> {
        let place = Place(Location::caller());
        let indices = self.store.append_leaves(values, place)..;
        zip(indices, values)
            .map(|(index, &value)| Var::on(self, index, value))
            .collect()
    }

    /// Records a scalar that has no cotangent for each number: data, which may be set like leaves.
    #[track_caller]
    pub(crate) fn data_vars(&self, values: &[T]) -> Vec<Var<'_, T>> {
        let place = Place(Location::caller());
        let indices = self
            .store
            .borrow_mut()
            .push_each(Code::Constant, values, place)..;
        zip(indices, values)
            .map(|(index, &value)| Var::on(self, index, value))
            .collect()
    }

    /// Records a matrix leaf, from any nalgebra matrix, vector, row or view.
    #[track_caller]
    #[doc(alias = "requires_grad")]
    pub fn matrix<R: Dim, C: Dim, S: RawStorage<T, R, C>>(
        &self,
        values: &Matrix<T, R, C, S>,
    ) -> MatrixVar<'_, T> {
        self.matrix_leaf(values, true)
    }

    /// Records an input: a matrix leaf that has no cotangent, so that none is ever computed for it.
    /// Its values may change between replays: examples, labels, targets.
    #[track_caller]
    #[doc(alias = "no_grad")]
    #[doc(alias = "requires_grad")]
    pub fn input<R: Dim, C: Dim, S: RawStorage<T, R, C>>(
        &self,
        values: &Matrix<T, R, C, S>,
    ) -> MatrixVar<'_, T> {
        self.matrix_leaf(values, false)
    }

    #[track_caller]
    pub(crate) fn matrix_leaf<R: Dim, C: Dim, S: RawStorage<T, R, C>>(
        &self,
        values: &Matrix<T, R, C, S>,
        active: bool,
    ) -> MatrixVar<'_, T> {
        let shape = Shape::new(values.nrows(), values.ncols());
        let place = Place(Location::caller());
        let mut store = self.store.borrow_mut();
        let (index, block) = store.push_block(shape, active);
        for (to, from) in store.primals.arena[block.range()]
            .iter_mut()
            .zip(values.iter())
        {
            *to = *from;
        }
        let index = store.push(Code::MatrixLeaf, 0, index, T::zero(), place);
        MatrixVar::on(self, index, shape)
    }
}
