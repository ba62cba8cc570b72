//! `yᵢ = max over j of xᵢⱼ`.

use super::arity::one;
use super::maximum::place_of;
use super::shifted::{distinct, largest};
use crate::error::{ForwardError, ShapeError};
use crate::formula;
use crate::formula::Formula;
use crate::number::{Arithmetic, Scalar};
use crate::op::{
    Op, OperandTangents, OutputSpec, Point, PointMut, Recorded, RecordedCotangents, RecordedPoint,
    Sample, Sink, View, ViewMut,
};
use crate::shape::Shape;

/// The largest element of each row: `X: R×C → R×1`; NaN if the row has one, −∞ for an empty row.
///
/// At a tie the leftmost of the largest elements gets the whole cotangent.
#[derive(Clone, Copy, Debug, Default)]
pub struct RowMaxima;

/// The elements of row `i`.
pub(super) fn row<T: Scalar>(x: View<'_, T>, i: usize) -> impl Iterator<Item = T> + Clone {
    (0..x.cols()).map(move |j| x[(i, j)])
}

impl<T: Scalar> Op<T> for RowMaxima {
    fn name(&self) -> &'static str {
        "row_maxima"
    }

    fn symbol(&self) -> &'static str {
        "max→"
    }

    fn formula(&self) -> Formula {
        formula!(y(X): dX = [dy "at the first largest element of each row, 0 elsewhere"])
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        Ok(OutputSpec::matrix(one(operands)?.rows, 1))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let x = at.operands.get(0);
        for (i, y) in at.result.values_mut().iter_mut().enumerate() {
            *y = largest(row(x, i));
        }
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let x = at.operands.get(0);
        sink.add_with(0, |dx| {
            let rows = at.result.values().iter().zip(cotangent.values());
            for (i, (&y, &d)) in rows.enumerate() {
                if let Some(j) = place_of(row(x, i), y) {
                    dx[(i, j)] += d;
                }
            }
        });
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        let is_largest = Recorded::apply(RowMaximaPlaces, &[at.operands[0]]);
        Some(vec![Some(is_largest.select(cotangent, Recorded::zero()))])
    }

    fn jvp(
        &self,
        at: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        let x = at.operands.get(0);
        let dx = tangents.get(0);
        for (i, (dy, &y)) in tangent
            .values_mut()
            .iter_mut()
            .zip(at.result.values())
            .enumerate()
        {
            *dy = match (dx, place_of(row(x, i), y)) {
                (Some(dx), Some(j)) => dx[(i, j)],
                _ => T::zero(),
            };
        }
    }

    fn is_smooth(&self, operands: &[View<'_, T>]) -> bool {
        (0..operands[0].rows()).all(|i| distinct(row(operands[0], i)))
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

/// 1 at the first largest element of each row, 0 elsewhere: `X: R×C → R×C`; what the reverse
/// rule of [`RowMaxima`] chooses by when it is recorded. No slope, as of
/// [`Greater`](crate::rules::Greater).
#[derive(Clone, Copy, Debug, Default)]
pub struct RowMaximaPlaces;

impl<T: Scalar> Op<T> for RowMaximaPlaces {
    fn name(&self) -> &'static str {
        "row_maxima_places"
    }

    fn symbol(&self) -> &'static str {
        "x=max→"
    }

    fn formula(&self) -> Formula {
        formula!(Y(X): dX = 0)
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        let x = one(operands)?;
        Ok(OutputSpec::matrix(x.rows, x.cols))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let x = at.operands.get(0);
        at.result.values_mut().fill(T::zero());
        for i in 0..x.rows() {
            if let Some(j) = place_of(row(x, i), largest(row(x, i))) {
                at.result[(i, j)] = T::one();
            }
        }
        Ok(())
    }

    fn vjp(&self, _: &Point<'_, T>, _: View<'_, T>, _: &mut Sink<'_, T>) {}

    fn vjp_recorded<'g>(
        &self,
        _: &RecordedPoint<'g, T>,
        _: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        Some(vec![None])
    }

    fn jvp(&self, _: &Point<'_, T>, _: &OperandTangents<'_, T>, _: ViewMut<'_, T>) {}

    fn reads(&self, _: &[Shape], _: usize, _: &mut dyn FnMut(usize, usize)) -> bool {
        // Nothing that it varies with.
        true
    }

    fn is_smooth(&self, operands: &[View<'_, T>]) -> bool {
        (0..operands[0].rows()).all(|i| distinct(row(operands[0], i)))
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        vec![vec![Sample::scattered(3, 4, -1.0, 2.0, 0)]]
    }
}
