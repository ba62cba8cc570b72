//! How many operands an op takes.

use crate::error::ShapeError;
use crate::shape::Shape;

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
