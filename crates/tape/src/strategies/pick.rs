//! What a step of a random graph may take: earlier results.

use crate::handle::{MatrixVar, Var};
use crate::number::Scalar;
use crate::op::Op;

/// A result.
#[derive(Clone, Copy, Debug)]
pub(super) enum Handle<'t, T: Scalar> {
    Scalar(Var<'t, T>),
    Matrix(MatrixVar<'t, T>),
}

impl<T: Scalar> Handle<'_, T> {
    pub fn values(self) -> Vec<f64> {
        match self {
            Handle::Scalar(x) => vec![x.value().to_f64()],
            Handle::Matrix(x) => x.value().iter().map(|x| x.to_f64()).collect(),
        }
    }
}

/// The operands of a step.
pub(super) struct Pick<'r, 't, T: Scalar> {
    pub results: &'r [Handle<'t, T>],
    pub operands: [usize; 2],
    pub parameter: usize,
}

impl<'t, T: Scalar> Pick<'_, 't, T> {
    /// Operand `i`, scalar or matrix; counted from the last result back, so that shrinking leads to
    /// short programs.
    pub fn any(&self, i: usize) -> Handle<'t, T> {
        let count = self.results.len();
        self.results[count - 1 - self.operands[i] % count]
    }

    /// Operand `i` of the scalars.
    pub fn scalar(&self, i: usize) -> Option<Var<'t, T>> {
        let scalars = self.results.iter().rev().filter_map(|result| match result {
            Handle::Scalar(x) => Some(*x),
            Handle::Matrix(_) => None,
        });
        let count = scalars.clone().count();
        scalars.clone().nth(self.operands[i] % count.max(1))
    }

    /// Operand `i` of the matrices, if `op` is smooth there.
    pub fn smooth_matrix(&self, i: usize, op: &dyn Op<T>) -> Option<MatrixVar<'t, T>> {
        let matrix = self.matrix(i)?;
        let is_smooth = matrix
            .tape()
            .read(matrix.id(), |view| op.is_smooth(&[view]));
        is_smooth
            .expect("a handle names an entry of its tape")
            .then_some(matrix)
    }

    /// Operand `i` of the matrices.
    pub fn matrix(&self, i: usize) -> Option<MatrixVar<'t, T>> {
        let matrices = self.results.iter().rev().filter_map(|result| match result {
            Handle::Matrix(x) => Some(*x),
            Handle::Scalar(_) => None,
        });
        let count = matrices.clone().count();
        matrices.clone().nth(self.operands[i] % count.max(1))
    }
}
