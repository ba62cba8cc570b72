//! Variances along one dimension.
//!
//! Twice through the numbers: the mean first, then the squares of what each differs from it by. (A
//! mean of squares minus the square of the mean is a small difference of large numbers: of
//! 10⁸ + 0, 1, 2 it may be negative.) The mean is rounded; how much the differences add up to says
//! by how much, and that is taken off again.

use super::arity::one;
use crate::error::{ForwardError, ShapeError};
use crate::formula;
use crate::formula::Formula;
use crate::number::{Arithmetic, Scalar, pairwise_sum};
use crate::op::{
    Op, OperandTangents, OutputSpec, Point, PointMut, Recorded, RecordedCotangents, RecordedPoint,
    Sample, Sink, View, ViewMut,
};
use crate::shape::Shape;

/// Writes the differences of `count` numbers from their mean; returns the mean of their squares.
fn variance<T: Scalar>(
    count: usize,
    x: impl Fn(usize) -> T,
    differences: &mut [T],
    place: impl Fn(usize) -> usize,
) -> T {
    let n = T::from_f64(count as f64);
    let mean = pairwise_sum(count, &x).over(n);
    let rest = pairwise_sum(count, |k| x(k) - mean).over(n);
    let sum = pairwise_sum(count, |k| {
        let difference = (x(k) - mean) - rest;
        differences[place(k)] = difference;
        difference * difference
    });
    sum.over(n)
}

/// `2/n`, the factor of a difference in the slope.
fn twice_over<T: Scalar>(count: usize) -> T {
    T::from_f64(2.0).over(T::from_f64(count as f64))
}

/// The variance of each row: `X: R×C → R×1`, the mean of the squared differences from the row's
/// mean. Divided by C, not by C − 1: the variance of these numbers, not an estimate from a sample;
/// NumPy's `np.var(x, axis=1)`. NaN for rows without elements.
#[derive(Clone, Copy, Debug, Default)]
pub struct RowVariances;

impl<T: Scalar> Op<T> for RowVariances {
    fn name(&self) -> &'static str {
        "row_variances"
    }

    fn symbol(&self) -> &'static str {
        "var→"
    }

    fn formula(&self) -> Formula {
        formula!(y(x): dx[ij] = dy[i] * 2 * (x[ij] - sum[k](x[ik]) / C()) / C())
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        let x = one(operands)?;
        Ok(OutputSpec::matrix(x.rows, 1).with_residual(x.len()))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let x = at.operands.get(0);
        for (i, y) in at.result.values_mut().iter_mut().enumerate() {
            let (x, place) = (|j| x[(i, j)], |j| j * x.rows() + i);
            *y = variance(at.operands.get(0).cols(), x, at.residual, place);
        }
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let factor = twice_over::<T>(at.operands.get(0).cols());
        let each = at.residual.iter().zip(cotangent.values().iter().cycle());
        sink.add(0, each.map(|(&difference, &d)| d * (factor * difference)));
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        let x = at.operands[0];
        let slopes = recorded_slopes(x, x.shape().cols, Recorded::row_sums);
        Some(vec![Some(cotangent * slopes)])
    }

    fn jvp(
        &self,
        at: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        let Some(dx) = tangents.get(0) else { return };
        let differences = View::new(at.residual, dx.shape());
        for (i, dy) in tangent.values_mut().iter_mut().enumerate() {
            let sum = pairwise_sum(dx.cols(), |j| dx[(i, j)] * differences[(i, j)]);
            *dy = twice_over::<T>(dx.cols()) * sum;
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
        vec![
            vec![Sample::scattered(3, 4, -1.0, 2.0, 0)],
            vec![Sample::new(2, 1, &[0.5, -1.5])],
        ]
    }
}

/// Twice the differences to the means, over how many `sums` adds up.
fn recorded_slopes<'g, T: Scalar>(
    x: Recorded<'g, T>,
    count: usize,
    sums: fn(Recorded<'g, T>) -> Recorded<'g, T>,
) -> Recorded<'g, T> {
    let n = Recorded::from_f64(count as f64);
    let rough = x - sums(x) / n;
    (rough - sums(rough) / n) * (Recorded::from_f64(2.0) / n)
}

/// The variance of each column: `X: R×C → 1×C`, divided by R; NumPy's `np.var(x, axis=0)`, as
/// [`RowVariances`] along the other dimension.
#[derive(Clone, Copy, Debug, Default)]
pub struct ColumnVariances;

impl<T: Scalar> Op<T> for ColumnVariances {
    fn name(&self) -> &'static str {
        "column_variances"
    }

    fn symbol(&self) -> &'static str {
        "var↓"
    }

    fn formula(&self) -> Formula {
        formula!(y(x): dx[ij] = dy[j] * 2 * (x[ij] - sum[k](x[kj]) / R()) / R())
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        let x = one(operands)?;
        Ok(OutputSpec::matrix(1, x.cols).with_residual(x.len()))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let x = at.operands.get(0);
        for (j, y) in at.result.values_mut().iter_mut().enumerate() {
            let (column, place) = (x.column(j), |i| j * x.rows() + i);
            *y = variance(x.rows(), |i| column[i], at.residual, place);
        }
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let rows = at.operands.get(0).rows();
        let factor = twice_over::<T>(rows);
        let columns = at
            .residual
            .chunks_exact(rows.max(1))
            .zip(cotangent.values());
        let each = columns.flat_map(|(column, &d)| column.iter().map(move |&x| d * (factor * x)));
        sink.add(0, each);
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        let x = at.operands[0];
        let slopes = recorded_slopes(x, x.shape().rows, Recorded::column_sums);
        Some(vec![Some(cotangent * slopes)])
    }

    fn jvp(
        &self,
        at: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        let Some(dx) = tangents.get(0) else { return };
        let differences = View::new(at.residual, dx.shape());
        for (j, dy) in tangent.values_mut().iter_mut().enumerate() {
            let (dx, differences) = (dx.column(j), differences.column(j));
            let sum = pairwise_sum(dx.len(), |i| dx[i] * differences[i]);
            *dy = twice_over::<T>(dx.len()) * sum;
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
        vec![
            vec![Sample::scattered(4, 3, -1.0, 2.0, 0)],
            vec![Sample::new(1, 2, &[0.5, -1.5])],
        ]
    }
}
