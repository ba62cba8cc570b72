//! Rows of lanes.

use crate::number::Scalar;
use std::ops::Range;

/// Lanes come in chunks of so many: two vectors of AVX-512, four of AVX2.
pub(crate) const CHUNK: usize = 16;
/// The most lanes a row has.
pub(super) const MOST: usize = 4 * CHUNK;
/// A row begins where a cache line does, or vectors would lie across two.
const LINE: usize = 64;

/// Rows of numbers of one length, a multiple of [`CHUNK`], in one piece of memory.
pub(crate) struct Rows<T> {
    numbers: Vec<T>,
    /// Where the first row begins.
    start: usize,
    count: usize,
    lanes: usize,
}

impl<T: Scalar> Rows<T> {
    /// Rows of zeros.
    pub fn new(count: usize, lanes: usize) -> Self {
        let spare = LINE / size_of::<T>().max(1);
        let numbers = vec![T::zero(); count * lanes + spare];
        let start = numbers.as_ptr().align_offset(LINE);
        // Where the offset cannot be told, any will do.
        let start = if start <= spare { start } else { 0 };
        Rows {
            numbers,
            start,
            count,
            lanes,
        }
    }

    /// Room for so many rows, whose numbers are forgotten if there was less.
    pub fn make_room(&mut self, count: usize) {
        if self.count < count {
            *self = Rows::new(count, self.lanes);
        }
    }

    #[inline(always)]
    fn range(&self, row: u32) -> Range<usize> {
        let start = self.start + row as usize * self.lanes;
        start..start + self.lanes
    }

    #[inline(always)]
    pub fn row(&self, row: u32) -> &[T] {
        &self.numbers[self.range(row)]
    }

    #[inline(always)]
    pub fn row_mut(&mut self, row: u32) -> &mut [T] {
        let range = self.range(row);
        &mut self.numbers[range]
    }

    /// A row to be written and another to be read; `None` if they are one.
    #[inline(always)]
    pub fn two(&mut self, written: u32, read: u32) -> Option<(&mut [T], &[T])> {
        let ranges = [self.range(written), self.range(read)];
        let [written, read] = self.numbers.get_disjoint_mut(ranges).ok()?;
        Some((written, read))
    }

    /// A row to be written and two to be read, all three different.
    #[inline(always)]
    pub fn three(&mut self, written: u32, one: u32, other: u32) -> Option<(&mut [T], &[T], &[T])> {
        let ranges = [self.range(written), self.range(one), self.range(other)];
        let [written, one, other] = self.numbers.get_disjoint_mut(ranges).ok()?;
        Some((written, one, other))
    }

    /// One lane of a row.
    pub fn at(&self, row: u32, lane: usize) -> T {
        self.row(row)[lane]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_apart_and_begin_cache_lines() {
        let mut rows = Rows::<f64>::new(3, 32);
        rows.row_mut(1).fill(1.0);
        rows.row_mut(2).fill(2.0);
        assert!(rows.row(0).iter().all(|x| *x == 0.0));
        assert_eq!(rows.row(1).as_ptr() as usize % LINE, 0);
        let (written, read) = rows.two(0, 2).unwrap();
        written.copy_from_slice(read);
        assert_eq!(rows.at(0, 31), 2.0);
        assert!(rows.two(1, 1).is_none() && rows.three(0, 1, 1).is_none());
    }
}
