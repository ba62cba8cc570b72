//! Sums along one dimension.

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
use std::iter::zip;

/// A sum for each row: `X: R×C → R×1`.
#[derive(Clone, Copy, Debug, Default)]
pub struct RowSums;

impl<T: Scalar> Op<T> for RowSums {
    fn name(&self) -> &'static str {
        "row_sums"
    }

    fn symbol(&self) -> &'static str {
        "Σ→"
    }

    fn formula(&self) -> Formula {
        formula!(y(X): dX = [dy "in every column"])
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        Ok(OutputSpec::matrix(one(operands)?.rows, 1))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        at.operands.get(0).row_sums(at.result.values_mut());
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let rows = at.operands.get(0).rows();
        sink.accumulate(0, |target, keep| {
            for column in target.chunks_exact_mut(rows.max(1)) {
                for (to, &d) in zip(column, cotangent.values()) {
                    *to = if keep { *to + d } else { d };
                }
            }
        });
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        let x = at.operands[0];
        Some(vec![Some(cotangent.repeat(x, x.shape()))])
    }

    fn jvp(
        &self,
        _: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        if let Some(dx) = tangents.get(0) {
            dx.row_sums(tangent.values_mut());
        }
    }

    fn reads(
        &self,
        operands: &[Shape],
        element: usize,
        read: &mut dyn FnMut(usize, usize),
    ) -> bool {
        let rows = operands[0].rows;
        (0..operands[0].cols).for_each(|col| read(0, col * rows + element));
        true
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        vec![vec![Sample::scattered(3, 4, -1.0, 2.0, 0)]]
    }
}

/// A sum for each column: `X: R×C → 1×C`; the book's `np.sum(x, axis=0)`.
#[derive(Clone, Copy, Debug, Default)]
pub struct ColumnSums;

fn column_sums<T: Scalar>(x: View<'_, T>, sums: &mut [T]) {
    for (j, sum) in sums.iter_mut().enumerate() {
        *sum = x.column_sum(j);
    }
}

impl<T: Scalar> Op<T> for ColumnSums {
    fn name(&self) -> &'static str {
        "column_sums"
    }

    fn symbol(&self) -> &'static str {
        "Σ↓"
    }

    fn formula(&self) -> Formula {
        formula!(y(X): dX = [dy "in every row"])
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        Ok(OutputSpec::matrix(1, one(operands)?.cols))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        column_sums(at.operands.get(0), at.result.values_mut());
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let rows = at.operands.get(0).rows();
        sink.accumulate(0, |target, keep| {
            for (column, &d) in zip(target.chunks_exact_mut(rows.max(1)), cotangent.values()) {
                for to in column {
                    *to = if keep { *to + d } else { d };
                }
            }
        });
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        let x = at.operands[0];
        Some(vec![Some(cotangent.repeat(x, x.shape()))])
    }

    fn jvp(
        &self,
        _: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        if let Some(dx) = tangents.get(0) {
            column_sums(dx, tangent.values_mut());
        }
    }

    fn reads(
        &self,
        operands: &[Shape],
        element: usize,
        read: &mut dyn FnMut(usize, usize),
    ) -> bool {
        let rows = operands[0].rows;
        (0..rows).for_each(|row| read(0, element * rows + row));
        true
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        vec![vec![Sample::scattered(3, 4, -1.0, 2.0, 0)]]
    }
}
