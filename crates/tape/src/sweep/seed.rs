//! Seeds: where a sweep starts, and with which number or matrix.

use super::buffer::Buffer;
use super::entry_ref::{MatrixRef, ScalarRef};
use crate::error::Error;
use crate::handle::Tape;
use crate::list::{Id, Program};
use crate::number::Scalar;
use crate::op::View;
use crate::shape::Shape;

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

impl<'s, T: Scalar> Seed<'s, T> {
    /// A scalar entry with a seed of 1: the sweep gives its gradient. A plain number is a seed as
    /// well; it reaches no entry.
    pub fn one(target: impl ScalarRef) -> Self {
        Seed::scalar(target, T::one())
    }

    /// A scalar entry with any seed.
    pub fn scalar(target: impl ScalarRef, seed: T) -> Self {
        let id = target.id_of();
        Seed {
            id,
            values: SeedValues::Scalar(seed),
        }
    }

    /// A matrix entry with a seed of its shape.
    pub fn matrix(target: impl MatrixRef, seed: &'s nalgebra::DMatrix<T>) -> Self {
        let id = target.id_of();
        let view = View::new(seed.as_slice(), Shape::new(seed.nrows(), seed.ncols()));
        Seed {
            id,
            values: SeedValues::Matrix(view),
        }
    }

    /// Whether it is a seed of a plain number, which no entry depends on.
    pub(super) fn is_of_number(&self) -> bool {
        self.id == Id::NOWHERE
    }

    /// That the seed fits an entry of a tape as it is.
    pub(super) fn check(&self, tape: &Tape<T>, program: &Program<T>) -> Result<(), Error> {
        tape.history
            .check(self.id, tape.number, program.entries.len())?;
        let index = self.id.index;
        tape.staleness.check(program, index)?;
        if let SeedValues::Matrix(seed) = &self.values {
            let (entry, found, expected) = (index as usize, seed.shape(), program.shape(index));
            if found != expected {
                return Err(Error::Shape {
                    entry,
                    found,
                    expected,
                });
            }
        }
        Ok(())
    }

    /// Adds the seed, which must have been checked, to the buffer. Returns the entry's index.
    pub(super) fn plant(&self, buffer: &mut Buffer<T>, program: &Program<T>) -> usize {
        let index = self.id.index as usize;
        match &self.values {
            SeedValues::Scalar(seed) => buffer.add(index, *seed),
            SeedValues::Matrix(seed) => {
                let block = program.entries.at(index).block();
                let block = program.blocks[block.expect("a matrix id names a matrix") as usize];
                let keep = std::mem::replace(&mut buffer.reached[index], true);
                for (to, &from) in buffer.arena[block.range()].iter_mut().zip(seed.values()) {
                    *to = if keep { *to + from } else { from };
                }
            }
        }
        index
    }
}

/// What a sweep starts from: a [`Seed`], or several in an array, a slice's iterator or a `Vec`.
///
/// Implemented for whatever iterates over seeds; it is a trait of its own so that a handle in the
/// place of a seed is told what to write.
#[diagnostic::on_unimplemented(
    message = "a sweep starts from a `Seed`, and `{Self}` is none",
    label = "expected a `Seed`, or an array or a `Vec` of seeds",
    note = "of a scalar `y`: `Seed::one(y)` for its derivatives, `Seed::scalar(y, 0.5)` for others",
    note = "of a matrix `y`: `Seed::matrix(y, &weights)`, with a weight for each element; for the \
        derivatives of their sum, sweep from `y.sum()`"
)]
pub trait Seeds<'s, T: 's>: IntoIterator<Item = Seed<'s, T>> {}

#[diagnostic::do_not_recommend]
impl<'s, T: 's, I: IntoIterator<Item = Seed<'s, T>>> Seeds<'s, T> for I {}

impl<T: Scalar> Tape<T> {
    /// Begins a sweep: adds every seed to the buffer. Returns the last entry that one names.
    ///
    /// The store is not held while a seed is made, which may record.
    pub(super) fn plant_all<'s>(
        &self,
        seeds: impl Seeds<'s, T>,
        buffer: &mut Buffer<T>,
    ) -> Result<Option<usize>, Error>
    where
        T: 's,
    {
        buffer.begin(self.number, &self.history);
        let mut last = None;
        for seed in seeds {
            if seed.is_of_number() {
                continue;
            }
            let store = self.store.borrow();
            seed.check(self, &store.program)?;
            buffer.fit(&store.program);
            last = last.max(Some(seed.plant(buffer, &store.program)));
        }
        buffer.fit(&self.store.borrow().program);
        Ok(last)
    }
}

impl<'s, T: Scalar> IntoIterator for Seed<'s, T> {
    type Item = Self;
    type IntoIter = std::iter::Once<Self>;
    fn into_iter(self) -> Self::IntoIter {
        std::iter::once(self)
    }
}
