//! The handle of a matrix entry.

use super::tape::Tape;
use crate::list::MatrixId;
use crate::number::Scalar;
use crate::shape::Shape;
use nalgebra::DMatrix;
use std::fmt;

/// A matrix on a tape.
///
/// `*` is the matrix product, as in nalgebra; products and quotients of elements are
/// [`component_mul`](MatrixVar::component_mul) and [`component_div`](MatrixVar::component_div).
/// Operations of two matrices broadcast: a 1×C row is repeated for every row, an R×1 column for
/// every column, a scalar for every element. A matrix of nalgebra beside one on the tape becomes
/// an [`input`](Tape::input), which has no derivative:
///
/// ```
/// use nalgebra::dmatrix;
/// use tape::Tape;
/// let tape = Tape::new();
/// let x = dmatrix![1.0, 2.0; 3.0, 4.0];
/// let w = tape.matrix(&dmatrix![0.5; -1.0]);
/// let y = (&x * w).max(0.0); // the data times the weights, and a number for every element
/// assert_eq!(y.sum().gradient().of(w), dmatrix![0.0; 0.0]);
/// ```
pub struct MatrixVar<'t, T = f64> {
    pub(crate) tape: &'t Tape<T>,
    pub(crate) index: u32,
    rows: u32,
    cols: u32,
}

impl<T> Copy for MatrixVar<'_, T> {}
impl<T> Clone for MatrixVar<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> fmt::Debug for MatrixVar<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "MatrixVar({}×{} at entry {})",
            self.rows, self.cols, self.index
        )
    }
}

impl<T: Scalar> fmt::Display for MatrixVar<'_, T> {
    /// The values, rows under one another, as nalgebra prints a matrix.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value().fmt(f)
    }
}

impl<'t, T> MatrixVar<'t, T> {
    #[inline(always)]
    pub(crate) fn on(tape: &'t Tape<T>, index: u32, shape: Shape) -> Self {
        let (rows, cols) = (shape.rows as u32, shape.cols as u32);
        MatrixVar {
            tape,
            index,
            rows,
            cols,
        }
    }

    /// Rows and columns.
    #[inline]
    pub fn shape(self) -> Shape {
        Shape::new(self.rows as usize, self.cols as usize)
    }
}

impl<'t, T: Scalar> MatrixVar<'t, T> {
    /// The tape.
    pub fn tape(self) -> &'t Tape<T> {
        self.tape
    }

    /// The entry's id, which outlives the handle.
    pub fn id(self) -> MatrixId {
        MatrixId(self.tape.id(self.index))
    }

    /// Number of rows.
    pub fn nrows(self) -> usize {
        self.rows as usize
    }

    /// Number of columns.
    pub fn ncols(self) -> usize {
        self.cols as usize
    }

    /// Gives the entry a name, for reports and pictures.
    pub fn named(self, name: impl Into<String>) -> Self {
        self.tape.name(self.index, name.into());
        self
    }

    /// A copy of the values; [`Tape::read`] hands them over without one. What is computed from
    /// them is not seen by the tape, and has no derivative; nor is a decision on them seen, as
    /// [`Var::value`](crate::Var::value) tells.
    #[doc(alias = "detach")]
    pub fn value(self) -> DMatrix<T> {
        let copy = self.tape.matrix_value(self.id());
        copy.expect("a handle names an entry of its tape")
    }
}
