//! Reading CSV as Kaggle and others have it: an image a row, its label and its pixels.
//!
//! Where the first row is a header, the columns may stand in any order. The label's is called
//! `label`, `class`, `target`, `digit` or `y`; the pixels' have one number (`pixel0`, `784`), from
//! 0 or from 1 on, row after row of a square image, or two (`1x1`, `r0c27`), the row and the
//! column. A column without a name, `index` or `id` is a row's number and is passed over. Without a
//! header the label comes first. Commas, semicolons and tabs separate; numbers may be grey levels
//! or fractions of white, as in [`crate::idx`]. Files may be compressed with gzip: [`crate::gzip`].
//!
//! A field at a time is read, through a buffer that does not grow, so the memory taken is that of
//! the pixels, and of [`MOST_COLUMNS`] columns.
//!
//! Nothing here touches files: what is read comes from any [`Read`].

use std::io::Read;

use crate::idx::Idx;
use crate::levels::Levels;
use crate::sniff::Beginning;

mod columns;
mod fault;
mod field;
mod rows;

pub use fault::Fault;
pub use field::MOST_COLUMNS;

use columns::{Column, Columns};
use field::number;
use rows::Rows;

/// What a label must be.
const LABEL: &str = "a label, a whole number from 0 to 255";

/// Reads images and their labels from `reader`, which must end where the file does. Never panics,
/// whatever comes.
///
/// ```
/// let text = "pixel1,label,pixel0,pixel3,pixel2\n10,7,0,255,20\n";
/// let (images, labels) = digits::csv::read(text.as_bytes()).unwrap();
/// assert_eq!((images.shape, images.bytes), ([1, 2, 2], vec![0, 10, 20, 255]));
/// assert_eq!(labels.bytes, [7]);
/// ```
///
/// # Errors
///
/// [`Fault`].
pub fn read(reader: impl Read) -> Result<(Idx<3>, Idx<1>), Fault> {
    let mut rows = Rows::new(reader)?;
    if !rows.next()? {
        return Err(Fault::NoRows);
    }
    if rows.is_something_else() {
        return Err(rows.into_not_csv());
    }
    let (columns, is_header) = Columns::of(&rows)?;
    let mut set = Set::new(columns);
    let mut is_row = !is_header || rows.next()?;
    while is_row {
        set.add(&rows)?;
        is_row = rows.next()?;
    }
    set.finish()
}

/// The images read so far.
struct Set {
    columns: Columns,
    /// The pixels of a row, in their order in the image.
    image: Vec<f64>,
    levels: Levels,
    labels: Vec<u8>,
    /// Whether a number was written with a fraction.
    has_fractions: bool,
}

impl Set {
    fn new(columns: Columns) -> Self {
        Set {
            image: vec![0.0; columns.height * columns.width],
            columns,
            levels: Levels::new(true),
            labels: Vec::new(),
            has_fractions: false,
        }
    }

    /// Adds the image of the row that was read last.
    fn add(&mut self, rows: &Rows<impl Read>) -> Result<(), Fault> {
        let columns = &self.columns.columns;
        if rows.len() != columns.len() {
            return Err(Fault::RowLength {
                row: rows.number(),
                found: rows.len(),
                expected: columns.len(),
            });
        }
        for (k, (field, column)) in rows.fields().zip(columns).enumerate() {
            let wrong = |expected| Fault::Value {
                row: rows.number(),
                column: k + 1,
                found: Beginning(field.to_vec()),
                expected,
            };
            match column {
                Column::Passed => {}
                Column::Label => {
                    let label = number(field).filter(|&x| f64::from(x as u8) == x);
                    self.labels.push(label.ok_or_else(|| wrong(LABEL))? as u8);
                }
                Column::Pixel(at) => {
                    let level = number(field).filter(|x| Levels::can_be(*x));
                    self.image[*at as usize] = level.ok_or_else(|| wrong(Levels::EXPECTED))?;
                    self.has_fractions |= field.contains(&b'.');
                }
            }
        }
        self.image.iter().for_each(|&level| self.levels.push(level));
        Ok(())
    }

    fn finish(self) -> Result<(Idx<3>, Idx<1>), Fault> {
        if self.labels.is_empty() {
            return Err(Fault::NoRows);
        }
        let count = self.labels.len();
        let images = Idx {
            shape: [count, self.columns.height, self.columns.width],
            bytes: self.levels.finish(self.has_fractions),
        };
        let labels = Idx {
            shape: [count],
            bytes: self.labels,
        };
        Ok((images, labels))
    }
}

#[cfg(test)]
mod tests;
