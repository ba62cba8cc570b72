//! Operands and results of matrix ops, as handles.

use super::matrix_var::MatrixVar;
use super::tape::Tape;
use super::var::Var;
use crate::number::Scalar;
use crate::shape::Shape;

/// An operand of a matrix op: a handle, or a number.
#[derive(Clone, Copy, Debug)]
pub enum Operand<'t, T: Copy> {
    /// A scalar.
    Scalar(Var<'t, T>),
    /// A matrix.
    Matrix(MatrixVar<'t, T>),
}

impl<'t, T: Copy> From<Var<'t, T>> for Operand<'t, T> {
    fn from(var: Var<'t, T>) -> Self {
        Operand::Scalar(var)
    }
}

impl<'t, T: Copy> From<MatrixVar<'t, T>> for Operand<'t, T> {
    fn from(matrix: MatrixVar<'t, T>) -> Self {
        Operand::Matrix(matrix)
    }
}

impl<T: Scalar> From<T> for Operand<'_, T> {
    /// A plain number, which becomes a constant.
    fn from(number: T) -> Self {
        Operand::Scalar(Var::from(number))
    }
}

impl<'t, T: Copy> From<&Var<'t, T>> for Operand<'t, T> {
    fn from(var: &Var<'t, T>) -> Self {
        Operand::Scalar(*var)
    }
}

impl<'t, T: Copy> From<&MatrixVar<'t, T>> for Operand<'t, T> {
    fn from(matrix: &MatrixVar<'t, T>) -> Self {
        Operand::Matrix(*matrix)
    }
}

impl<'t, T: Scalar> Operand<'t, T> {
    /// The scalar.
    ///
    /// # Panics
    /// If it is a matrix.
    #[track_caller]
    pub fn scalar(self) -> Var<'t, T> {
        match self {
            Operand::Scalar(var) => var,
            Operand::Matrix(matrix) => panic!("a {} matrix is no scalar", matrix.shape()),
        }
    }

    /// The matrix.
    ///
    /// # Panics
    /// If it is a scalar.
    #[track_caller]
    pub fn matrix(self) -> MatrixVar<'t, T> {
        match self {
            Operand::Matrix(matrix) => matrix,
            Operand::Scalar(_) => panic!("a scalar is no matrix"),
        }
    }

    /// Rows and columns; 1×1 of a scalar.
    pub fn shape(self) -> Shape {
        match self {
            Operand::Scalar(_) => Shape::SCALAR,
            Operand::Matrix(matrix) => matrix.shape(),
        }
    }

    /// Whether it is a matrix, be it 1×1.
    pub fn is_matrix(self) -> bool {
        matches!(self, Operand::Matrix(_))
    }

    /// Its entry on a tape; `None` of a plain number.
    #[track_caller]
    pub(crate) fn entry(self, tape: &Tape<T>) -> Option<usize> {
        let (own, index) = match self {
            Operand::Scalar(var) => (var.tape?, var.index),
            Operand::Matrix(matrix) => (matrix.tape, matrix.index),
        };
        tape.assert_same(own, "derivative");
        Some(index as usize)
    }
}

/// The result of an application: what the op's [`OutputSpec`](crate::OutputSpec) said.
#[derive(Clone, Copy, Debug)]
pub enum Output<'t, T: Copy> {
    /// A scalar.
    Scalar(Var<'t, T>),
    /// A matrix.
    Matrix(MatrixVar<'t, T>),
}

impl<'t, T: Scalar> Output<'t, T> {
    /// The scalar result.
    ///
    /// # Panics
    /// If the op's result is a matrix.
    #[track_caller]
    pub fn scalar(self) -> Var<'t, T> {
        match self {
            Output::Scalar(var) => var,
            Output::Matrix(matrix) => panic!(
                "the op's result is a {} matrix, not a scalar",
                matrix.shape()
            ),
        }
    }

    /// The matrix result.
    ///
    /// # Panics
    /// If the op's result is a scalar.
    #[track_caller]
    pub fn matrix(self) -> MatrixVar<'t, T> {
        match self {
            Output::Matrix(matrix) => matrix,
            Output::Scalar(_) => panic!("the op's result is a scalar, not a matrix"),
        }
    }
}
