//! What an op says of its result before it runs.

use crate::shape::Shape;

/// What an op produces from operands of given shapes: a matrix or a scalar, and how many residuals
/// it keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutputSpec {
    pub(crate) shape: Shape,
    pub(crate) scalar: bool,
    pub(crate) residual: usize,
}

impl OutputSpec {
    /// The result is a matrix of this shape.
    pub const fn matrix(rows: usize, cols: usize) -> Self {
        OutputSpec {
            shape: Shape::new(rows, cols),
            scalar: false,
            residual: 0,
        }
    }

    /// The result is a scalar, recorded as a [`Var`](crate::Var).
    pub const fn scalar() -> Self {
        OutputSpec {
            shape: Shape::SCALAR,
            scalar: true,
            residual: 0,
        }
    }

    /// The op also keeps `len` numbers between the forward run and the sweep.
    pub const fn with_residual(mut self, len: usize) -> Self {
        self.residual = len;
        self
    }

    /// The result's shape.
    pub const fn shape(&self) -> Shape {
        self.shape
    }

    /// Whether the result is a scalar.
    pub const fn is_scalar(&self) -> bool {
        self.scalar
    }

    /// How many residuals the op keeps.
    pub const fn residual(&self) -> usize {
        self.residual
    }
}
