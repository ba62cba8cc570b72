//! What a step of a random graph may take: earlier results.

use crate::handle::{MatrixVar, Var};
use crate::op::Op;

/// A result.
#[derive(Clone, Copy, Debug)]
pub(super) enum Handle<'t> {
    Scalar(Var<'t>),
    Matrix(MatrixVar<'t>),
}

impl<'t> Handle<'t> {
    pub fn values(self) -> Vec<f64> {
        match self {
            Handle::Scalar(x) => vec![x.value()],
            Handle::Matrix(x) => x.value().as_slice().to_vec(),
        }
    }
}

/// The operands of a step.
pub(super) struct Pick<'r, 't> {
    pub results: &'r [Handle<'t>],
    pub operands: [usize; 2],
    pub parameter: usize,
}

impl<'t> Pick<'_, 't> {
    /// Operand `i`, scalar or matrix; counted from the last result back, so that shrinking leads to
    /// short programs.
    pub fn any(&self, i: usize) -> Handle<'t> {
        let count = self.results.len();
        self.results[count - 1 - self.operands[i] % count]
    }

    /// Operand `i` of the scalars.
    pub fn scalar(&self, i: usize) -> Option<Var<'t>> {
        let scalars = self.results.iter().rev().filter_map(|result| match result {
            Handle::Scalar(x) => Some(*x),
            Handle::Matrix(_) => None,
        });
        let count = scalars.clone().count();
        scalars.clone().nth(self.operands[i] % count.max(1))
    }

    /// Operand `i` of the matrices, if `op` is smooth there.
    pub fn smooth_matrix(&self, i: usize, op: &dyn Op<f64>) -> Option<MatrixVar<'t>> {
        let matrix = self.matrix(i)?;
        let is_smooth = matrix
            .tape()
            .read(matrix.id(), |view| op.is_smooth(&[view]));
        is_smooth
            .expect("a handle names an entry of its tape")
            .then_some(matrix)
    }

    /// Operand `i` of the matrices.
    pub fn matrix(&self, i: usize) -> Option<MatrixVar<'t>> {
        let matrices = self.results.iter().rev().filter_map(|result| match result {
            Handle::Matrix(x) => Some(*x),
            Handle::Scalar(_) => None,
        });
        let count = matrices.clone().count();
        matrices.clone().nth(self.operands[i] % count.max(1))
    }
}
