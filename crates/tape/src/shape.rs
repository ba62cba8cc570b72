//! Shapes of matrices, and what an op says about its result.

use std::fmt;

/// Rows and columns of a matrix; a scalar is 1×1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Shape {
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub cols: usize,
}

impl Shape {
    /// The shape of a scalar.
    pub const SCALAR: Shape = Shape { rows: 1, cols: 1 };

    /// A shape of `rows` × `cols`.
    pub const fn new(rows: usize, cols: usize) -> Self {
        Shape { rows, cols }
    }

    /// The number of elements.
    pub const fn len(self) -> usize {
        self.rows * self.cols
    }

    /// Whether there is no element.
    pub const fn is_empty(self) -> bool {
        self.rows == 0 || self.cols == 0
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}×{}", self.rows, self.cols)
    }
}

/// What an op produces from operands of given shapes: a matrix or a scalar, and how many residuals it keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature {
    pub(crate) shape: Shape,
    pub(crate) scalar: bool,
    pub(crate) residual: usize,
}

impl Signature {
    /// The result is a matrix of this shape.
    pub const fn matrix(rows: usize, cols: usize) -> Self {
        Signature {
            shape: Shape::new(rows, cols),
            scalar: false,
            residual: 0,
        }
    }

    /// The result is a scalar, recorded as a [`Var`](crate::Var).
    pub const fn scalar() -> Self {
        Signature {
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
