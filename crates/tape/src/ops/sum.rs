//! `y = Σ xᵢⱼ`.

use super::arity::one;
use crate::error::{ForwardError, ShapeError};
use crate::formula;
use crate::formula::Formula;
use crate::number::{Scalar, sum_of};
use crate::op::{
    Op, OperandTangents, OutputSpec, Point, PointMut, Recorded, RecordedCotangents, RecordedPoint,
    Sample, Sink, View, ViewMut,
};
use crate::shape::Shape;

/// The sum of all elements: `X: R×C → scalar`; 0 for a matrix without elements.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sum;

impl<T: Scalar> Op<T> for Sum {
    fn name(&self) -> &'static str {
        "sum"
    }

    fn symbol(&self) -> &'static str {
        "Σ"
    }

    fn formula(&self) -> Formula {
        formula!(y(X): dX = [dy "everywhere"])
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        one(operands)?;
        Ok(OutputSpec::scalar())
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        at.result.values_mut()[0] = sum_of(at.operands.get(0).values());
        Ok(())
    }

    fn vjp(&self, _: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let d = cotangent.scalar();
        sink.accumulate(0, |target, keep| match keep {
            true => target.iter_mut().for_each(|to| *to += d),
            false => target.fill(d),
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
        tangent.values_mut()[0] = tangents.get(0).map_or(T::zero(), |dx| sum_of(dx.values()));
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        vec![
            vec![Sample::scattered(3, 4, -1.0, 2.0, 0)],
            vec![Sample::scattered(1, 1, -1.0, 2.0, 1)],
        ]
    }
}
