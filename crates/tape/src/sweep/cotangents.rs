//! The result of a reverse sweep, and what starts one.

use super::buffer::Buffer;
use super::entry_ref::EntryRef;
use super::seed::{Seed, Seeds};
use crate::error::{Error, equally_many};
use crate::handle::{MatrixVar, Tape, Var};
use crate::list::{MatrixId, VarId};
use crate::number::Scalar;
use crate::op::{View, ViewMut};
use crate::shape::Shape;
use nalgebra::DMatrix;
use std::fmt;
use std::iter::zip;

/// The cotangents of a reverse sweep: for a scalar output, its gradient.
///
/// They are apart from the tape, so a sweep changes nothing on it, and the buffer is reused by the
/// next sweep.
#[derive(Clone)]
#[must_use]
#[doc(alias = "grad")]
#[doc(alias = "zero_grad")]
pub struct Cotangents<T = f64>(pub(super) Buffer<T>);

impl<T> fmt::Debug for Cotangents<T> {
    /// The tape, and how many of its entries were reached; [`of`](Cotangents::of) has the numbers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.describe("Cotangents", f)
    }
}

impl<T: Scalar> Default for Cotangents<T> {
    fn default() -> Self {
        Cotangents::new()
    }
}

impl<T: Scalar> Cotangents<T> {
    /// An empty buffer for [`Tape::sweep`].
    pub fn new() -> Self {
        Cotangents(Buffer::default())
    }

    /// The cotangent of a scalar (a number) or a matrix (a view), by handle or by id; zero where
    /// the output does not depend on it, as on a scalar recorded since. By id the answer is a
    /// `Result`.
    ///
    /// # Errors
    /// For an id: [`Error::Foreign`] of another tape, [`Error::Outdated`] of an entry that was gone
    /// when the sweep ran, [`Error::Later`] if it was taken after a rewind since, and
    /// [`Error::NotSwept`] if nothing was swept yet or the last sweep failed.
    ///
    /// # Panics
    /// For a handle of another tape, or of a matrix recorded after the sweep; if nothing was swept
    /// yet or the last sweep failed.
    #[inline]
    #[track_caller]
    #[doc(alias = "grad")]
    pub fn of<A: EntryRef<T>>(&self, entry: A) -> A::Found<'_> {
        entry.find(&self.0)
    }

    /// Writes the cotangents of several scalars into a slice, in their order; see
    /// [`Tape::set_vars`].
    ///
    /// # Errors
    /// [`Error::Length`] unless the slice has a place for each, and as [`of`](Cotangents::of) for
    /// each of the ids. The slice is then as it was.
    pub fn of_vars(&self, ids: &[VarId], into: &mut [T]) -> Result<(), Error> {
        equally_many(into.len(), ids.len())?;
        ids.iter().try_for_each(|id| self.0.check(id.0))?;
        for (slope, id) in zip(into, ids) {
            *slope = self.0.scalar(id.0.index);
        }
        Ok(())
    }

    /// The cotangent of a matrix, to be changed in place: what recordings of other examples have of
    /// the same matrix can be added to it. The sweep then counts as having reached the entry.
    ///
    /// ```
    /// use nalgebra::dmatrix;
    /// use tape::Tape;
    /// let tape = Tape::new();
    /// let w = tape.matrix(&dmatrix![1.0, 2.0]);
    /// let mut gradient = w.square().sum().gradient();
    /// gradient.of_mut(w.id())?.values_mut()[0] += 10.0;
    /// assert_eq!(gradient.of(w), dmatrix![12.0, 4.0]);
    /// # Ok::<(), tape::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`of`](Cotangents::of) by id.
    pub fn of_mut(&mut self, id: MatrixId) -> Result<ViewMut<'_, T>, Error> {
        self.0.check(id.0)?;
        self.0.matrix_mut(id.0.index).ok_or(Error::NotSwept)
    }
}

/// What a sweep did, entry by entry; [`Tape::entries`] says what the entries are.
impl<T: Scalar> Cotangents<T> {
    /// Whether the sweep was of `tape` as it is: every entry that was swept is still on it, and no
    /// leaf was set since.
    ///
    /// ```
    /// use tape::Tape;
    /// let mut tape = Tape::new();
    /// let mark = tape.mark();
    /// let gradient = tape.var(2.0).sin().gradient();
    /// assert!(gradient.is_current(&tape) && !gradient.is_current(&Tape::new()));
    /// tape.rewind(mark)?;
    /// assert!(!gradient.is_current(&tape));
    /// # Ok::<(), tape::Error>(())
    /// ```
    pub fn is_current(&self, tape: &Tape<T>) -> bool {
        self.0
            .is_current(tape.number, &tape.history, &tape.staleness)
    }

    /// The cotangent of the entry at `index` of the tape that was swept, a scalar's as 1×1; `None`
    /// if the sweep did not reach the entry, which is not the same as a cotangent of 0, or there
    /// was none.
    ///
    /// ```
    /// use tape::Tape;
    /// let tape = Tape::new();
    /// let (x, beside) = (tape.var(3.0), tape.var(4.0));
    /// let gradient = (x * 0.0).gradient();
    /// assert_eq!(gradient.reached(x.id().entry()).map(|view| view.scalar()), Some(0.0));
    /// assert!(gradient.reached(beside.id().entry()).is_none());
    /// ```
    pub fn reached(&self, index: usize) -> Option<View<'_, T>> {
        let buffer = &self.0;
        if !buffer.has_reached(index) {
            return None;
        }
        let scalar = || View::over(&buffer.values[index..=index], Shape::SCALAR);
        Some(buffer.matrix(index as u32).unwrap_or_else(scalar))
    }
}

impl<T: Scalar> Tape<T> {
    /// Sweeps the tape backwards from one or more seeds; their contributions add up.
    ///
    /// The tape is not changed, and the buffer's memory is reused: what it held is gone, and
    /// nothing has to be zeroed before the next sweep.
    ///
    /// # Errors
    /// [`Error::Foreign`] or [`Error::Outdated`] if a seed names no entry of this tape,
    /// [`Error::Shape`] if a matrix seed has another shape than its entry, [`Error::Stale`] if a
    /// leaf was set since the entry was computed. The buffer then holds no sweep, until the next
    /// good one.
    #[doc(alias = "backprop")]
    #[doc(alias = "backward")]
    #[doc(alias = "zero_grad")]
    pub fn sweep<'s>(
        &self,
        seeds: impl Seeds<'s, T>,
        cotangents: &mut Cotangents<T>,
    ) -> Result<(), Error>
    where
        T: 's,
    {
        let buffer = &mut cotangents.0;
        let last = self.plant_all(seeds, buffer)?;
        let store = self.store.borrow();
        if let Some(last) = last {
            store.program.reverse(&store.primals, last, buffer);
        }
        buffer.finish(&store.program, self.number, &self.history, &self.staleness);
        Ok(())
    }
}

impl<T: Scalar> Var<'_, T> {
    /// The gradient of this value: a sweep from here with a seed of 1. Of a plain number, every
    /// derivative is zero.
    #[doc(alias = "backprop")]
    #[doc(alias = "backward")]
    #[doc(alias = "grad")]
    pub fn gradient(self) -> Cotangents<T> {
        let Some(tape) = self.tape else {
            return Cotangents(Buffer::of_number());
        };
        let mut cotangents = Cotangents::new();
        tape.sweep(Seed::one(self), &mut cotangents)
            .expect("a handle names a current entry of its tape");
        cotangents
    }
}

impl<T: Scalar> MatrixVar<'_, T> {
    /// The vector-Jacobian product: the cotangents of a sweep from here with the seed `cotangent`.
    /// A row of the Jacobian comes from a seed of one 1 among zeros.
    ///
    /// ```
    /// use nalgebra::dmatrix;
    /// use tape::Tape;
    /// let tape = Tape::new();
    /// let x = tape.matrix(&dmatrix![1.0, -0.5; -2.0, 3.0]);
    /// let back = x.relu().vjp(&dmatrix![1.0, 2.0; 3.0, 4.0]);
    /// assert_eq!(back.of(x), dmatrix![1.0, 0.0; 0.0, 4.0]);
    /// ```
    ///
    /// # Panics
    /// If `cotangent` has another shape than this matrix.
    #[track_caller]
    #[doc(alias = "backward")]
    #[doc(alias = "jacobian")]
    pub fn vjp(self, cotangent: &DMatrix<T>) -> Cotangents<T> {
        let mut cotangents = Cotangents::new();
        if let Err(error) = self
            .tape
            .sweep(Seed::matrix(self, cotangent), &mut cotangents)
        {
            panic!("vjp: {error}");
        }
        cotangents
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tangents;
    use crate::handle::Var;

    #[test]
    fn what_a_sweep_reached_and_what_each_entry_gave() {
        let tape = Tape::new();
        let (x, y, unused) = (tape.var(2.0), tape.var(3.0), tape.var(5.0));
        let m = tape.matrix(&nalgebra::dmatrix![1.0, 4.0]);
        let product = x * y; // 4
        let less = product - 7.0; // 5
        let square = x * x; // 6
        let quotient = 6.0 / x; // 7
        let cube = x.powi(3); // 8
        let total = m.sum(); // 9
        let beside = unused + 1.0; // 10
        let of = less * 1.0 + square + quotient + cube + total;
        let cotangents = of.gradient();
        let reached = |index: u32| cotangents.reached(index as usize);
        let number = |view: View<'_, f64>| view.values().to_vec();
        assert_eq!(reached(product.index).map(number), Some(vec![1.0]));
        assert_eq!(reached(m.index).map(number), Some(vec![1.0, 1.0]));
        assert!(reached(unused.index).is_none() && reached(beside.index).is_none());
        let gave = |index: u32| cotangents.contributions(&tape, index as usize);
        assert_eq!(gave(product.index), [Some(3.0), Some(2.0)]);
        assert_eq!(gave(less.index), [Some(1.0), None]);
        assert_eq!(gave(square.index), [Some(2.0), Some(2.0)]);
        assert_eq!(gave(quotient.index), [None, Some(-1.5)]);
        assert_eq!(gave(cube.index), [Some(12.0)]);
        assert_eq!(gave(total.index), [None], "a matrix got it");
        for nothing in [x.index, m.index, beside.index] {
            assert!(gave(nothing).is_empty());
        }
    }

    #[test]
    fn an_entry_given_twice_gets_what_two_of_its_value_get_together() {
        type Rule = for<'t> fn(Var<'t>, Var<'t>) -> Var<'t>;
        let rules: [Rule; 8] = [
            |x, y| x + y,
            |x, y| x - y,
            |x, y| x * y,
            |x, y| x / y,
            |x, y| x.powf(y),
            |x, y| x.atan2(y),
            |x, y| x.max(y),
            |x, y| x.hypot(y),
        ];
        for rule in rules {
            let tape = Tape::new();
            let (x, y) = (tape.var(1.7), tape.var(1.7));
            // Read once more, so that one contribution is added to another.
            let (once, twice) = (rule(x, y) + x, rule(x, x) + x);
            let (apart, together) = (once.gradient(), twice.gradient());
            let expected = apart.of(x) + apart.of(y);
            assert!((together.of(x) - expected).abs() <= 1e-15 * expected.abs());

            let mut along = Tangents::new();
            let seeds = [Seed::scalar(x, 1.0), Seed::scalar(y, 1.0)];
            tape.push_forward(seeds, &mut along).unwrap();
            assert_eq!(along.of(once), along.of(twice));
            let [one, two] = [once, twice].map(|sum| tape.entries()[sum.id().entry() - 1].op);
            assert_eq!(one, two);
        }
    }
}
