//! What an op sees of the list: its operands, the entry after its forward run, the operands'
//! tangents.

use super::layout::Layout;
use super::view::{View, ViewMut};
use crate::number::Scalar;
use crate::shape::Shape;
use std::fmt;
use std::ops::Range;

/// The operands of an entry.
#[derive(Clone, Copy)]
pub struct Operands<'a, T> {
    pub(crate) ids: &'a [u32],
    pub(crate) layout: Layout<'a>,
    pub(crate) values: &'a [T],
    pub(crate) arena: &'a [T],
}

impl<'a, T: Scalar> Operands<'a, T> {
    /// The number of operands.
    #[inline]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is no operand.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Operand `i` as a matrix; a scalar is 1×1.
    ///
    /// # Panics
    /// If there is no operand `i`.
    #[inline(always)]
    pub fn get(&self, i: usize) -> View<'a, T> {
        self.of_entry(self.ids[i])
    }

    #[inline(always)]
    fn of_entry(&self, id: u32) -> View<'a, T> {
        match self.layout.block(id) {
            None => View::over(&self.values[id as usize..=id as usize], Shape::SCALAR),
            Some(block) => View::over(&self.arena[block.range()], block.shape()),
        }
    }

    /// Operand `i`, which must be a scalar or 1×1.
    ///
    /// # Panics
    /// If it is larger.
    #[inline(always)]
    pub fn scalar(&self, i: usize) -> T {
        let id = self.ids[i];
        if self.layout.entries.codes()[id as usize].may_be_matrix() {
            return self.only_element(id);
        }
        self.values[id as usize]
    }

    /// Some of the operands, one after the other, which is quicker than each by itself; `None` of
    /// one that may be a matrix.
    #[inline]
    pub(crate) fn numbers(
        self,
        some: Range<usize>,
    ) -> impl Iterator<Item = Option<T>> + use<'a, T> {
        let (codes, values) = (self.layout.entries.codes(), self.values);
        self.ids[some].iter().map(move |&id| {
            let is_number = !codes[id as usize].may_be_matrix();
            is_number.then(|| values[id as usize])
        })
    }

    /// [`scalar`](Operands::scalar) of an entry that may be a matrix.
    #[cold]
    #[inline(never)]
    fn only_element(&self, id: u32) -> T {
        self.of_entry(id).scalar()
    }
}

/// An entry after its forward run: operands, result and residuals.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Point<'a, T> {
    /// The operands' primals.
    pub operands: Operands<'a, T>,
    /// The result's primal.
    pub result: View<'a, T>,
    /// What the forward run kept.
    pub residual: &'a [T],
}

/// An entry in its forward run: operands to read, result and residuals to write.
#[non_exhaustive]
pub struct PointMut<'a, T> {
    /// The operands' primals.
    pub operands: Operands<'a, T>,
    /// The result, to be written.
    pub result: ViewMut<'a, T>,
    /// What the reverse rule will want to see again, to be written; empty unless the op keeps
    /// residuals.
    pub residual: &'a mut [T],
}

/// The tangents of an entry's operands.
#[derive(Clone, Copy)]
pub struct OperandTangents<'a, T> {
    pub(crate) operands: Operands<'a, T>,
    pub(crate) reached: &'a [bool],
}

impl<'a, T: Scalar> OperandTangents<'a, T> {
    /// The tangent of operand `i`; `None` stands for zero.
    #[inline]
    pub fn get(&self, i: usize) -> Option<View<'a, T>> {
        self.reached[self.operands.ids[i] as usize].then(|| self.operands.get(i))
    }

    /// The tangent of operand `i`, which must be a scalar or 1×1; zero where nothing reached it.
    #[inline]
    pub fn scalar(&self, i: usize) -> T {
        if self.reached[self.operands.ids[i] as usize] {
            self.operands.scalar(i)
        } else {
            T::zero()
        }
    }
}

impl<T: Scalar> fmt::Debug for Operands<'_, T> {
    /// The operands' values, each as [`View`] prints them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries((0..self.len()).map(|i| self.get(i)))
            .finish()
    }
}

impl<T: Scalar> fmt::Debug for OperandTangents<'_, T> {
    /// The operands' tangents; `None` for one that nothing reached.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tangents = (0..self.operands.len()).map(|i| self.get(i));
        f.debug_list().entries(tangents).finish()
    }
}

impl<T: Scalar> fmt::Debug for Point<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Point")
            .field("operands", &self.operands)
            .field("result", &self.result)
            .field("residual", &self.residual)
            .finish()
    }
}

impl<T: Scalar> fmt::Debug for PointMut<'_, T> {
    /// The operands, and the shape of the result: its numbers may not be written yet.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PointMut")
            .field("operands", &self.operands)
            .field("result", &format_args!("{}", self.result.shape()))
            .field("residual", &format_args!("{} numbers", self.residual.len()))
            .finish()
    }
}
