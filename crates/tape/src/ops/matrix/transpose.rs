//! `Y = Xᵀ`.

use super::one;
use crate::error::{ForwardError, ShapeError};
use crate::op::{Op, Operands, Point, Sample, Sink, Tangents};
use crate::scalar::Scalar;
use crate::shape::{Shape, Signature};
use crate::view::{View, ViewMut};

/// The transpose: `X: R×C → C×R`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Transpose;

/// The elements of `x` in the order of its transpose's columns.
fn transposed<T: Scalar>(x: View<'_, T>) -> impl Iterator<Item = T> {
    (0..x.rows()).flat_map(move |i| (0..x.cols()).map(move |j| x[(i, j)]))
}

fn write<T: Scalar>(mut to: ViewMut<'_, T>, x: View<'_, T>) {
    for (y, x) in to.values_mut().iter_mut().zip(transposed(x)) {
        *y = x;
    }
}

impl<T: Scalar> Op<T> for Transpose {
    fn name(&self) -> &'static str {
        "transpose"
    }

    fn symbol(&self) -> &'static str {
        "ᵀ"
    }

    fn rule(&self) -> &'static str {
        "dX = dYᵀ"
    }

    fn shape(&self, operands: &[Shape]) -> Result<Signature, ShapeError> {
        let x = one(operands)?;
        Ok(Signature::matrix(x.cols, x.rows))
    }

    fn forward(
        &self,
        operands: &Operands<'_, T>,
        result: ViewMut<'_, T>,
        _: &mut [T],
    ) -> Result<(), ForwardError> {
        write(result, operands.get(0));
        Ok(())
    }

    fn vjp(&self, _: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        sink.add(0, transposed(cotangent));
    }

    fn jvp(&self, _: &Point<'_, T>, tangents: &Tangents<'_, T>, mut tangent: ViewMut<'_, T>) {
        match tangents.get(0) {
            Some(dx) => write(tangent, dx),
            None => tangent.values_mut().fill(T::zero()),
        }
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        vec![vec![Sample::scattered(2, 3, -1.0, 2.0, 0)]]
    }
}
