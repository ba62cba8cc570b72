//! Matrix ops: one file each. A line in `list` enrols an op in the generic tests.

mod assemble;
mod concatenate;
mod element;
mod map;
mod matmul;
mod maximum;
mod nary;
mod range;
mod reshape;
mod row_log_sum_exp;
mod row_maxima;
mod softmax;
mod sum;
mod sums;
mod transpose;
mod zip;

pub use assemble::Assemble;
pub use concatenate::{Below, Beside};
pub use element::Element;
pub use map::{Map, MapPowI};
pub use matmul::MatMul;
pub use maximum::Maximum;
pub use nary::{DotOf, LogSumExpOf, SumOf};
pub use range::{ColumnRange, RowRange};
pub use reshape::Reshape;
pub use row_log_sum_exp::RowLogSumExp;
pub use row_maxima::RowMaxima;
pub use softmax::Softmax;
pub use sum::Sum;
pub use sums::{ColumnSums, RowSums};
pub use transpose::Transpose;
pub use zip::Zip;

use crate::error::ShapeError;
use crate::op::Op;
use crate::scalar::Scalar;
use crate::shape::Shape;

/// The ops of this folder.
pub(super) fn list<T: Scalar>() -> Vec<Box<dyn Op<T>>> {
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

/// The one operand's shape.
#[inline]
pub(crate) fn one(operands: &[Shape]) -> Result<Shape, ShapeError> {
    match operands {
        [x] => Ok(*x),
        _ => Err(ShapeError::new(format!(
            "takes 1 operand, not {}",
            operands.len()
        ))),
    }
}

/// The two operands' shapes.
#[inline]
pub(crate) fn two(operands: &[Shape]) -> Result<(Shape, Shape), ShapeError> {
    match operands {
        [x, y] => Ok((*x, *y)),
        _ => Err(ShapeError::new(format!(
            "takes 2 operands, not {}",
            operands.len()
        ))),
    }
}

/// The sum of a slice in eight interleaved partial sums: vectorised, and the rounding error grows an eighth as fast.
pub(crate) fn sum_of<T: Scalar>(values: &[T]) -> T {
    const LANES: usize = 8;
    let mut lanes = [T::zero(); LANES];
    let chunks = values.chunks_exact(LANES);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (lane, &value) in lanes.iter_mut().zip(chunk) {
            *lane += value;
        }
    }
    let mut sum = T::zero();
    for lane in lanes {
        sum += lane;
    }
    for &value in rest {
        sum += value;
    }
    sum
}

/// The largest number, NaN if there is one, −∞ if there is none.
pub(crate) fn largest<T: Scalar>(values: impl Iterator<Item = T>) -> T {
    use crate::ops::scalar::{Binary, piecewise::Max};
    values.fold(T::from_f64(f64::NEG_INFINITY), Max::value)
}

/// `ln Σ exp x`, shifted by the largest: −∞ for no numbers or only −∞, ∞ if one is ∞.
///
/// The largest contributes exactly 1 to the sum; it is left to `ln(1 + …)`, which keeps the digits of the others.
pub(crate) fn log_sum_exp<T: Scalar>(values: impl Iterator<Item = T> + Clone) -> T {
    let shift = largest(values.clone()).real();
    if !shift.is_finite() {
        return shift;
    }
    let mut others = T::zero();
    let mut is_first = true;
    for x in values {
        if is_first && x == shift {
            is_first = false;
            // 0, but for a dual part.
            others += (x - shift).exp_m1();
        } else {
            others += (x - shift).exp();
        }
    }
    others.ln_1p() + shift
}

/// The share `exp(x − log_sum)` of `x` in an exponential sum: its derivative of the sum's logarithm.
#[inline]
pub(crate) fn share<T: Scalar>(x: T, log_sum: T) -> T {
    (x - log_sum).exp()
}
