//! Functions of matrices: every scalar rule, element by element, and the matrix ops as methods of
//! [`MatrixVar`].

use super::matrix_var::MatrixVar;
use super::operand::Operand;
use super::tape::Tape;
use super::var::Var;
use crate::error::Error;
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

    /// The mean of each row, R×1, two entries; NaN if there are no columns. NumPy's
    /// `np.mean(x, axis=1)`.
    #[track_caller]
    pub fn row_means(self) -> Self {
        self.row_sums() / T::from_f64(self.shape().cols as f64)
    }

    /// The mean of each column, 1×C, two entries; NaN if there are no rows. NumPy's
    /// `np.mean(x, axis=0)`.
    #[track_caller]
    pub fn column_means(self) -> Self {
        self.column_sums() / T::from_f64(self.shape().rows as f64)
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

    /// [`Select`]: where an element is positive, that of `positive`, elsewhere, also where it is
    /// NaN, that of `otherwise`; each a matrix, a scalar or a number, broadcasting. NumPy's
    /// `where`.
    ///
    /// `self` decides and has no slope: a comparison, as
    /// [`greater_than`](MatrixVar::greater_than) makes it, or any number. What is not chosen has no
    /// part in the result or in a derivative, whatever it is:
    ///
    /// ```
    /// use nalgebra::dmatrix;
    /// let tape = tape::Tape::new();
    /// let x = tape.matrix(&dmatrix![-1.0, 0.0, 4.0]);
    /// let roots = x.greater_than(0.0).select(x.sqrt(), 0.0);
    /// assert_eq!(roots.value(), dmatrix![0.0, 0.0, 2.0]);
    /// assert_eq!(roots.sum().gradient().of(x), dmatrix![0.0, 0.0, 0.25]);
    /// ```
    ///
    /// (The slope of the root is NaN and ∞ at the first two. It is not asked for there, as the
    /// operations that work element by element pass over what was not chosen. A product of matrices
    /// does not: it would multiply it by 0.)
    ///
    /// # Panics
    /// If the shapes do not broadcast.
    #[track_caller]
    pub fn select(
        self,
        positive: impl Into<Operand<'t, T>>,
        otherwise: impl Into<Operand<'t, T>>,
    ) -> Self {
        let operands = [self.into(), positive.into(), otherwise.into()];
        self.tape
            .matrix_of(Choice::<Select>::default(), operands.iter())
    }

    /// [`Clamp`]: every element brought into the range from `low` to `high`; each a matrix, a
    /// scalar or a number, broadcasting. The slope is 1 in the range and at its ends, and what lies
    /// outside gets nothing, not even 0 · ∞.
    ///
    /// ```
    /// use nalgebra::dmatrix;
    /// let tape = tape::Tape::new();
    /// let x = tape.matrix(&dmatrix![0.0, 0.5, 1.0, -1e-300]);
    /// let y = x.recip().clamp(-1e9, 1e9);
    /// assert_eq!(y.value(), dmatrix![1e9, 2.0, 1.0, -1e9]);
    /// assert_eq!(y.sum().gradient().of(x), dmatrix![0.0, -4.0, -1.0, 0.0]);
    /// ```
    ///
    /// # Panics
    /// If the shapes do not broadcast.
    #[track_caller]
    pub fn clamp(self, low: impl Into<Operand<'t, T>>, high: impl Into<Operand<'t, T>>) -> Self {
        let operands = [self.into(), low.into(), high.into()];
        self.tape
            .matrix_of(Choice::<Clamp>::default(), operands.iter())
    }

    /// 1 where an element is less than that of `other`, 0 elsewhere:
    /// [`greater_than`](MatrixVar::greater_than) with the operands turned round.
    ///
    /// # Panics
    /// If the shapes do not broadcast.
    #[track_caller]
    pub fn less_than(self, other: impl Into<Operand<'t, T>>) -> Self {
        Self::zip::<rules::Greater>(other.into(), self.into())
    }

    /// 1 where an element is at most that of `other`, 0 elsewhere:
    /// [`at_least`](MatrixVar::at_least) with the operands turned round.
    ///
    /// # Panics
    /// If the shapes do not broadcast.
    #[track_caller]
    pub fn at_most(self, other: impl Into<Operand<'t, T>>) -> Self {
        Self::zip::<rules::AtLeast>(other.into(), self.into())
    }

    /// The rows that `indices` name, an N×1 column of whole numbers without a slope, mostly an
    /// [`input`](Tape::input): N×C. A row that is named several times gets the sum of the
    /// cotangents. The indices are an operand, so that a recording can be replayed with others.
    ///
    /// ```
    /// use nalgebra::dmatrix;
    /// let tape = tape::Tape::new();
    /// let words = tape.matrix(&dmatrix![0.1, 0.2; 0.3, 0.4; 0.5, 0.6]);
    /// let sentence = tape.input(&dmatrix![2.0; 0.0; 2.0]);
    /// let rows = words.gather_rows(sentence)?;
    /// assert_eq!(rows.value(), dmatrix![0.5, 0.6; 0.1, 0.2; 0.5, 0.6]);
    /// let gradient = rows.sum().gradient();
    /// assert_eq!(gradient.of(words), dmatrix![1.0, 1.0; 0.0, 0.0; 2.0, 2.0]);
    /// # Ok::<(), tape::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Forward`] if an index is not a whole number below the number of rows.
    ///
    /// # Panics
    /// If the indices are not a column.
    #[track_caller]
    pub fn gather_rows(self, indices: Self) -> Result<Self, Error> {
        let rows = self
            .tape
            .apply(GatherRows, &[self.into(), indices.into()])?;
        Ok(rows.matrix())
    }

    /// A matrix of `rows` rows to which the rows of `self` are added where `indices` say, a column
    /// of whole numbers without a slope, one for each row. A row that is named several times is the
    /// sum, one that is not named is 0.
    ///
    /// ```
    /// use nalgebra::dmatrix;
    /// let tape = tape::Tape::new();
    /// let paid = tape.matrix(&dmatrix![10.0; 5.0; 2.5]);
    /// let by = tape.input(&dmatrix![1.0; 3.0; 1.0]);
    /// let totals = paid.scatter_add_rows(by, 4)?;
    /// assert_eq!(totals.value(), dmatrix![0.0; 12.5; 0.0; 5.0]);
    /// # Ok::<(), tape::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Forward`] if an index is not a whole number below `rows`.
    ///
    /// # Panics
    /// If the indices are not a column with one for each row.
    #[track_caller]
    pub fn scatter_add_rows(self, indices: Self, rows: usize) -> Result<Self, Error> {
        let op = ScatterAddRows { rows };
        let sums = self.tape.apply(op, &[self.into(), indices.into()])?;
        Ok(sums.matrix())
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
