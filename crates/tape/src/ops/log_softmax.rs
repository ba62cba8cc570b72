//! `yᵢⱼ = ln (exp xᵢⱼ / Σₖ exp xᵢₖ)`.

use super::arity::one;
use super::row_maxima::RowMaximaPlaces;
use super::rows::for_blocks;
use super::shifted::ExpSums;
use crate::error::{ForwardError, ShapeError};
use crate::formula;
use crate::formula::Formula;
use crate::number::{Arithmetic, Scalar};
use crate::op::{
    Op, OperandTangents, OutputSpec, Point, PointMut, Recorded, RecordedCotangents, RecordedPoint,
    Sample, Sink, View, ViewMut,
};
use crate::shape::Shape;
use std::iter::zip;

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
        let (x, y) = (at.operands.get(0), at.result.values_mut());
        let (shares, missing) = at.residual.split_at_mut(x.values().len());
        missing.fill(T::zero());
        for_blocks!(x.shape(), |rows| {
            let sums = ExpSums::of(rows, x.values(), shares);
            // A row with ∞, or of only −∞, has no share that would be right: all are NaN.
            let no_share = rows.each(|i| sums.largest[i].real() * T::zero());
            let share = rows.each(|i| sums.row(i).share() + no_share[i]);
            let logs = rows.each(|i| sums.others[i].ln_1p() + no_share[i]);
            rows.set(missing, |i| sums.others[i] * share[i]);
            rows.scale(shares, &share);
            for (j, at) in rows.columns().enumerate() {
                for (i, (y, &x)) in zip(&mut y[at.clone()], &x.values()[at]).enumerate() {
                    *y = match sums.places[i] == j {
                        true => -logs[i],
                        false => (x - sums.largest[i]) - logs[i],
                    };
                }
            }
        });
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let (x, d) = (at.operands.get(0), cotangent.values());
        let (shares, missing) = at.residual.split_at(x.values().len());
        sink.accumulate(0, |target, keep| {
            for_blocks!(x.shape(), |rows| {
                let places = rows.largest(x.values());
                let others = rows.sums(|j, at, sums| {
                    for ((sum, &d), &place) in zip(zip(sums, &d[at]), &places) {
                        *sum += if place == j { T::zero() } else { d };
                    }
                });
                let missing = rows.each(|i| missing[rows.at(0)][i]);
                let of_largest = rows.in_columns(d, &places);
                let all = rows.each(|i| others[i] + of_largest[i]);
                for (j, at) in rows.columns().enumerate() {
                    let each = zip(zip(&d[at.clone()], &shares[at.clone()]), 0..);
                    for (to, ((&d, &share), i)) in zip(&mut target[at], each) {
                        let dx = match places[i] == j {
                            true => d * missing[i] - share * others[i],
                            false => d - share * all[i],
                        };
                        *to = if keep { *to + dx } else { dx };
                    }
                }
            });
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
        let (x, shares, dx) = (at.operands.get(0), at.residual, dx.values());
        for_blocks!(x.shape(), |rows| {
            let places = rows.largest(x.values());
            // Differences from the largest: what moves all alike moves no share.
            let shifts = rows.in_columns(dx, &places);
            let moved = rows.sums(|_, at, sums| {
                let each = zip(zip(&shares[at.clone()], &dx[at]), zip(sums, &shifts));
                each.for_each(|((&share, &dx), (sum, &shift))| *sum += share * (dx - shift));
            });
            for at in rows.columns() {
                let each = zip(&dx[at.clone()], zip(&shifts, &moved));
                for (dy, (&dx, (&shift, &moved))) in zip(&mut tangent.values_mut()[at], each) {
                    *dy = (dx - shift) - moved;
                }
            }
        });
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
