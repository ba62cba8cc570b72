//! Where a Jacobian can have numbers other than 0, and which of its columns, or rows, one sweep
//! finds together.

use super::colouring::colour;
use super::index_sets::dependences;
use super::rows::Rows;
use crate::list::Program;
use crate::number::Scalar;

/// Where the Jacobian of a function can have numbers other than 0, and in how many directions it
/// takes to find them all.
///
/// The pattern holds for every point of one recording: it is what the results may depend on, by the
/// operations that were recorded, whatever the numbers are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SparsityPattern {
    /// The rows of each column: how a matrix is stored that is compressed by columns.
    pub(super) by_column: Rows,
    rows: usize,
    pub(super) direction: Direction,
    /// The colour of each column if sweeps go forwards, of each row if backwards.
    pub(super) colours: Vec<u32>,
    count: usize,
}

/// Which way the sweeps go that find a Jacobian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Forwards, along several columns at a time.
    Forward,
    /// Backwards, from several rows at a time.
    Reverse,
}

impl SparsityPattern {
    /// The pattern of a program's Jacobian, where parameters and results stand at these entries and
    /// elements of them.
    pub(super) fn of<T: Scalar>(
        program: &Program<T>,
        parameters: &[(usize, usize)],
        results: &[Option<(usize, usize)>],
    ) -> Self {
        let columns = parameters.len();
        let mut entries: Vec<usize> = results.iter().flatten().map(|place| place.0).collect();
        entries.dedup();
        let sets = dependences(program, parameters, &entries);
        let mut at = 0;
        let by_row = Rows::of(results.iter().map(|place| {
            let Some((entry, element)) = *place else {
                return Vec::new();
            };
            at += usize::from(entries[at] != entry);
            sets[at]
                .get(element)
                .map_or_else(Vec::new, |set| set.members())
        }));
        let by_column = by_row.transposed(columns);
        let forward = colour(&by_row, &by_column);
        let reverse = colour(&by_column, &by_row);
        let (direction, (colours, count)) = if forward.1 <= reverse.1 {
            (Direction::Forward, forward)
        } else {
            (Direction::Reverse, reverse)
        };
        SparsityPattern {
            rows: by_row.len(),
            by_column,
            direction,
            colours,
            count,
        }
    }

    /// How many rows the Jacobian has: results.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How many columns it has: parameters.
    pub fn columns(&self) -> usize {
        self.by_column.len()
    }

    /// How many of its numbers can be other than 0.
    pub fn entries(&self) -> usize {
        self.by_column.indices.len()
    }

    /// In how many directions, or from how many seeds, all of them are found.
    pub fn colours(&self) -> usize {
        self.count
    }

    /// Which way the sweeps go: the one that takes fewer colours.
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// The rows in which a column can have numbers other than 0, rising.
    ///
    /// # Panics
    /// If there is no such column.
    pub fn column(&self, column: usize) -> &[u32] {
        self.by_column.row(column)
    }
}
