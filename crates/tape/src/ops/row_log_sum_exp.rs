//! `yᵢ = ln Σⱼ exp xᵢⱼ`.

use super::arity::one;
use super::rows::for_blocks;
use super::shifted::ExpSums;
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

/// The logarithm of the sum of exponentials of each row: `X: R×C → R×1`.
///
/// Shifted by the row's maximum, so that neither 1000 overflows nor −1000 vanishes. Its derivative
/// is the softmax, kept as residual: shares of the shifted exponentials, for `exp(x − y)` would
/// lose what the rounding of a large `y` has lost.
#[derive(Clone, Copy, Debug, Default)]
pub struct RowLogSumExp;

impl<T: Scalar> Op<T> for RowLogSumExp {
    fn name(&self) -> &'static str {
        "row_log_sum_exp"
    }

    fn symbol(&self) -> &'static str {
        "lse→"
    }

    fn formula(&self) -> Formula {
        formula!(y(x): dx[ij] = dy[i] * exp(x[ij] - y[i]))
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        let x = one(operands)?;
        Ok(OutputSpec::matrix(x.rows, 1).with_residual(x.len()))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let (x, shares) = (at.operands.get(0), &mut *at.residual);
        let y = at.result.values_mut();
        y.fill(T::from_f64(f64::NEG_INFINITY));
        for_blocks!(x.shape(), |rows| {
            let sums = ExpSums::of(rows, x.values(), shares);
            rows.set(y, |i| sums.row(i).ln());
            rows.scale(shares, &rows.each(|i| sums.row(i).share()));
        });
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let columns = at.residual.chunks_exact(at.result.rows().max(1));
        let each = columns.flat_map(|shares| zip(shares, cotangent.values()));
        sink.add(0, each.map(|(&share, &d)| d * share));
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        Some(vec![Some(cotangent * at.operands[0].softmax())])
    }

    fn jvp(
        &self,
        at: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        let Some(dx) = tangents.get(0) else { return };
        let (shares, shape, dx) = (at.residual, dx.shape(), dx.values());
        for_blocks!(shape, |rows| {
            let sums = rows.sums(|_, at, sums| {
                let each = zip(sums, zip(&dx[at.clone()], &shares[at]));
                each.for_each(|(sum, (&dx, &share))| *sum += dx * share);
            });
            rows.set(tangent.values_mut(), |i| sums[i]);
        });
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
            vec![Sample::new(2, 2, &[1000.0, 1001.0, -1000.0, -999.5])],
        ]
    }
}
