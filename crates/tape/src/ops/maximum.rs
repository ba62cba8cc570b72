//! `y = max xᵢⱼ`.

use super::arity::one;
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

/// The largest element: `X: R×C → scalar`; NaN if there is one, −∞ for a matrix without elements.
///
/// At a tie the first of the largest elements, column by column, gets the whole cotangent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Maximum;

/// The first place of the largest element; of NaN, if the largest is NaN.
pub(super) fn place_of<T: Scalar>(
    mut values: impl Iterator<Item = T>,
    largest: T,
) -> Option<usize> {
    let is_nan = |x: T| x.partial_cmp(&x).is_none();
    values.position(|x| x == largest || (is_nan(x) && is_nan(largest)))
}

impl<T: Scalar> Op<T> for Maximum {
    fn name(&self) -> &'static str {
        "maximum"
    }

    fn symbol(&self) -> &'static str {
        "max"
    }

    fn formula(&self) -> Formula {
        formula!(y(X): dX = [dy "at the first largest element, 0 elsewhere"])
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        one(operands)?;
        Ok(OutputSpec::scalar())
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        at.result.values_mut()[0] = largest(at.operands.get(0).values().iter().copied());
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let x = at.operands.get(0).values();
        let place = place_of(x.iter().copied(), at.result.scalar());
        sink.add_with(0, |dx| {
            if let Some(place) = place {
                dx.values_mut()[place] += cotangent.scalar();
            }
        });
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        let is_largest = Recorded::apply(MaximumPlace, &[at.operands[0]]);
        Some(vec![Some(is_largest.select(cotangent, Recorded::zero()))])
    }

    fn jvp(
        &self,
        at: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        let x = at.operands.get(0).values();
        let place = place_of(x.iter().copied(), at.result.scalar());
        tangent.values_mut()[0] = match (tangents.get(0), place) {
            (Some(dx), Some(place)) => dx.values()[place],
            _ => T::zero(),
        };
    }

    fn is_smooth(&self, operands: &[View<'_, T>]) -> bool {
        distinct(operands[0].values().iter().copied())
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        vec![vec![Sample::scattered(3, 4, -1.0, 2.0, 0)]]
    }
}

/// 1 at the first largest element, column by column, 0 elsewhere: `X: R×C → R×C`; what the reverse
/// rule of [`Maximum`] chooses by when it is recorded. No slope, as of
/// [`Greater`](crate::rules::Greater).
#[derive(Clone, Copy, Debug, Default)]
pub struct MaximumPlace;

impl<T: Scalar> Op<T> for MaximumPlace {
    fn name(&self) -> &'static str {
        "maximum_place"
    }

    fn symbol(&self) -> &'static str {
        "x=max"
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
        let most = largest(x.values().iter().copied());
        if let Some(place) = place_of(x.values().iter().copied(), most) {
            at.result.values_mut()[place] = T::one();
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
        distinct(operands[0].values().iter().copied())
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        vec![vec![Sample::scattered(3, 4, -1.0, 2.0, 0)]]
    }
}
