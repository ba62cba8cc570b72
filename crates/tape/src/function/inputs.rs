//! Points: the numbers a function is evaluated at.

use super::structure::Structure;
use crate::number::Scalar;
use crate::op::View;
use nalgebra::{Dim, IsContiguous, Matrix, RawStorage};

/// What a [`Function`](crate::Function) can be evaluated at: a slice, an array or a vector of
/// numbers, a nalgebra vector, or [`Values`].
pub trait Inputs<T> {
    /// The numbers of every input, one after the other.
    fn numbers(&self) -> &[T];

    /// What they are, if the point knows: a function is recorded anew for inputs of other shapes.
    fn structure(&self) -> Option<&Structure> {
        None
    }
}

impl<T> Inputs<T> for [T] {
    fn numbers(&self) -> &[T] {
        self
    }
}

impl<T, const N: usize> Inputs<T> for [T; N] {
    fn numbers(&self) -> &[T] {
        self
    }
}

impl<T> Inputs<T> for Vec<T> {
    fn numbers(&self) -> &[T] {
        self
    }
}

impl<T, R: Dim, C: Dim, S: RawStorage<T, R, C> + IsContiguous> Inputs<T> for Matrix<T, R, C, S> {
    fn numbers(&self) -> &[T] {
        self.as_slice()
    }
}

/// Numbers with their structure: a point whose parts are set and read by name.
///
/// ```
/// use nalgebra::dmatrix;
/// use tape::{Structure, Values};
/// let mut point = Values::new(Structure::new().matrix("weights", 2, 2).scalar("bias"));
/// point.set("weights", &dmatrix![1.0, 2.0; 3.0, 4.0]);
/// point.part_mut("bias")[0] = 0.5;
/// assert_eq!(point.numbers(), [1.0, 3.0, 2.0, 4.0, 0.5]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Values<T = f64> {
    structure: Structure,
    numbers: Vec<T>,
}

impl<T: Scalar> Values<T> {
    /// Zeros of a structure.
    pub fn new(structure: Structure) -> Self {
        let numbers = vec![T::zero(); structure.len()];
        Values { structure, numbers }
    }

    /// What the numbers are.
    pub fn structure(&self) -> &Structure {
        &self.structure
    }

    /// All numbers, in order.
    pub fn numbers(&self) -> &[T] {
        &self.numbers
    }

    /// All numbers, to be written.
    pub fn numbers_mut(&mut self) -> &mut [T] {
        &mut self.numbers
    }

    /// A part by its name.
    ///
    /// # Panics
    /// If there is none.
    #[track_caller]
    pub fn part(&self, name: &str) -> View<'_, T> {
        self.structure.view(name, &self.numbers)
    }

    /// The numbers of a part, column by column, to be written.
    ///
    /// # Panics
    /// If there is none of this name.
    #[track_caller]
    pub fn part_mut(&mut self, name: &str) -> &mut [T] {
        let Some(range) = self.structure.range(name) else {
            panic!("no part is called `{name}`: there are {}", self.structure);
        };
        &mut self.numbers[range]
    }

    /// Sets a part to a matrix of its shape.
    ///
    /// # Panics
    /// If there is no part of this name, or it has another shape.
    #[track_caller]
    pub fn set<R: Dim, C: Dim, S: RawStorage<T, R, C>>(
        &mut self,
        name: &str,
        values: &Matrix<T, R, C, S>,
    ) {
        let shape = self.part(name).shape();
        assert!(
            values.shape() == (shape.rows, shape.cols),
            "a {}×{} matrix for `{name}`, which is {shape}",
            values.nrows(),
            values.ncols()
        );
        for (to, from) in self.part_mut(name).iter_mut().zip(values.iter()) {
            *to = *from;
        }
    }
}

impl<T: Scalar> Inputs<T> for Values<T> {
    fn numbers(&self) -> &[T] {
        &self.numbers
    }

    fn structure(&self) -> Option<&Structure> {
        Some(&self.structure)
    }
}
