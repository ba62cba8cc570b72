//! Seeds: where a sweep starts, and with which number or matrix.

use super::buffer::Buffer;
use super::entry_ref::{MatrixRef, ScalarRef};
use crate::error::Error;
use crate::list::{History, Id, Store};
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
    /// A scalar entry with a seed of 1: the sweep gives its gradient.
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

    /// A matrix entry with a seed of its shape, column-major.
    ///
    /// # Panics
    /// If the slice has not `rows · cols` elements.
    pub fn matrix(target: impl MatrixRef, seed: &'s nalgebra::DMatrix<T>) -> Self {
        let id = target.id_of();
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
        tape: u64,
        history: &History,
        store: &Store<T>,
    ) -> Result<u32, Error> {
        history.check(self.id, tape, store.entries.len())?;
        let index = self.id.index;
        match (&self.values, store.entries.at(index as usize).block()) {
            (SeedValues::Scalar(seed), _) => buffer.add(index as usize, *seed),
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
                let keep = std::mem::replace(&mut buffer.reached[index as usize], true);
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
