//! Operands and results of matrix ops, as handles.

use super::matrix_var::MatrixVar;
use super::var::Var;
use crate::number::Scalar;

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
