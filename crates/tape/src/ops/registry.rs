//! The list of matrix ops.

use super::*;
use crate::number::Scalar;
use crate::op::Op;
use crate::rules::scalar_rules;
use crate::rules::*;

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
    ops.extend(list());
    ops
}

/// The ops of this folder.
fn list<T: Scalar>() -> Vec<Box<dyn Op<T>>> {
    vec![
        Box::new(MapPowI(3)),
        Box::new(MapPowI(-2)),
        Box::new(MatMul),
        Box::new(Transpose),
        Box::new(Sum),
        Box::new(RowSums),
        Box::new(ColumnSums),
        Box::new(Maximum),
        Box::new(RowMaxima),
        Box::new(RowLogSumExp),
        Box::new(Softmax),
        Box::new(Reshape { rows: 3, cols: 2 }),
        Box::new(RowRange { start: 1, len: 2 }),
        Box::new(ColumnRange { start: 1, len: 2 }),
        Box::new(Beside),
        Box::new(Below),
        Box::new(Element { row: 1, col: 2 }),
        Box::new(Assemble { rows: 2, cols: 3 }),
        Box::new(SumOf),
        Box::new(DotOf),
        Box::new(LogSumExpOf),
    ]
}
