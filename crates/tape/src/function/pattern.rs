//! Where a Jacobian can have numbers other than 0, and which of its columns, or rows, one sweep
//! finds together.

use super::colouring::{colour, star_colour};
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
    /// Where each number is read after the sweeps: at which result (or, if they go backwards, which
    /// parameter), in the sweep of which colour.
    pub(super) reads: Vec<(u32, u32)>,
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
        let by_row = dependent(program, parameters, results);
        let by_column = by_row.transposed(parameters.len());
        let forward = colour(&by_row, &by_column);
        let reverse = colour(&by_column, &by_row);
        let entries = by_column.pairs();
        let (direction, (colours, count), reads) = if forward.1 <= reverse.1 {
            let reads = entries.map(|(row, column)| (row, forward.0[column as usize]));
            (Direction::Forward, &forward, reads.collect())
        } else {
            let reads = entries.map(|(row, column)| (column, reverse.0[row as usize]));
            (Direction::Reverse, &reverse, reads.collect())
        };
        SparsityPattern {
            rows: by_row.len(),
            direction,
            colours: colours.clone(),
            count: *count,
            reads,
            by_column,
        }
    }

    /// The pattern of the Jacobian of a gradient, which is symmetric.
    pub(super) fn of_gradient<T: Scalar>(
        program: &Program<T>,
        parameters: &[(usize, usize)],
        results: &[Option<(usize, usize)>],
    ) -> Self {
        let by_row = dependent(program, parameters, results);
        // What depends on what is seen from the operations; by symmetry, also the other way.
        let by_column = by_row.union(&by_row.transposed(parameters.len()));
        let (colours, count) = star_colour(&by_column);
        // A number can be read where no other column of its colour has one in the row.
        let is_alone = |row: u32, column: u32| {
            let colour = colours[column as usize];
            let mut others = by_column.row(row as usize).iter();
            !others.any(|&other| other != column && colours[other as usize] == colour)
        };
        let reads = by_column.pairs().map(|(row, column)| {
            if is_alone(row, column) {
                (row, colours[column as usize])
            } else {
                (column, colours[row as usize])
            }
        });
        SparsityPattern {
            rows: by_row.len(),
            direction: Direction::Forward,
            reads: reads.collect(),
            colours,
            count,
            by_column,
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

/// The parameters that each result may depend on.
fn dependent<T: Scalar>(
    program: &Program<T>,
    parameters: &[(usize, usize)],
    results: &[Option<(usize, usize)>],
) -> Rows {
    let mut entries: Vec<usize> = results.iter().flatten().map(|place| place.0).collect();
    entries.dedup();
    let sets = dependences(program, parameters, &entries);
    let mut at = 0;
    Rows::of(results.iter().map(|place| {
        let Some((entry, element)) = *place else {
            return Vec::new();
        };
        at += usize::from(entries[at] != entry);
        let set = sets[at].get(element);
        set.map_or_else(Vec::new, |set| set.members())
    }))
}
