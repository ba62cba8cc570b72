//! `yᵢⱼ = ln (exp xᵢⱼ / Σₖ exp xᵢₖ)`.

use super::arity::one;
use super::row_maxima::RowMaximaPlaces;
use super::shifted::{exp_sum, place_of_largest};
use crate::error::{ForwardError, ShapeError};
use crate::formula;
use crate::formula::Formula;
use crate::number::{Arithmetic, Scalar, pairwise_sum};
use crate::op::{
    Op, OperandTangents, OutputSpec, Point, PointMut, Recorded, RecordedCotangents, RecordedPoint,
    Sample, Sink, View, ViewMut,
};
use crate::shape::Shape;

/// The logarithm of the softmax of each row: `X: R×C → R×C`.
///
/// The logarithm of the largest share is `−ln(1 + others)`, where `others` are the shifted
/// exponentials of the rest: it keeps its digits where the share rounds to 1, and no other becomes
/// −∞ where its share rounds to 0. Kept as residual are the shares, and for each row what the
/// largest lacks of 1, by which its slope is not a difference of numbers near 1.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogSoftmax;

impl<T: Scalar> Op<T> for LogSoftmax {
    fn name(&self) -> &'static str {
        "log_softmax"
    }

    fn symbol(&self) -> &'static str {
        "ln p→"
    }

    fn formula(&self) -> Formula {
        formula!(y(x): dx[ij] = dy[ij] - exp(y[ij]) * sum[k](dy[ik]))
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        let x = one(operands)?;
        Ok(OutputSpec::matrix(x.rows, x.cols).with_residual(x.len() + x.rows))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let x = at.operands.get(0);
        let rows = x.rows();
        let (shares, missing) = at.residual.split_at_mut(x.values().len());
        for (i, missing) in missing.iter_mut().enumerate() {
            let sum = exp_sum(x.cols(), |j| x[(i, j)], |j, e| shares[j * rows + i] = e);
            let Some(sum) = sum else {
                *missing = T::zero();
                continue;
            };
            // A row with ∞, or of only −∞, has no share that would be right: all are NaN.
            let no_share = sum.largest.real() * T::zero();
            let (share, log) = (sum.share() + no_share, sum.others.ln_1p() + no_share);
            *missing = sum.others * share;
            for j in 0..x.cols() {
                shares[j * rows + i] *= share;
                at.result[(i, j)] = match j == sum.place {
                    true => -log,
                    false => (x[(i, j)] - sum.largest) - log,
                };
            }
        }
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let x = at.operands.get(0);
        let (shares, missing) = at.residual.split_at(x.values().len());
        let (rows, cols) = (x.rows(), x.cols());
        sink.accumulate(0, |target, keep| {
            for (i, &missing) in missing.iter().enumerate() {
                let Some(largest) = place_of_largest(cols, |j| x[(i, j)]) else {
                    return;
                };
                let others = pairwise_sum(cols, |j| match j == largest {
                    true => T::zero(),
                    false => cotangent[(i, j)],
                });
                let of_largest = cotangent[(i, largest)];
                for j in 0..cols {
                    let (d, share) = (cotangent[(i, j)], shares[j * rows + i]);
                    let dx = match j == largest {
                        true => d * missing - share * others,
                        false => d - share * (others + of_largest),
                    };
                    let target = &mut target[j * rows + i];
                    *target = if keep { *target + dx } else { dx };
                }
            }
        });
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        let (x, d) = (at.operands[0], cotangent);
        let shares = x.softmax();
        let is_largest = Recorded::apply(RowMaximaPlaces, &[x]);
        let others = |of: Recorded<'g, T>| is_largest.select(Recorded::zero(), of).row_sums();
        let (missing, of_others) = (others(shares), others(d));
        let of_largest = d.largest_of_rows(x);
        let to_largest = d * missing - shares * of_others;
        let to_others = d - shares * (of_others + of_largest);
        Some(vec![Some(is_largest.select(to_largest, to_others))])
    }

    fn jvp(
        &self,
        at: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        let Some(dx) = tangents.get(0) else { return };
        let (x, rows) = (at.operands.get(0), dx.rows());
        for i in 0..rows {
            let Some(largest) = place_of_largest(dx.cols(), |j| x[(i, j)]) else {
                return;
            };
            // Differences from the largest: what moves all alike moves no share.
            let shift = dx[(i, largest)];
            let moved = pairwise_sum(dx.cols(), |j| match j == largest {
                true => T::zero(),
                false => at.residual[j * rows + i] * (dx[(i, j)] - shift),
            });
            for j in 0..dx.cols() {
                tangent[(i, j)] = (dx[(i, j)] - shift) - moved;
            }
        }
    }

    fn reads(
        &self,
        operands: &[Shape],
        element: usize,
        read: &mut dyn FnMut(usize, usize),
    ) -> bool {
        let rows = operands[0].rows;
        let row = element % rows;
        (0..operands[0].cols).for_each(|col| read(0, col * rows + row));
        true
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        vec![
            vec![Sample::scattered(3, 4, -1.0, 2.0, 0)],
            vec![Sample::new(2, 2, &[1000.0, 1001.0, -1000.0, -999.5])],
        ]
    }
}
