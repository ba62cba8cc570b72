//! A matrix row by row, where it stands column by column: a block of rows at a time is walked
//! along its columns, so that memory is read in order, and what is known of each row of the block
//! stands on the stack.

use crate::number::{Scalar, sum_lists};
use crate::shape::Shape;
use std::iter::zip;
use std::ops::Range;

/// Runs a loop over the rows of a matrix, a block after the other: of many rows where there are
/// many, of one where that is all, for then what is known of it fits in registers.
macro_rules! for_blocks {
    ($shape:expr, |$rows:ident| $run:block) => {
        match $shape {
            shape if shape.rows == 1 => {
                for $rows in $crate::ops::rows::Rows::<1>::blocks(shape) $run
            }
            shape => {
                for $rows in $crate::ops::rows::Rows::<32>::blocks(shape) $run
            }
        }
    };
}
pub(super) use for_blocks;

/// At most `BLOCK` rows of a matrix, which stand under one another.
#[derive(Clone, Copy)]
pub(super) struct Rows<const BLOCK: usize> {
    first: usize,
    count: usize,
    shape: Shape,
}

impl<const BLOCK: usize> Rows<BLOCK> {
    /// All rows of a matrix, a block after the other; none, where they have no elements.
    pub fn blocks(shape: Shape) -> impl Iterator<Item = Self> {
        let rows = if shape.cols == 0 { 0 } else { shape.rows };
        (0..rows).step_by(BLOCK).map(move |first| Rows {
            first,
            count: BLOCK.min(shape.rows - first),
            shape,
        })
    }

    /// Where the rows stand in column `j`, of elements that stand column by column.
    #[inline]
    pub fn at(self, j: usize) -> Range<usize> {
        let start = j * self.shape.rows + self.first;
        start..start + self.count
    }

    /// Where the rows stand in each column.
    #[inline]
    pub fn columns(self) -> impl Iterator<Item = Range<usize>> {
        (0..self.shape.cols).map(move |j| self.at(j))
    }

    /// What `of` says of each row of the block.
    #[inline]
    pub fn each<T: Scalar>(self, of: impl FnMut(usize) -> T) -> [T; BLOCK] {
        let mut each = [T::zero(); BLOCK];
        zip(&mut each[..self.count], (0..self.count).map(of)).for_each(|(to, of)| *to = of);
        each
    }

    /// Writes what `of` says of each row, to a list with a number for each of the matrix.
    #[inline]
    pub fn set<T>(self, list: &mut [T], of: impl FnMut(usize) -> T) {
        let list = &mut list[self.first..self.first + self.count];
        zip(list, (0..self.count).map(of)).for_each(|(to, of)| *to = of);
    }

    /// The number of each row that stands in the row's own column.
    #[inline]
    pub fn in_columns<T: Scalar>(self, x: &[T], columns: &[usize; BLOCK]) -> [T; BLOCK] {
        self.each(|i| x[self.at(columns[i])][i])
    }

    /// A sum for each row, pairwise: `add(j, at, sums)` adds what column `j`, which stands `at`,
    /// adds to each.
    #[inline]
    pub fn sums<T: Scalar>(self, mut add: impl FnMut(usize, Range<usize>, &mut [T])) -> [T; BLOCK] {
        let mut sums = [T::zero(); BLOCK];
        let add = &mut |j, sums: &mut [T]| add(j, self.at(j), sums);
        sum_lists::<T, BLOCK>(0..self.shape.cols, &mut sums[..self.count], add);
        sums
    }

    /// The column of each row's largest number: the first, or the first NaN, which is neither
    /// larger nor smaller than anything.
    #[inline]
    pub fn largest<T: Scalar>(self, x: &[T]) -> [usize; BLOCK] {
        let mut places = [0; BLOCK];
        let mut most = self.each(|i| x[self.at(0)][i]);
        for (j, at) in self.columns().enumerate().skip(1) {
            for ((place, most), &x) in zip(zip(&mut places, &mut most), &x[at]) {
                if !(x <= *most || most.to_f64().is_nan()) {
                    (*place, *most) = (j, x);
                }
            }
        }
        places
    }

    /// Multiplies every number of a row by the row's.
    #[inline]
    pub fn scale<T: Scalar>(self, x: &mut [T], by: &[T; BLOCK]) {
        for at in self.columns() {
            zip(&mut x[at], by).for_each(|(x, &by)| *x *= by);
        }
    }
}
