//! `y = xᵢⱼ`.

use super::arity::one;
use crate::error::{ForwardError, ShapeError};
use crate::formula;
use crate::formula::Formula;
use crate::number::Scalar;
use crate::op::{
    Op, OperandTangents, OutputSpec, Point, PointMut, Recorded, RecordedCotangents, RecordedPoint,
    Sample, Sink, View, ViewMut,
};
use crate::shape::Shape;

/// One element of a matrix as a scalar: `X: R×C → scalar`.
#[derive(Clone, Copy, Debug)]
pub struct Element {
    /// The row, counted from 0.
    pub row: usize,
    /// The column, counted from 0.
    pub col: usize,
}

impl<T: Scalar> Op<T> for Element {
    fn name(&self) -> &'static str {
        "element"
    }

    fn symbol(&self) -> &'static str {
        "xᵢⱼ"
    }

    fn formula(&self) -> Formula {
        formula!(y(X): y = X[ij], dX = [dy "at the element taken, 0 elsewhere"])
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        let x = one(operands)?;
        if self.row >= x.rows || self.col >= x.cols {
            return Err(ShapeError::new(format!(
                "there is no element ({}, {})",
                self.row, self.col
            )));
        }
        Ok(OutputSpec::scalar())
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        at.result.values_mut()[0] = at.operands.get(0)[(self.row, self.col)];
        Ok(())
    }

    fn vjp(&self, _: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        sink.add_with(0, |dx| dx[(self.row, self.col)] += cotangent.scalar());
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        let x = at.operands[0];
        let Shape { rows, cols } = x.shape();
        let element = cotangent.repeat(x, Shape::SCALAR);
        let column = element.within_rows(self.row, rows);
        Some(vec![Some(column.within_columns(self.col, cols))])
    }

    fn jvp(
        &self,
        _: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        tangent.values_mut()[0] = tangents
            .get(0)
            .map_or(T::zero(), |dx| dx[(self.row, self.col)]);
    }

    fn reads(&self, operands: &[Shape], _: usize, read: &mut dyn FnMut(usize, usize)) -> bool {
        read(0, self.col * operands[0].rows + self.row);
        true
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        vec![
            vec![Sample::scattered(self.row + 2, self.col + 1, -1.0, 2.0, 0)],
            vec![Sample::scattered(self.row + 1, self.col + 2, -1.0, 2.0, 1)],
        ]
    }
}
