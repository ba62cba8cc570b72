//! The handle of a matrix entry.

use crate::error::Error;
use crate::id::MatrixId;
use crate::ops;
use crate::ops::registry::{self as rules, scalar_rules};
use crate::ops::scalar::{Binary, Unary};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::tape::{Operand, Tape, copy_matrix};
use crate::var::Var;
use nalgebra::DMatrix;
use std::fmt;
use std::ops::{Add, Div, Mul, Neg, Range, Sub};

/// A matrix on a tape.
///
/// `*` is the matrix product, as in nalgebra; products and quotients of elements are
/// [`component_mul`](MatrixVar::component_mul) and [`component_div`](MatrixVar::component_div). Operations of
/// two matrices broadcast: a 1×C row is repeated for every row, an R×1 column for every column, a scalar for
/// every element.
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

impl<'t, T> MatrixVar<'t, T> {
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

    /// Gives the entry a name, for reports and pictures.
    pub fn named(self, name: impl Into<String>) -> Self {
        self.tape.name(self.index, name.into());
        self
    }

    /// A copy of the values; [`Tape::read`] hands them over without one.
    pub fn value(self) -> DMatrix<T> {
        let copy = self.tape.read(self.id(), copy_matrix);
        copy.expect("a handle names an entry of its tape")
    }

    #[track_caller]
    fn with(self, op: impl crate::Op<T> + 'static) -> MatrixVar<'t, T> {
        let operands = std::iter::once(Operand::Matrix(self));
        self.tape.apply_infallible(op, operands).matrix()
    }

    #[track_caller]
    fn reduced(self, op: impl crate::Op<T> + 'static) -> Var<'t, T> {
        let operands = std::iter::once(Operand::Matrix(self));
        self.tape.apply_infallible(op, operands).scalar()
    }

    #[track_caller]
    pub(crate) fn zip<R: Binary>(first: Operand<'t, T>, second: Operand<'t, T>) -> MatrixVar<'t, T> {
        let tape = match (first, second) {
            (Operand::Matrix(matrix), _) | (_, Operand::Matrix(matrix)) => matrix.tape,
            (Operand::Scalar(_), Operand::Scalar(_)) => {
                unreachable!("one of the operands is a matrix")
            }
        };
        tape.apply_infallible(ops::Zip::<R>::default(), [first, second].into_iter())
            .matrix()
    }

    #[track_caller]
    pub(crate) fn map<R: Unary>(self) -> Self {
        self.with(ops::Map::<R>::default())
    }

    /// The matrix product `self · other`; also written `self * other`.
    ///
    /// # Panics
    /// If `self` has not as many columns as `other` has rows.
    #[track_caller]
    pub fn matmul(self, other: Self) -> Self {
        let operands = [Operand::Matrix(self), Operand::Matrix(other)];
        self.tape
            .apply_infallible(ops::MatMul, operands.into_iter())
            .matrix()
    }

    /// The transpose.
    #[track_caller]
    pub fn transpose(self) -> Self {
        self.with(ops::Transpose)
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

    /// Every element to an integer power.
    #[track_caller]
    pub fn powi(self, n: i32) -> Self {
        self.with(ops::MapPowI(n))
    }

    /// The sum of all elements; 0 if there are none.
    #[track_caller]
    pub fn sum(self) -> Var<'t, T> {
        self.reduced(ops::Sum)
    }

    /// The mean of all elements, two entries; NaN if there are none.
    #[track_caller]
    pub fn mean(self) -> Var<'t, T> {
        self.sum() / T::from_f64(self.shape().len() as f64)
    }

    /// A sum for each row, R×1.
    #[track_caller]
    pub fn row_sums(self) -> Self {
        self.with(ops::RowSums)
    }

    /// A sum for each column, 1×C; the book's `np.sum(x, axis=0)`.
    #[track_caller]
    pub fn column_sums(self) -> Self {
        self.with(ops::ColumnSums)
    }

    /// The largest element; [`max`](MatrixVar::max) is the larger of two.
    #[track_caller]
    pub fn maximum(self) -> Var<'t, T> {
        self.reduced(ops::Maximum)
    }

    /// The largest element of each row, R×1.
    #[track_caller]
    pub fn row_maxima(self) -> Self {
        self.with(ops::RowMaxima)
    }

    /// `ln Σ exp` of each row, R×1.
    #[track_caller]
    pub fn row_log_sum_exp(self) -> Self {
        self.with(ops::RowLogSumExp)
    }

    /// The softmax of each row.
    #[track_caller]
    pub fn softmax(self) -> Self {
        self.with(ops::Softmax)
    }

    /// The same elements, column by column, in another shape.
    ///
    /// # Panics
    /// If the number of elements differs.
    #[track_caller]
    pub fn reshape(self, rows: usize, cols: usize) -> Self {
        self.with(ops::Reshape { rows, cols })
    }

    /// A copy of some rows.
    ///
    /// # Panics
    /// If the range is not within the matrix.
    #[track_caller]
    pub fn rows(self, range: Range<usize>) -> Self {
        self.with(ops::RowRange {
            start: range.start,
            len: range.len(),
        })
    }

    /// A copy of some columns.
    ///
    /// # Panics
    /// If the range is not within the matrix.
    #[track_caller]
    pub fn columns(self, range: Range<usize>) -> Self {
        self.with(ops::ColumnRange {
            start: range.start,
            len: range.len(),
        })
    }

    /// One element as a scalar.
    ///
    /// # Panics
    /// If there is no such element.
    #[track_caller]
    pub fn element(self, row: usize, col: usize) -> Var<'t, T> {
        self.reduced(ops::Element { row, col })
    }

    /// Matrices side by side.
    ///
    /// # Panics
    /// If they have not equally many rows, or if there are none.
    #[track_caller]
    pub fn beside(matrices: &[Self]) -> Self {
        let tape = matrices
            .first()
            .expect("at least one matrix to put beside others")
            .tape;
        let operands = matrices.iter().map(|&m| Operand::Matrix(m));
        tape.apply_infallible(ops::Beside, operands).matrix()
    }

    /// Matrices one below the other.
    ///
    /// # Panics
    /// If they have not equally many columns, or if there are none.
    #[track_caller]
    pub fn below(matrices: &[Self]) -> Self {
        let tape = matrices
            .first()
            .expect("at least one matrix to put below others")
            .tape;
        let operands = matrices.iter().map(|&m| Operand::Matrix(m));
        tape.apply_infallible(ops::Below, operands).matrix()
    }
}

impl<T: Scalar> Tape<T> {
    /// A matrix built from scalars, given row by row as one writes a matrix down. Plain numbers among them are constants.
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
        self.apply_infallible(ops::Assemble { rows, cols }, operands)
            .matrix()
    }

    /// A copy of the values of a matrix entry.
    ///
    /// # Errors
    /// [`Error::Foreign`] or [`Error::Outdated`] if the id names no entry of this tape.
    pub fn matrix_value(&self, id: MatrixId) -> Result<DMatrix<T>, Error> {
        self.read(id, copy_matrix)
    }
}

macro_rules! methods {
    (
        operator_unary { $($ou:ident),* }
        operator_binary { $($ob:ident $obr:ident $obl:ident),* }
        unary { $($u:ident $um:ident),* }
        binary { $($b:ident $bm:ident $br:ident $bl:ident),* }
    ) => {
        impl<'t, T: Scalar> MatrixVar<'t, T> {
            $(
                #[doc = concat!("Applies [`", stringify!($u), "`](crate::ops::", stringify!($u), ") to every element.")]
                #[track_caller]
                pub fn $um(self) -> Self {
                    self.map::<rules::$u>()
                }
            )*
            $(
                #[doc = concat!("Applies [`", stringify!($b), "`](crate::ops::", stringify!($b),
                    ") to every pair of elements, broadcasting; the other operand is a matrix or a scalar.")]
                #[track_caller]
                pub fn $bm(self, other: impl Into<Operand<'t, T>>) -> Self {
                    Self::zip::<rules::$b>(self.into(), other.into())
                }
            )*
        }
    };
}
scalar_rules!(methods);

/// An operator of a matrix with a scalar or a number, on either side.
macro_rules! with_scalars {
    ($($trait:ident $method:ident),*) => {
        $(impl<'t, T: Scalar> $trait<Var<'t, T>> for MatrixVar<'t, T> {
            type Output = Self;
            #[track_caller]
            fn $method(self, other: Var<'t, T>) -> Self {
                Self::zip::<rules::$trait>(self.into(), other.into())
            }
        }

        impl<'t, T: Scalar> $trait<MatrixVar<'t, T>> for Var<'t, T> {
            type Output = MatrixVar<'t, T>;
            #[track_caller]
            fn $method(self, other: MatrixVar<'t, T>) -> MatrixVar<'t, T> {
                MatrixVar::zip::<rules::$trait>(self.into(), other.into())
            }
        }

        impl<'t, T: Scalar> $trait<T> for MatrixVar<'t, T> {
            type Output = Self;
            #[track_caller]
            fn $method(self, other: T) -> Self {
                Self::zip::<rules::$trait>(self.into(), Var::from(other).into())
            }
        })*
    };
}
with_scalars!(Add add, Sub sub, Mul mul, Div div);

/// A number on the left of a matrix.
macro_rules! number_on_the_left {
    ([$($generics:tt)*] $number:ty) => {
        $crate::matrix_var::number_on_the_left!(@ [$($generics)*] $number, Add add);
        $crate::matrix_var::number_on_the_left!(@ [$($generics)*] $number, Sub sub);
        $crate::matrix_var::number_on_the_left!(@ [$($generics)*] $number, Mul mul);
        $crate::matrix_var::number_on_the_left!(@ [$($generics)*] $number, Div div);
    };
    (@ [$($generics:tt)*] $number:ty, $trait:ident $method:ident) => {
        impl<'t, $($generics)*> std::ops::$trait<$crate::MatrixVar<'t, $number>> for $number {
            type Output = $crate::MatrixVar<'t, $number>;
            #[track_caller]
            fn $method(self, other: $crate::MatrixVar<'t, $number>) -> Self::Output {
                std::ops::$trait::$method($crate::Var::from(self), other)
            }
        }
    };
}
pub(crate) use number_on_the_left;
number_on_the_left!([] f32);
number_on_the_left!([] f64);

impl<T: Scalar> Add for MatrixVar<'_, T> {
    type Output = Self;
    #[track_caller]
    fn add(self, other: Self) -> Self {
        Self::zip::<rules::Add>(self.into(), other.into())
    }
}

impl<T: Scalar> Sub for MatrixVar<'_, T> {
    type Output = Self;
    #[track_caller]
    fn sub(self, other: Self) -> Self {
        Self::zip::<rules::Sub>(self.into(), other.into())
    }
}

impl<T: Scalar> Mul for MatrixVar<'_, T> {
    type Output = Self;
    #[track_caller]
    fn mul(self, other: Self) -> Self {
        self.matmul(other)
    }
}

impl<T: Scalar> Neg for MatrixVar<'_, T> {
    type Output = Self;
    #[track_caller]
    fn neg(self) -> Self {
        self.map::<rules::Neg>()
    }
}
