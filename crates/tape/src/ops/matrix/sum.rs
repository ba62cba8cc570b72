//! `y = Σ xᵢⱼ`.

use super::{one, sum_of};
use crate::error::{ForwardError, ShapeError};
use crate::op::{Op, Operands, Point, Sample, Sink, Tangents};
use crate::scalar::Scalar;
use crate::shape::{Shape, Signature};
use crate::view::{View, ViewMut};

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

    fn rule(&self) -> &'static str {
        "dX = dy everywhere"
    }

    fn shape(&self, operands: &[Shape]) -> Result<Signature, ShapeError> {
        one(operands)?;
        Ok(Signature::scalar())
    }

    fn forward(
        &self,
        operands: &Operands<'_, T>,
        mut result: ViewMut<'_, T>,
        _: &mut [T],
    ) -> Result<(), ForwardError> {
        result.values_mut()[0] = sum_of(operands.get(0).values());
        Ok(())
    }

    fn vjp(&self, _: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        sink.add_scalar(0, cotangent.scalar());
    }

    fn jvp(&self, _: &Point<'_, T>, tangents: &Tangents<'_, T>, mut tangent: ViewMut<'_, T>) {
        tangent.values_mut()[0] = tangents.get(0).map_or(T::zero(), |dx| sum_of(dx.values()));
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        vec![
            vec![Sample::scattered(3, 4, -1.0, 2.0, 0)],
            vec![Sample::scattered(1, 1, -1.0, 2.0, 1)],
        ]
    }
}
