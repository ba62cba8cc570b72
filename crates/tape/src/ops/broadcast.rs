//! Operands that are repeated along a row, a column, or both.

use crate::error::ShapeError;
use crate::number::{Scalar, pairwise_sum};
use crate::op::Sink;
use crate::shape::Shape;

/// The shape of what is made of two operands, element by element.
pub(super) fn broadcast(x: Shape, y: Shape) -> Result<Shape, ShapeError> {
    if x == y {
        return Ok(x);
    }
    let rows = one_of(x.rows, y.rows, "rows")?;
    Ok(Shape::new(rows, one_of(x.cols, y.cols, "columns")?))
}

fn one_of(x: usize, y: usize, what: &str) -> Result<usize, ShapeError> {
    match (x, y) {
        (x, y) if x == y => Ok(x),
        (1, n) | (n, 1) => Ok(n),
        _ => Err(ShapeError::new(format!(
            "{x} and {y} {what}: they must be equal, or one of them 1"
        ))),
    }
}

/// The strides with which a matrix of shape `own` is read as one of shape `result`; 0 repeats.
pub(super) fn strides(own: Shape, result: Shape) -> (usize, usize) {
    let row = if own.rows == result.rows { 1 } else { 0 };
    let col = if own.cols == result.cols { own.rows } else { 0 };
    (row, col)
}

/// The places of a matrix read as if it had the result's shape, one at a time.
#[derive(Clone, Copy)]
pub(super) struct Broadcast {
    own: Shape,
    result: Shape,
    strides: (usize, usize),
}

impl Broadcast {
    pub fn new(own: Shape, result: Shape) -> Self {
        let strides = strides(own, result);
        Broadcast {
            own,
            result,
            strides,
        }
    }

    /// Where the operand's element for element `k` of the result lies.
    #[inline]
    pub fn at(self, k: usize) -> usize {
        if self.own == self.result {
            return k;
        }
        let (row, col) = self.strides;
        k % self.result.rows * row + k / self.result.rows * col
    }

    /// Adds to the operand's cotangent what the elements of the result give it, `None` those that
    /// hand nothing on; an element that is repeated gets the sum, pairwise.
    pub fn add_chosen<T: Scalar>(
        self,
        sink: &mut Sink<'_, T>,
        operand: usize,
        given: impl Fn(usize) -> Option<T>,
    ) {
        if self.own == self.result {
            return sink.add_chosen(operand, given);
        }
        let repeated = |own: usize, result: usize| if own == result { 1 } else { result };
        let down = repeated(self.own.rows, self.result.rows);
        let across = repeated(self.own.cols, self.result.cols);
        sink.add_chosen(operand, |k| {
            let (i, j) = (k % self.own.rows, k / self.own.rows);
            let mut any = false;
            let sum = pairwise_sum(down * across, |n| {
                let place = (j + n / down) * self.result.rows + i + n % down;
                let given = given(place);
                any |= given.is_some();
                given.unwrap_or_else(T::zero)
            });
            any.then_some(sum)
        });
    }
}
