//! Where a reverse rule adds the cotangents of its operands.

use super::layout::Layout;
use super::partial::Partial;
use super::view::{View, ViewMut};
use crate::number::Scalar;
use crate::product::{MatrixProduct, Strided, StridedMut};
use crate::rules::Code;
use crate::shape::Shape;
use std::fmt;

/// Where a reverse rule adds the cotangents of its operands.
///
/// The first contribution to a matrix overwrites what the buffer held, later ones are added; the
/// sink knows which it is, so that nothing is filled with zeros first.
pub struct Sink<'a, T> {
    pub(crate) ids: &'a [u32],
    pub(crate) layout: Layout<'a>,
    pub(crate) values: &'a mut [T],
    pub(crate) arena: &'a mut [T],
    pub(crate) reached: &'a mut [bool],
    pub(crate) chosen: Option<&'a [bool]>,
    pub(crate) partial: &'a mut Partial,
}

impl<T> fmt::Debug for Sink<'_, T> {
    /// The operands' entries, and whether something was added to each before.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reached = self.ids.iter().map(|&id| self.reached[id as usize]);
        f.debug_struct("Sink")
            .field("entries", &self.ids)
            .field("reached", &reached.collect::<Vec<_>>())
            .finish()
    }
}

impl<'a, T: Scalar> Sink<'a, T> {
    /// Whether operand `i` has a cotangent at all; constants and inputs have none.
    #[inline]
    pub fn wants(&self, i: usize) -> bool {
        self.layout.is_active(self.ids[i])
    }

    /// Which elements of the result were reached, column by column, if not all were: the others
    /// were not chosen by a [select](crate::MatrixVar::select). Their cotangent is 0, and an op
    /// that works element by element hands nothing on for them, not even 0 · ∞, with
    /// [`add_chosen`](Sink::add_chosen).
    #[inline]
    pub fn chosen(&self) -> Option<&'a [bool]> {
        self.chosen
    }

    /// The cotangent of operand `i`, its shape, and whether earlier contributions must be kept;
    /// `None` if it wants none.
    #[inline(always)]
    fn target(&mut self, i: usize) -> Option<(&mut [T], Shape, bool)> {
        let id = self.ids[i];
        let index = id as usize;
        let (target, shape) = match self.layout.block(id) {
            None if !self.layout.is_active(id) => return None,
            None => (&mut self.values[index..=index], Shape::SCALAR),
            Some(block) if !block.active => return None,
            Some(block) => (&mut self.arena[block.range()], block.shape()),
        };
        let keep = std::mem::replace(&mut self.reached[index], true);
        if keep {
            self.partial.complete(id);
        }
        Some((target, shape, keep))
    }

    /// Adds to some elements of operand `i`: what `value` says of each, column by column, or
    /// nothing. An operand of which no element gets anything is not reached.
    ///
    /// Does nothing for an operand that wants no cotangent.
    pub fn add_chosen(&mut self, i: usize, mut value: impl FnMut(usize) -> Option<T>) {
        let id = self.ids[i];
        if !self.wants(i) {
            return;
        }
        let keep = self.reached[id as usize];
        let target = match self.layout.block(id) {
            None => &mut self.values[id as usize..=id as usize],
            Some(block) => &mut self.arena[block.range()],
        };
        let mut chosen = self.partial.unused();
        for (k, to) in target.iter_mut().enumerate() {
            let given = value(k);
            chosen.push(given.is_some());
            match given {
                Some(given) if keep => *to += given,
                Some(given) => *to = given,
                None if keep => {}
                None => *to = T::zero(),
            }
        }
        self.reached[id as usize] |= chosen.contains(&true);
        // A leaf hands nothing on.
        let is_leaf = self.layout.entries.codes()[id as usize] == Code::MatrixLeaf;
        self.partial.add(id, chosen, keep || is_leaf);
    }

    /// Hands the cotangent of operand `i` to `write`, column-major and for speed as it lies there,
    /// with `true` where earlier contributions must be kept (added to) and `false` where every
    /// element must be overwritten.
    ///
    /// Does nothing for an operand that wants no cotangent.
    #[inline]
    pub fn accumulate(&mut self, i: usize, write: impl FnOnce(&mut [T], bool)) {
        if let Some((target, _, keep)) = self.target(i) {
            write(target, keep);
        }
    }

    /// Adds `values`, an element for each of the operand's, column by column.
    ///
    /// # Panics
    /// If `values` yields fewer elements than the operand has.
    #[inline]
    pub fn add(&mut self, i: usize, values: impl IntoIterator<Item = T>) {
        self.accumulate(i, |target, keep| {
            let len = target.len();
            let mut count = 0;
            if keep {
                for (t, v) in target.iter_mut().zip(values) {
                    *t += v;
                    count += 1;
                }
            } else {
                for (t, v) in target.iter_mut().zip(values) {
                    *t = v;
                    count += 1;
                }
            }
            assert_eq!(count, len, "a rule gave too few elements for operand {i}");
        });
    }

    /// Adds a matrix of the operand's shape.
    ///
    /// # Panics
    /// If the view has fewer elements than the operand.
    #[inline]
    pub fn add_view(&mut self, i: usize, values: View<'_, T>) {
        self.add(i, values.values().iter().copied());
    }

    /// Hands the cotangent of operand `i` to `add`, as it is so far: zeros, before the first
    /// contribution. For rules that reach some of an operand's elements only.
    ///
    /// Does nothing for an operand that wants no cotangent.
    #[inline]
    pub fn add_with(&mut self, i: usize, add: impl FnOnce(&mut ViewMut<'_, T>)) {
        if let Some((target, shape, keep)) = self.target(i) {
            if !keep {
                target.fill(T::zero());
            }
            add(&mut ViewMut::over(target, shape));
        }
    }

    /// Makes zeros of the cotangents that nothing was added to, of operands that want one.
    pub(crate) fn fill_what_is_left(&mut self) {
        for i in 0..self.ids.len() {
            if !self.reached[self.ids[i] as usize] {
                self.accumulate(i, |target, _| target.fill(T::zero()));
            }
        }
    }

    /// Adds one number to a scalar operand, or to every element of a matrix.
    #[inline(always)]
    pub fn add_scalar(&mut self, i: usize, value: T) {
        let index = self.ids[i] as usize;
        let code = self.layout.entries.codes()[index];
        if code.may_be_matrix() || code == Code::Constant {
            return self.add_everywhere(i, value);
        }
        let keep = std::mem::replace(&mut self.reached[index], true);
        let target = &mut self.values[index];
        *target = if keep { *target + value } else { value };
    }

    /// [`add_scalar`](Sink::add_scalar) to what may be a matrix, or want no cotangent.
    #[cold]
    #[inline(never)]
    fn add_everywhere(&mut self, i: usize, value: T) {
        self.accumulate(i, |target, keep| {
            for t in target {
                *t = if keep { *t + value } else { value };
            }
        });
    }

    /// Adds the matrix product `a · b`, whose shape must be the operand's.
    ///
    /// # Panics
    /// If the shapes do not fit.
    #[inline]
    pub fn add_product(&mut self, i: usize, a: Strided<'_, T>, b: Strided<'_, T>) {
        if let Some((target, shape, keep)) = self.target(i) {
            let target = StridedMut::column_major(target, shape.rows, shape.cols);
            MatrixProduct::product(target, keep, T::one(), a, b);
        }
    }
}
