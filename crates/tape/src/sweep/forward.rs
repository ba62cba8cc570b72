//! The forward sweep: tangents along the order of recording.
//!
//! A reverse sweep gives `Jᵀȳ` for one cotangent `ȳ` of the outputs, a forward sweep gives `Jẋ` for
//! one direction `ẋ` of the leaves. The two share no code but the rules' partial derivatives, and
//! must agree in ⟨ȳ, Jẋ⟩ = ⟨Jᵀȳ, ẋ⟩: each tests the other.

use super::buffer::Buffer;
use super::entry_ref::EntryRef;
use super::seed::Seeds;
use crate::error::Error;
use crate::handle::Tape;
use crate::list::{Primals, Program, split_at_result};
use crate::number::Scalar;
use crate::op::{Entry, OperandTangents, Operands};
use crate::rules::*;
use std::fmt;

/// The tangents of a forward sweep: the derivative of every entry along one direction of the
/// leaves.
#[derive(Clone)]
#[must_use]
pub struct Tangents<T = f64>(Buffer<T>);

impl<T> fmt::Debug for Tangents<T> {
    /// The tape, and how many of its entries were reached; [`of`](Tangents::of) has the numbers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.describe("Tangents", f)
    }
}

impl<T: Scalar> Default for Tangents<T> {
    fn default() -> Self {
        Tangents::new()
    }
}

impl<T: Scalar> Tangents<T> {
    /// An empty buffer for [`Tape::push_forward`].
    pub fn new() -> Self {
        Tangents(Buffer::default())
    }

    /// The tangent of a scalar (a number) or a matrix (a view), by handle or by id; zero where it
    /// does not depend on a seeded leaf, as for a scalar recorded since. By id the answer is a
    /// `Result`.
    ///
    /// # Errors
    /// For an id, as [`Cotangents::of`](crate::Cotangents::of).
    ///
    /// # Panics
    /// For a handle of another tape, or of a matrix recorded after the sweep; if nothing was swept
    /// yet or the last sweep failed.
    #[track_caller]
    pub fn of<A: EntryRef<T>>(&self, entry: A) -> A::Found<'_> {
        entry.find(&self.0)
    }
}

impl<T: Scalar> Tape<T> {
    /// Sweeps the tape forwards from tangents of one or more entries, as a rule leaves. A seed of
    /// an entry that was computed is added to what the entry gets from its operands. From a leaf's
    /// seed of 1 it gives a column of the Jacobian.
    ///
    /// ```
    /// use tape::{Tangents, Seed, Tape};
    /// let tape = Tape::new();
    /// let (x, y) = (tape.var(3.0), tape.var(4.0));
    /// let z = x * y;
    /// let mut along = Tangents::new();
    /// tape.push_forward([Seed::scalar(x, 1.0), Seed::scalar(y, 0.5)], &mut along)?;
    /// assert_eq!(along.of(z), 4.0 + 3.0 * 0.5);
    /// # Ok::<(), tape::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Foreign`] or [`Error::Outdated`] if a seed names no entry of this tape,
    /// [`Error::Shape`] if a matrix seed has another shape than its entry, [`Error::Stale`] if a
    /// leaf was set and the tape not replayed since. The buffer then holds no sweep, until the next
    /// good one.
    ///
    /// # Panics
    /// If a tangent reaches an op that has no tangent rule.
    #[doc(alias = "jacobian")]
    pub fn push_forward<'s>(
        &self,
        seeds: impl Seeds<'s, T>,
        tangents: &mut Tangents<T>,
    ) -> Result<(), Error>
    where
        T: 's,
    {
        let buffer = &mut tangents.0;
        self.plant_all(seeds, buffer)?;
        let store = self.store.borrow();
        self.staleness.check_all(&store.program)?;
        let end = store.program.entries.len();
        store.program.forward(&store.primals, end, buffer);
        buffer.finish(&store.program, self.number, &self.history, &self.staleness);
        Ok(())
    }
}

impl<T: Scalar> Program<T> {
    /// The forward sweep, of the entries before `end`, from what was planted in the buffer.
    pub(crate) fn forward(&self, primals: &Primals<T>, end: usize, buffer: &mut Buffer<T>) {
        for index in self.inactive..end {
            let Entry { code, .. } = self.entries.at(index);
            match code {
                Code::Leaf | Code::Constant | Code::MatrixLeaf => {}
                Code::Apply => self.tangent_of_application(primals, index, buffer),
                _ => self.tangent_of_scalar(primals, index, buffer),
            }
        }
    }

    fn tangent_of_application(&self, primals: &Primals<T>, entry: usize, buffer: &mut Buffer<T>) {
        let (application, block) = self.application(entry);
        let application = &self.applications[application];
        let point = self.point(primals, application, entry, block);
        let ids = point.operands.ids;
        if !ids.iter().any(|&id| buffer.reached[id as usize]) {
            return;
        }
        let is_seeded = std::mem::replace(&mut buffer.reached[entry], true);
        let (values, arena, mut result) =
            split_at_result(&mut buffer.values, &mut buffer.arena, entry, block);
        let seed = is_seeded.then(|| result.values_mut().to_vec());
        let operands = Operands {
            ids,
            layout: self.layout(),
            values,
            arena,
        };
        let tangents = OperandTangents {
            operands,
            reached: &buffer.reached,
        };
        result.values_mut().fill(T::zero());
        application.op.jvp(&point, &tangents, result);
        if let Some(seed) = seed {
            let (_, _, mut result) =
                split_at_result(&mut buffer.values, &mut buffer.arena, entry, block);
            for (tangent, seed) in result.values_mut().iter_mut().zip(seed) {
                *tangent = seed + *tangent;
            }
        }
    }
}

/// What an operand contributes, if it was reached. What was not reached contributes nothing: not
/// even 0 · ∞.
#[inline(always)]
fn term<T: Copy>(
    dot: &[T],
    reached: &[bool],
    operand: usize,
    push: impl FnOnce(T) -> T,
) -> Option<T> {
    reached[operand].then(|| push(dot[operand]))
}

macro_rules! tangent {
    (
        unary { $($u:ident),* }
        binary { $($b:ident $br:ident $bl:ident),* }
    ) => {
        impl<T: Scalar> Program<T> {
            #[inline(always)]
            fn tangent_of_scalar(
                &self,
                primals: &Primals<T>,
                index: usize,
                buffer: &mut Buffer<T>,
            ) {
                let Entry { code, a, b } = self.entries.at(index);
                let (a, b) = (a as usize, b as usize);
                let (values, numbers) = (&primals.values[..], &self.numbers[..]);
                let (dot, reached) = (&mut buffer.values[..], &mut buffer.reached[..]);
                let result = values[index];
                let (first, second) = match code {
                    Code::Leaf | Code::Constant | Code::MatrixLeaf | Code::Apply => (None, None),
                    Code::PowI => {
                        let pull = |d| PowI(b as i32).pull(values[a], d);
                        (term(dot, reached, a, pull), None)
                    }
                    Code::MulItself => (
                        term(dot, reached, a, |d| Mul::pull_x(values[a], values[a], result, d)),
                        term(dot, reached, a, |d| Mul::pull_y(values[a], values[a], result, d)),
                    ),
                    $(Code::$u => {
                        let pull = |d| $u::pull(values[a], result, d);
                        (term(dot, reached, a, pull), None)
                    })*
                    $(
                        Code::$b | Code::$br | Code::$bl if <$b as Binary>::FLAT => (None, None),
                        Code::$b => (
                            term(dot, reached, a, |d| $b::pull_x(values[a], values[b], result, d)),
                            term(dot, reached, b, |d| $b::pull_y(values[a], values[b], result, d)),
                        ),
                        Code::$br => {
                            let pull = |d| $b::pull_x(values[a], numbers[b], result, d);
                            (term(dot, reached, a, pull), None)
                        }
                        Code::$bl => {
                            let pull = |d| $b::pull_y(numbers[b], values[a], result, d);
                            (term(dot, reached, a, pull), None)
                        }
                    )*
                };
                let tangent = match (first, second) {
                    (None, None) => return,
                    (Some(t), None) | (None, Some(t)) => t,
                    (Some(s), Some(t)) => s + t,
                };
                // Only a seed can have been here before.
                dot[index] = if reached[index] { dot[index] + tangent } else { tangent };
                reached[index] = true;
            }
        }
    };
}
scalar_rules!(tangent);
