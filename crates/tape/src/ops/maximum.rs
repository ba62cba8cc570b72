//! `y = max xᵢⱼ`.

use super::arity::one;
use super::shifted::{distinct, largest};
use crate::error::{ForwardError, ShapeError};
use crate::formula;
use crate::formula::Formula;
use crate::number::Scalar;
use crate::op::{Op, OperandTangents, OutputSpec, Point, PointMut, Sample, Sink, View, ViewMut};
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
