//! The numbers that a recording computes.

use super::program::Program;
use crate::number::Scalar;
use crate::op::View;
use crate::shape::Shape;

/// What every entry of a [`Program`] has come to, and what its ops keep for their reverse rules.
#[derive(Clone, Debug)]
pub(crate) struct Primals<T> {
    /// A number for each entry; of a matrix entry, unused.
    pub values: Vec<T>,
    /// The matrices, column-major, one after the other.
    pub arena: Vec<T>,
    pub residuals: Vec<T>,
}

impl<T> Primals<T> {
    pub fn new() -> Self {
        Primals {
            values: Vec::new(),
            arena: Vec::new(),
            residuals: Vec::new(),
        }
    }
}

impl<T: Scalar> Primals<T> {
    /// Becomes equal to another run of the same program.
    pub fn copy_from(&mut self, other: &Primals<T>) {
        self.values.copy_from_slice(&other.values);
        self.arena.copy_from_slice(&other.arena);
        self.residuals.copy_from_slice(&other.residuals);
    }

    /// The result of an entry of `program`, column by column; a scalar's as 1×1.
    #[inline]
    pub fn view(&self, program: &Program<T>, entry: usize) -> View<'_, T> {
        match program.layout().block(entry as u32) {
            None => View::over(&self.values[entry..=entry], Shape::SCALAR),
            Some(block) => View::over(&self.arena[block.range()], block.shape()),
        }
    }

    /// The same, to be written.
    #[inline]
    pub fn slice_mut(&mut self, program: &Program<T>, entry: usize) -> &mut [T] {
        match program.layout().block(entry as u32) {
            None => &mut self.values[entry..=entry],
            Some(block) => &mut self.arena[block.range()],
        }
    }
}
