//! `yᵢⱼ = exp xᵢⱼ / Σₖ exp xᵢₖ`.

use super::arity::one;
use super::shifted::{exp_sum, place_of_largest};
use crate::error::{ForwardError, ShapeError};
use crate::formula;
use crate::formula::Formula;
use crate::number::{Scalar, pairwise_sum};
use crate::op::{
    Op, OperandTangents, OutputSpec, Point, PointMut, Recorded, RecordedCotangents, RecordedPoint,
    Sample, Sink, View, ViewMut,
};
use crate::shape::Shape;

/// The softmax of each row: `X: R×C → R×C`, every row of the result sums to 1.
///
/// Shifted by the row's maximum, so that no exponential overflows. It is *per row*: normalising
/// over the whole batch, with the derivative of the per-row one, is the mistake that trains to 9.8
/// %.
#[derive(Clone, Copy, Debug, Default)]
pub struct Softmax;

/// Row `i` of the Jacobian, which is symmetric, times that of `d`: `yᵢⱼ (dᵢⱼ − Σₖ yᵢₖ dᵢₖ)`, handed
/// to `write`. What is the same in all of a row has no part in it, so the largest share's is taken
/// off first: its own slope, where it is nearly 1, is no difference of large numbers then.
fn times_jacobian<T: Scalar>(
    y: View<'_, T>,
    d: View<'_, T>,
    i: usize,
    mut write: impl FnMut(usize, T),
) {
    let Some(largest) = place_of_largest(y.cols(), |j| y[(i, j)]) else {
        return;
    };
    let beside = |j: usize| d[(i, j)] - d[(i, largest)];
    let dot = pairwise_sum(y.cols(), |j| y[(i, j)] * beside(j));
    (0..y.cols()).for_each(|j| write(j, y[(i, j)] * (beside(j) - dot)));
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
        let x = at.operands.get(0);
        for i in 0..x.rows() {
            let sum = exp_sum(x.cols(), |j| x[(i, j)], |j, e| at.result[(i, j)] = e);
            // A row with ∞ has no share that would be right: all are NaN, as ∞ · 0 is.
            let share = sum.map_or(T::one(), |sum| sum.share() + sum.largest * T::zero());
            for j in 0..x.cols() {
                at.result[(i, j)] *= share;
            }
        }
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let y = at.result;
        sink.accumulate(0, |target, keep| {
            for i in 0..y.rows() {
                times_jacobian(y, cotangent, i, |j, dx| {
                    let target = &mut target[j * y.rows() + i];
                    *target = if keep { *target + dx } else { dx };
                });
            }
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
        let Some(dx) = tangents.get(0) else { return };
        let y = at.result;
        for i in 0..y.rows() {
            times_jacobian(y, dx, i, |j, dy| tangent[(i, j)] = dy);
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
