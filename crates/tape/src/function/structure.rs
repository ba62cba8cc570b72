//! What the numbers of a point, or of a result, are: named scalars and matrices, one after the
//! other.

use crate::op::View;
use crate::shape::Shape;
use std::fmt;
use std::ops::Range;

/// The parts that a long list of numbers consists of, in their order: scalars and matrices, each
/// with a name; of a function's inputs also whether they are parameters or data.
///
/// The numbers of a matrix stand column by column.
///
/// ```
/// use tape::{Shape, Structure};
/// let inputs = Structure::new()
///     .matrix("weights", 3, 2)
///     .scalar("rate")
///     .data_matrix("images", 100, 3);
/// assert_eq!(inputs.len(), 6 + 1 + 300);
/// assert_eq!(inputs.range("rate"), Some(6..7));
///
/// // Parameters are what is differentiated by; a gradient has a number for each of theirs.
/// assert_eq!(inputs.parameters().len(), 7);
/// assert_eq!(inputs.to_string(), "weights 3×2, rate, images 100×3 (data)");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Structure {
    parts: Vec<Part>,
    len: usize,
}

/// One part of a [`Structure`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Part {
    /// Its name; no two parts have the same.
    pub name: String,
    /// Its shape; n×1 of n scalars.
    pub shape: Shape,
    /// Whether the program sees a matrix, or scalars.
    pub is_matrix: bool,
    /// Whether it is data: not differentiated by.
    pub is_data: bool,
    /// Where its numbers begin.
    start: usize,
}

impl Part {
    /// Where its numbers stand.
    pub fn range(&self) -> Range<usize> {
        self.start..self.start + self.shape.len()
    }
}

impl Structure {
    /// No parts.
    pub fn new() -> Self {
        Structure::default()
    }

    /// With one more scalar, a parameter.
    ///
    /// # Panics
    /// If there is a part of this name; so do the others.
    #[track_caller]
    pub fn scalar(self, name: &str) -> Self {
        self.with(name, Shape::SCALAR, false, false)
    }

    /// With `len` more scalars, parameters, under one name.
    #[track_caller]
    pub fn scalars(self, name: &str, len: usize) -> Self {
        self.with(name, Shape::new(len, 1), false, false)
    }

    /// With one more matrix, a parameter.
    #[track_caller]
    pub fn matrix(self, name: &str, rows: usize, cols: usize) -> Self {
        self.with(name, Shape::new(rows, cols), true, false)
    }

    /// With one more scalar that is data.
    #[track_caller]
    pub fn data_scalar(self, name: &str) -> Self {
        self.with(name, Shape::SCALAR, false, true)
    }

    /// With `len` more scalars that are data, under one name.
    #[track_caller]
    pub fn data_scalars(self, name: &str, len: usize) -> Self {
        self.with(name, Shape::new(len, 1), false, true)
    }

    /// With one more matrix that is data.
    #[track_caller]
    pub fn data_matrix(self, name: &str, rows: usize, cols: usize) -> Self {
        self.with(name, Shape::new(rows, cols), true, true)
    }

    #[track_caller]
    pub(super) fn with(mut self, name: &str, shape: Shape, is_matrix: bool, is_data: bool) -> Self {
        assert!(
            self.part(name).is_none(),
            "there is a part called `{name}` already: {self}"
        );
        self.parts.push(Part {
            name: name.to_owned(),
            shape,
            is_matrix,
            is_data,
            start: self.len,
        });
        self.len += shape.len();
        self
    }

    /// The parts, in their order.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// How many numbers all parts have together.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no number.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The part of this name.
    pub fn part(&self, name: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.name == name)
    }

    /// Where the numbers of the part of this name stand.
    pub fn range(&self, name: &str) -> Option<Range<usize>> {
        self.part(name).map(Part::range)
    }

    /// The part of this name in a list of numbers, as a matrix.
    ///
    /// # Panics
    /// If there is no such part, or the list has another length than the structure.
    #[track_caller]
    pub fn view<'n, T>(&self, name: &str, numbers: &'n [T]) -> View<'n, T> {
        assert_eq!(
            numbers.len(),
            self.len,
            "{} numbers for {} of {self}",
            numbers.len(),
            self.len
        );
        let Some(part) = self.part(name) else {
            panic!("no part is called `{name}`: there are {self}");
        };
        View::new(&numbers[part.range()], part.shape)
    }

    /// This structure and behind it the parts of another as parameters, with longer names.
    pub(super) fn followed_by(&self, prefix: &str, other: &Structure) -> Structure {
        other.parts.iter().fold(self.clone(), |all, part| {
            all.with(
                &format!("{prefix}{}", part.name),
                part.shape,
                part.is_matrix,
                false,
            )
        })
    }

    /// Whether another structure has the same parts, of whatever shapes.
    pub(super) fn has_the_parts_of(&self, other: &Structure) -> bool {
        let what = |part: &Part| (part.is_matrix, part.is_data);
        self.parts.len() == other.parts.len()
            && self
                .parts
                .iter()
                .zip(&other.parts)
                .all(|(own, others)| own.name == others.name && what(own) == what(others))
    }

    /// The parameters alone: what a gradient consists of.
    pub fn parameters(&self) -> Structure {
        self.only(false)
    }

    /// The parts that are data.
    #[cfg(feature = "map")]
    pub(super) fn data(&self) -> Structure {
        self.only(true)
    }

    fn only(&self, is_data: bool) -> Structure {
        let parts = self.parts.iter().filter(|part| part.is_data == is_data);
        parts.fold(Structure::new(), |all, part| {
            all.with(&part.name, part.shape, part.is_matrix, is_data)
        })
    }
}

impl fmt::Display for Structure {
    /// Every part: `weights 3×2, rate, images 100×3 (data)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, part) in self.parts.iter().enumerate() {
            let separator = if i == 0 { "" } else { ", " };
            write!(f, "{separator}{}", part.name)?;
            match (part.is_matrix, part.shape) {
                (false, Shape::SCALAR) => {}
                (false, shape) => write!(f, " ({} scalars)", shape.rows)?,
                (true, shape) => write!(f, " {shape}")?,
            }
            if part.is_data {
                write!(f, " (data)")?;
            }
        }
        if self.parts.is_empty() {
            write!(f, "nothing")?;
        }
        Ok(())
    }
}
