//! The list of matrix ops: one line each.
//!
//! `matrix_ops!(macro_name)` hands the whole list to a macro. From it come the methods of
//! [`MatrixVar`](crate::MatrixVar), the steps of random graphs, and [`all`], which the generic
//! tests walk over.

use super::*;
use crate::number::Scalar;
use crate::op::Op;
use crate::rules::*;

/// Hands every matrix op to a macro.
///
/// A line under `methods` says what the method's result is, its name and arguments, the op it
/// records, and the ops that the generic tests try; its comment is the method's. Ops under `others`
/// take several handles or have arguments of their own: their methods are written by hand where the
/// handles are.
macro_rules! matrix_ops {
    ($emit:ident) => {
        $emit! {
            methods {
                /// The transpose.
                matrix transpose() = Transpose, try [Transpose];
                /// The sum of all elements; 0 if there are none.
                scalar sum() = Sum, try [Sum];
                /// A sum for each row, R×1.
                matrix row_sums() = RowSums, try [RowSums];
                /// A sum for each column, 1×C; the book's `np.sum(x, axis=0)`.
                matrix column_sums() = ColumnSums, try [ColumnSums];
                /// The largest element; [`max`](MatrixVar::max) is the larger of two.
                scalar maximum() = Maximum, try [Maximum];
                /// The largest element of each row, R×1.
                matrix row_maxima() = RowMaxima, try [RowMaxima];
                /// `ln Σ exp` of each row, R×1.
                matrix row_log_sum_exp() = RowLogSumExp, try [RowLogSumExp];
                /// The softmax of each row.
                matrix softmax() = Softmax, try [Softmax];
                /// The logarithm of the softmax of each row, which keeps its digits where a share
                /// is nearly 0 or 1.
                matrix log_softmax() = LogSoftmax, try [LogSoftmax];
                /// The length of all elements, `√(Σ xᵢⱼ²)`; its slopes at the origin are 0.
                scalar norm() = Norm, try [Norm];
                /// The length of each row, R×1; the slopes of a row of zeros are 0.
                matrix row_norms() = RowNorms, try [RowNorms];
                /// The variance of each row, R×1, divided by C; NumPy's `np.var(x, axis=1)`.
                ///
                /// ```
                /// use nalgebra::dmatrix;
                /// let tape = tape::Tape::new();
                /// let x = tape.matrix(&dmatrix![1e8, 1e8 + 1.0, 1e8 + 2.0; 3.0, 3.0, 3.0]);
                /// assert_eq!(x.row_variances().value(), dmatrix![2.0 / 3.0; 0.0]);
                /// ```
                matrix row_variances() = RowVariances, try [RowVariances];
                /// The variance of each column, 1×C, divided by R; NumPy's `np.var(x, axis=0)`.
                matrix column_variances() = ColumnVariances, try [ColumnVariances];
                /// Every element to an integer power.
                matrix powi(n: i32) = MapPowI(n), try [MapPowI(3), MapPowI(-2)];
                /// The same elements, column by column, in another shape.
                ///
                /// # Panics
                /// If the number of elements differs.
                matrix reshape(rows: usize, cols: usize) = Reshape { rows, cols },
                    try [Reshape { rows: 3, cols: 2 }];
                /// The one row for every row, the one column for every column, or the one element
                /// for every element of a matrix of this shape.
                ///
                /// # Panics
                /// If it has more rows than one, or more columns, and not as many as are wanted.
                matrix repeat(rows: usize, cols: usize) = Repeat { rows, cols },
                    try [Repeat { rows: 3, cols: 2 }];
                /// One element as a scalar.
                ///
                /// # Panics
                /// If there is no such element.
                scalar element(row: usize, col: usize) = Element { row, col },
                    try [Element { row: 1, col: 2 }];
            }
            others {
                MatMul,
                RowRange { start: 1, len: 2 },
                ColumnRange { start: 1, len: 2 },
                HStack,
                VStack,
                Assemble { rows: 2, cols: 3 },
                SumOf,
                DotOf,
                LogSumExpOf,
                NormOf,
                Choice::<Select>::default(),
                ChoiceOf::<Select>::default(),
                Choice::<Clamp>::default(),
                ChoiceOf::<Clamp>::default(),
                GatedMul { of_scalars: false },
                GatedMul { of_scalars: true },
                MaximumPlace,
                RowMaximaPlaces,
                GatherRows,
                ScatterAddRows { rows: 3 },
            }
        }
    };
}
pub(crate) use matrix_ops;

macro_rules! matrix_list {
    (
        methods { $(
            $(#[$doc:meta])*
            $kind:ident $method:ident($($argument:ident: $type:ty),*)
                = $op:expr, try [$($tried:expr),*];
        )* }
        others { $($other:expr,)* }
    ) => {
        /// The ops of this folder.
        fn matrix_list<T: Scalar>() -> Vec<Box<dyn Op<T>>> {
            vec![$($(Box::new($tried),)*)* $(Box::new($other),)*]
        }
    };
}
matrix_ops!(matrix_list);

macro_rules! elementwise {
    (
        unary { $($u:ident),* }
        binary { $($b:ident $br:ident $bl:ident),* }
    ) => {
        fn elementwise<T: Scalar>() -> Vec<Box<dyn Op<T>>> {
            vec![
                $(Box::new(Map::<$u>::default()),)*
                $(Box::new(Zip::<$b>::default()),)*
            ]
        }
    };
}
scalar_rules!(elementwise);

/// Every op of this crate: each scalar rule applied element by element, then the matrix ops.
pub fn all<T: Scalar>() -> Vec<Box<dyn Op<T>>> {
    let mut ops = elementwise();
    ops.extend(matrix_list());
    ops
}
