//! `yᵢⱼ = exp xᵢⱼ / Σₖ exp xᵢₖ`.

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

/// The softmax of each row: `X: R×C → R×C`, every row of the result sums to 1.
///
/// Shifted by the row's maximum, so that no exponential overflows. It is *per row*: normalising
/// over the whole batch, with the derivative of the per-row one, is the mistake that trains to 9.8
/// %.
#[derive(Clone, Copy, Debug, Default)]
pub struct Softmax;

/// Each row of the Jacobian, which is symmetric, times that of `d`: `yᵢⱼ (dᵢⱼ − Σₖ yᵢₖ dᵢₖ)`,
/// written to `to`, or added where that is to be kept. What is the same in all of a row has no part
/// in it, so the largest share's is taken off first: its own slope, where it is nearly 1, is no
/// difference of large numbers then.
fn times_jacobian<T: Scalar>(y: View<'_, T>, d: View<'_, T>, to: &mut [T], keep: bool) {
    let (shape, y, d) = (y.shape(), y.values(), d.values());
    for_blocks!(shape, |rows| {
        let largest = rows.largest(y);
        let shifts = rows.in_columns(d, &largest);
        let dots = rows.sums(|_, at, sums| {
            let each = zip(zip(&y[at.clone()], &d[at]), zip(sums, &shifts));
            each.for_each(|((&y, &d), (sum, &shift))| *sum += y * (d - shift));
        });
        for at in rows.columns() {
            let each = zip(zip(&y[at.clone()], &d[at.clone()]), zip(&shifts, &dots));
            for (to, ((&y, &d), (&shift, &dot))) in zip(&mut to[at], each) {
                let product = y * ((d - shift) - dot);
                *to = if keep { *to + product } else { product };
            }
        }
    });
}

impl<T: Scalar> Op<T> for Softmax {
    fn name(&self) -> &'static str {
        "softmax"
    }

    fn symbol(&self) -> &'static str {
        "softmax"
    }

    fn formula(&self) -> Formula {
        formula!(y(x): dx[ij] = y[ij] * (dy[ij] - sum[k](y[ik] * dy[ik])))
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        let x = one(operands)?;
        Ok(OutputSpec::matrix(x.rows, x.cols))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let (x, y) = (at.operands.get(0), at.result.values_mut());
        for_blocks!(x.shape(), |rows| {
            let sums = ExpSums::of(rows, x.values(), y);
            // A row with ∞ has no share that would be right: all are NaN, as ∞ · 0 is.
            let shares = rows.each(|i| sums.row(i).share() + sums.largest[i] * T::zero());
            rows.scale(y, &shares);
        });
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        sink.accumulate(0, |target, keep| {
            times_jacobian(at.result, cotangent, target, keep);
        });
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        // From the largest share's cotangent on, as in the other rule.
        let (y, d) = (at.result, cotangent);
        let d = d - d.largest_of_rows(y);
        Some(vec![Some(y * (d - (y * d).row_sums()))])
    }

    fn jvp(
        &self,
        at: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        if let Some(dx) = tangents.get(0) {
            times_jacobian(at.result, dx, tangent.values_mut(), false);
        }
    }

    fn reads(
        &self,
        operands: &[Shape],
        element: usize,
        read: &mut dyn FnMut(usize, usize),
    ) -> bool {
        let rows = operands[0].rows;
        (0..operands[0].cols).for_each(|col| read(0, col * rows + element % rows));
        true
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        vec![
            vec![Sample::scattered(3, 4, -1.0, 2.0, 0)],
            vec![Sample::new(2, 2, &[1000.0, 1001.0, -1000.0, -999.5])],
        ]
    }
}
