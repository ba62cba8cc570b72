//! `Y = Xᵀ`.

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

/// The transpose: `X: R×C → C×R`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Transpose;

/// The elements of `x` in the order of its transpose's columns.
fn transposed<T: Scalar>(x: View<'_, T>) -> impl Iterator<Item = T> {
    (0..x.rows()).flat_map(move |i| (0..x.cols()).map(move |j| x[(i, j)]))
}

fn write<T: Scalar>(to: &mut ViewMut<'_, T>, x: View<'_, T>) {
    for (y, x) in to.values_mut().iter_mut().zip(transposed(x)) {
        *y = x;
    }
}

impl<T: Scalar> Op<T> for Transpose {
    fn name(&self) -> &'static str {
        "transpose"
    }

    fn symbol(&self) -> &'static str {
        "ᵀ"
    }

    fn formula(&self) -> Formula {
        formula!(Y(X): Y = X^T, dX = dY^T)
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        let x = one(operands)?;
        Ok(OutputSpec::matrix(x.cols, x.rows))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        write(&mut at.result, at.operands.get(0));
        Ok(())
    }

    fn vjp(&self, _: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        sink.add(0, transposed(cotangent));
    }

    fn vjp_recorded<'g>(
        &self,
        _: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        Some(vec![Some(cotangent.transpose())])
    }

    fn jvp(
        &self,
        _: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        if let Some(dx) = tangents.get(0) {
            write(&mut tangent, dx);
        }
    }

    fn reads(
        &self,
        operands: &[Shape],
        element: usize,
        read: &mut dyn FnMut(usize, usize),
    ) -> bool {
        // Row and column of the result are column and row of the operand.
        let [rows, cols] = [operands[0].cols, operands[0].rows];
        let (row, col) = (element % rows, element / rows);
        debug_assert!(col < cols);
        read(0, row * cols + col);
        true
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        vec![vec![Sample::scattered(2, 3, -1.0, 2.0, 0)]]
    }
}
