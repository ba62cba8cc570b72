//! Which values are out of date because leaves were set and nothing was replayed since.

use super::program::Program;
use crate::error::Error;
use crate::number::Scalar;
use crate::rules::Form;

/// Up to where a tape is stale: what was computed there may come from earlier values of the leaves.
///
/// What is recorded after leaves were set comes from their new values, so it is not stale: a handle
/// of a stale entry cannot be had, and every other entry is current.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Staleness {
    /// Computed entries before this one are stale.
    end: u32,
    /// How often leaves were set: tells whether a sweep was made at the current values.
    settings: u64,
}

impl Staleness {
    /// Notes that a leaf is given another value, on a list of `length` entries.
    #[inline]
    pub fn leaf_set(&mut self, length: usize) {
        self.end = length as u32;
        self.settings += 1;
    }

    /// Notes that a replay begins, on a list of `length` entries: unless it ends well, all is
    /// stale.
    pub fn replay_begun(&mut self, length: usize) {
        self.end = length as u32;
    }

    /// Notes that everything was replayed.
    pub fn replayed(&mut self) {
        self.end = 0;
    }

    /// Notes that the list was cut to `length` entries.
    pub fn cut(&mut self, length: usize) {
        self.end = self.end.min(length as u32);
    }

    /// How often leaves were set.
    #[inline]
    pub fn settings(&self) -> u64 {
        self.settings
    }

    /// That an entry's value is current.
    #[inline]
    pub fn check<T: Scalar>(&self, program: &Program<T>, index: u32) -> Result<(), Error> {
        if index >= self.end {
            return Ok(());
        }
        self.look(program, index)
    }

    #[cold]
    #[inline(never)]
    fn look<T: Scalar>(&self, program: &Program<T>, index: u32) -> Result<(), Error> {
        let code = program.entries.codes()[index as usize];
        if code.form() == Form::None {
            return Ok(());
        }
        Err(Error::Stale {
            entry: index as usize,
            op: program.op_name(index),
        })
    }

    /// That every entry's value is current.
    pub fn check_all<T: Scalar>(&self, program: &Program<T>) -> Result<(), Error> {
        (0..self.end).try_for_each(|index| self.look(program, index))
    }
}
