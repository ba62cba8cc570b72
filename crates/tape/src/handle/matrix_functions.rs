//! Functions of matrices: every scalar rule, element by element, and the matrix ops as methods of
//! [`MatrixVar`].

use super::matrix_var::MatrixVar;
use super::operand::Operand;
use super::tape::Tape;
use super::var::Var;
use crate::number::Scalar;
use crate::op::Op;
use crate::ops::{self, *};
use crate::rules::{self, Binary, Unary, scalar_functions};
use std::ops::Range;

impl<'t, T: Scalar> MatrixVar<'t, T> {
    #[track_caller]
    fn matrix(self, op: impl Op<T> + 'static) -> MatrixVar<'t, T> {
        let operands = [Operand::Matrix(self)];
        self.tape.matrix_of(op, operands.iter())
    }

    #[track_caller]
    fn scalar(self, op: impl Op<T> + 'static) -> Var<'t, T> {
        let operands = [Operand::Matrix(self)];
        self.tape.scalar_of(op, operands.iter())
    }

    #[inline(always)]
    #[track_caller]
    pub(crate) fn zip<R: Binary>(
        first: Operand<'t, T>,
        second: Operand<'t, T>,
    ) -> MatrixVar<'t, T> {
        let tape = match (first, second) {
            (Operand::Matrix(matrix), _) | (_, Operand::Matrix(matrix)) => matrix.tape,
            (Operand::Scalar(_), Operand::Scalar(_)) => {
                unreachable!("one of the operands is a matrix")
            }
        };
        let operands = [first, second];
        tape.matrix_of(ops::Zip::<R>::default(), operands.iter())
    }

    #[track_caller]
    pub(crate) fn map<R: Unary>(self) -> Self {
        self.matrix(ops::Map::<R>::default())
    }

    /// The matrix product `self · other`; also written `self * other`.
    ///
    /// # Panics
    /// If `self` has not as many columns as `other` has rows.
    #[inline]
    #[track_caller]
    pub fn matmul(self, other: Self) -> Self {
        let operands = [Operand::Matrix(self), Operand::Matrix(other)];
        self.tape.matrix_of(ops::MatMul, operands.iter())
    }

    /// The product of elements, broadcasting.
    ///
    /// # Panics
    /// If the shapes do not broadcast.
    #[track_caller]
    pub fn component_mul(self, other: Self) -> Self {
        Self::zip::<rules::Mul>(self.into(), other.into())
    }

    /// The quotient of elements, broadcasting.
    ///
    /// # Panics
    /// If the shapes do not broadcast.
    #[track_caller]
    pub fn component_div(self, other: Self) -> Self {
        Self::zip::<rules::Div>(self.into(), other.into())
    }

    /// The mean of all elements, two entries; NaN if there are none.
    #[track_caller]
    pub fn mean(self) -> Var<'t, T> {
        self.sum() / T::from_f64(self.shape().len() as f64)
    }

    /// A copy of some rows.
    ///
    /// # Panics
    /// If the range is not within the matrix, or ends before it starts.
    #[track_caller]
    pub fn rows(self, range: Range<usize>) -> Self {
        self.matrix(ops::RowRange {
            start: range.start,
            len: length("rows", &range),
        })
    }

    /// A copy of some columns.
    ///
    /// # Panics
    /// If the range is not within the matrix, or ends before it starts.
    #[track_caller]
    pub fn columns(self, range: Range<usize>) -> Self {
        self.matrix(ops::ColumnRange {
            start: range.start,
            len: length("columns", &range),
        })
    }

    /// A copy of row `i`, 1×C.
    ///
    /// # Panics
    /// If there is no such row.
    #[track_caller]
    pub fn row(self, i: usize) -> Self {
        self.rows(i..i + 1)
    }

    /// A copy of column `j`, R×1.
    ///
    /// # Panics
    /// If there is no such column.
    #[track_caller]
    pub fn column(self, j: usize) -> Self {
        self.columns(j..j + 1)
    }

    /// The sum of the products of elements, two entries; broadcasting.
    ///
    /// # Panics
    /// If the shapes do not broadcast.
    #[track_caller]
    pub fn dot(self, other: Self) -> Var<'t, T> {
        self.component_mul(other).sum()
    }

    /// Matrices side by side; NumPy's `hstack`.
    ///
    /// # Panics
    /// If they have not equally many rows, or if there are none.
    #[track_caller]
    pub fn hstack(matrices: &[Self]) -> Self {
        let tape = matrices.first().expect("hstack: at least one matrix").tape;
        let operands = matrices.iter().map(|&m| Operand::Matrix(m));
        tape.matrix_of(ops::HStack, operands)
    }

    /// Matrices one below the other; NumPy's `vstack`.
    ///
    /// # Panics
    /// If they have not equally many columns, or if there are none.
    #[track_caller]
    pub fn vstack(matrices: &[Self]) -> Self {
        let tape = matrices.first().expect("vstack: at least one matrix").tape;
        let operands = matrices.iter().map(|&m| Operand::Matrix(m));
        tape.matrix_of(ops::VStack, operands)
    }
}

impl<T: Scalar> Tape<T> {
    /// A matrix built from scalars, given row by row as one writes a matrix down. Plain numbers
    /// among them are constants.
    ///
    /// ```
    /// use tape::Tape;
    /// let tape = Tape::new();
    /// let (x, y) = (tape.var(1.0), tape.var(2.0));
    /// let m = tape.assemble(2, 2, &[x, y, (0.0).into(), x * y]);
    /// assert_eq!(m.value(), nalgebra::dmatrix![1.0, 2.0; 0.0, 2.0]);
    /// ```
    ///
    /// # Panics
    /// If there are not `rows · cols` scalars.
    #[track_caller]
    pub fn assemble<'t>(
        &'t self,
        rows: usize,
        cols: usize,
        scalars: &[Var<'t, T>],
    ) -> MatrixVar<'t, T> {
        let operands = scalars.iter().map(|&x| Operand::Scalar(x));
        self.matrix_of(ops::Assemble { rows, cols }, operands)
    }
}

macro_rules! matrix_methods {
    (
        methods { $(
            $(#[$doc:meta])*
            $kind:ident $method:ident($($argument:ident: $type:ty),*) = $op:expr, try $tried:tt;
        )* }
        others $others:tt
    ) => {
        impl<'t, T: Scalar> MatrixVar<'t, T> {
            $(
                $(#[$doc])*
                #[track_caller]
                pub fn $method(self, $($argument: $type),*) -> matrix_methods!(@$kind) {
                    self.$kind($op)
                }
            )*
        }
    };
    (@matrix) => { MatrixVar<'t, T> };
    (@scalar) => { Var<'t, T> };
}
matrix_ops!(matrix_methods);

macro_rules! elementwise_methods {
    (
        unary { $($u:ident $um:ident),* }
        binary { $($b:ident $bm:ident),* }
    ) => {
        impl<'t, T: Scalar> MatrixVar<'t, T> {
            $(
                #[doc = concat!("Applies [`", stringify!($u), "`](crate::rules::", stringify!($u),
                    ") to every element.")]
                #[track_caller]
                pub fn $um(self) -> Self {
                    self.map::<rules::$u>()
                }
            )*
            $(
                #[doc = concat!("Applies [`", stringify!($b), "`](crate::rules::", stringify!($b),
                    ") to every pair of elements, broadcasting; the other operand is a matrix, a \
                    scalar or a number.")]
                #[track_caller]
                pub fn $bm(self, other: impl Into<Operand<'t, T>>) -> Self {
                    Self::zip::<rules::$b>(self.into(), other.into())
                }
            )*
        }
    };
}
scalar_functions!(elementwise_methods);

/// The length of a range that was given, which must not end before it starts.
#[track_caller]
fn length(op: &str, range: &Range<usize>) -> usize {
    let length = range.end.checked_sub(range.start);
    length.unwrap_or_else(|| panic!("{op}: the range {range:?} ends before it starts"))
}
