//! Tables of numbers with a row for each input, column by column, as they are read and written.

use crate::number::Scalar;
use nalgebra::{DMatrix, Dim, IsContiguous, Matrix, RawStorage};
use std::ops::Range;

/// The inputs: a row each.
#[derive(Clone, Copy)]
pub(super) struct Table<'a, T> {
    numbers: &'a [T],
    pub rows: usize,
    pub columns: usize,
}

impl<'a, T: Scalar> Table<'a, T> {
    pub fn of<R: Dim, C: Dim, S>(matrix: &'a Matrix<T, R, C, S>) -> Self
    where
        S: RawStorage<T, R, C> + IsContiguous,
    {
        Table {
            numbers: matrix.as_slice(),
            rows: matrix.nrows(),
            columns: matrix.ncols(),
        }
    }

    /// One number of each input.
    pub fn column(&self, column: usize) -> &'a [T] {
        &self.numbers[column * self.rows..(column + 1) * self.rows]
    }

    /// One input.
    pub fn row(&self, row: usize, into: &mut Vec<T>) {
        into.clear();
        into.extend((0..self.columns).map(|column| self.column(column)[row]));
    }
}

/// Which inputs are evaluated: a range of them, or some.
#[derive(Clone, Copy)]
pub(super) enum Which<'a> {
    Range(&'a Range<usize>),
    Some(&'a [usize]),
}

impl Which<'_> {
    pub fn len(&self) -> usize {
        match self {
            Which::Range(range) => range.len(),
            Which::Some(inputs) => inputs.len(),
        }
    }

    pub fn input(&self, at: usize) -> usize {
        match self {
            Which::Range(range) => range.start + at,
            Which::Some(inputs) => inputs[at],
        }
    }

    /// Writes a number of `row.len()` of the inputs, from the one at `at` on.
    pub fn load<T: Copy>(&self, column: &[T], at: usize, row: &mut [T]) {
        match self {
            Which::Range(range) => {
                let start = range.start + at;
                row.copy_from_slice(&column[start..start + row.len()]);
            }
            Which::Some(inputs) => {
                for (to, &input) in row.iter_mut().zip(&inputs[at..]) {
                    *to = column[input];
                }
            }
        }
    }
}

/// Where results go: the columns of a table of values and of tables of derivatives, or the parts of
/// them that belong to a range of inputs.
pub(super) enum Sheet<'a, T> {
    Whole {
        values: &'a mut DMatrix<T>,
        /// For each result, the derivatives by each parameter.
        derivatives: &'a mut [DMatrix<T>],
    },
    #[cfg(feature = "rayon")]
    Part {
        columns: Vec<&'a mut [T]>,
        /// The input of the first number.
        first: usize,
    },
}

impl<T: Scalar> Sheet<'_, T> {
    /// The numbers of a column, and the input of the first.
    fn column(&mut self, column: usize) -> (&mut [T], usize) {
        match self {
            Sheet::Whole {
                values,
                derivatives,
            } => {
                let rows = values.nrows();
                let (table, column) = match column.checked_sub(values.ncols()) {
                    None => (&mut **values, column),
                    Some(behind) => {
                        let parameters = derivatives[0].ncols();
                        (&mut derivatives[behind / parameters], behind % parameters)
                    }
                };
                (&mut table.as_mut_slice()[column * rows..][..rows], 0)
            }
            #[cfg(feature = "rayon")]
            Sheet::Part { columns, first } => (columns[column], *first),
        }
    }

    /// The parts that belong to ranges of inputs, which follow one another.
    #[cfg(feature = "rayon")]
    pub fn split(&mut self, ranges: &[Range<usize>]) -> Vec<Sheet<'_, T>> {
        let (all, start): (Vec<&mut [T]>, usize) = match self {
            Sheet::Whole {
                values,
                derivatives,
            } => {
                let tables = std::iter::once(&mut **values).chain(derivatives.iter_mut());
                let columns = tables.flat_map(|table| {
                    let rows = table.nrows().max(1);
                    table.as_mut_slice().chunks_exact_mut(rows)
                });
                (columns.collect(), 0)
            }
            Sheet::Part { columns, first } => (
                columns.iter_mut().map(|column| &mut **column).collect(),
                *first,
            ),
        };
        let mut parts: Vec<Vec<&mut [T]>> = ranges.iter().map(|_| Vec::new()).collect();
        let skipped = ranges.first().map_or(0, |range| range.start - start);
        for column in all {
            let mut rest = &mut column[skipped..];
            for (part, range) in parts.iter_mut().zip(ranges) {
                let (own, after) = rest.split_at_mut(range.len());
                part.push(own);
                rest = after;
            }
        }
        let parts = parts.into_iter().zip(ranges);
        let part = |(columns, range): (_, &Range<usize>)| Sheet::Part {
            columns,
            first: range.start,
        };
        parts.map(part).collect()
    }

    /// Writes a number of each of some inputs, from the one at `at` on.
    pub fn put(&mut self, column: usize, which: Which<'_>, at: usize, numbers: &[T]) {
        let (column, first) = self.column(column);
        match which {
            Which::Range(range) => {
                let start = range.start + at - first;
                column[start..start + numbers.len()].copy_from_slice(numbers);
            }
            Which::Some(inputs) => {
                for (&input, &number) in inputs[at..].iter().zip(numbers) {
                    column[input - first] = number;
                }
            }
        }
    }

    /// Writes one number of each of some inputs.
    pub fn fill(&mut self, column: usize, which: Which<'_>, range: Range<usize>, number: T) {
        let (column, first) = self.column(column);
        for at in range {
            column[which.input(at) - first] = number;
        }
    }
}
