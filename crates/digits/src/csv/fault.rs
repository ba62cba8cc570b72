//! What can be wrong with a file that should be CSV, each fault with what was found, what was
//! expected, and what to do.

use super::field::{LONGEST_ROW, MOST_COLUMNS};
use crate::gzip::Broken;
use crate::sniff::{Beginning, Found};

/// What is wrong with the contents of a file that should be CSV.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// Something else.
    #[error("found {found}; expected CSV with a label and pixels in each row; {}", .found.advice())]
    NotCsv {
        /// What there is.
        found: Found,
    },
    /// There is no row of numbers.
    #[error("found no row of numbers, expected a label and pixels in each row; download it again")]
    NoRows,
    /// No column has labels.
    #[error(
        "found no label among {columns} columns, expected one called `label`; a set that is \
         learned from or judged by needs labels"
    )]
    NoLabel {
        /// How many columns there are.
        columns: usize,
    },
    /// Two columns have labels.
    #[error(
        "found two columns of labels, {first} and {second}, expected one; rename the other to `id`"
    )]
    TwoLabels {
        /// The first, from 1 on.
        first: usize,
        /// The second.
        second: usize,
    },
    /// A column's name says neither label nor pixel.
    #[error(
        "column {column} is called {name}, expected `label`, or a pixel such as `pixel0` or \
         `1x28`; rename it to `id` if it is to be passed over"
    )]
    Name {
        /// Which, from 1 on.
        column: usize,
        /// Its name.
        name: Beginning,
    },
    /// The pixels' names do not make an image.
    #[error(
        "the names of the {pixels} pixels do not make an image: expected each number of a square \
         once, from 0 or 1 on, or each row and column once"
    )]
    Names {
        /// How many there are.
        pixels: usize,
    },
    /// The pixels make no square.
    #[error(
        "found {pixels} pixels in a row, expected a square such as 784 = 28×28, or a header that \
         names rows and columns (1x1, 1x2, …)"
    )]
    NoSquare {
        /// How many there are.
        pixels: usize,
    },
    /// A row of another length.
    #[error("row {row} has {found} fields, expected {expected} as in the first; download it again")]
    RowLength {
        /// Which, from 1 on, the header included.
        row: u64,
        /// How many fields it has, or more.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
    /// A field that is no number, or not one that can be there.
    #[error("row {row}, column {column} is {found}, expected {expected}")]
    Value {
        /// Which row, from 1 on, the header included.
        row: u64,
        /// Which column, from 1 on.
        column: usize,
        /// What is there.
        found: Beginning,
        /// What should be.
        expected: &'static str,
    },
    /// A row longer than its numbers can be.
    #[error(
        "row {row} is longer than {LONGEST_ROW} bytes, more than a label and {MOST_COLUMNS} pixels \
         can take; download it again"
    )]
    RowTooLong {
        /// Which, from 1 on.
        row: u64,
    },
    /// More columns than anybody has.
    #[error("found more than {MOST_COLUMNS} columns, expected a label and at most 128×128 pixels")]
    TooManyColumns,
    /// The contents cannot be read to their end.
    #[error(transparent)]
    Broken(#[from] Broken),
}
