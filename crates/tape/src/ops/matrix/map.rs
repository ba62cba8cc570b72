//! `Y = f(X)`, element by element, for every unary scalar rule.

use super::one;
use crate::error::{ForwardError, ShapeError};
use crate::op::{Op, Operands, Point, Sample, Sink, Tangents};
use crate::ops::scalar::Unary;
use crate::ops::scalar::powers::PowI;
use crate::scalar::Scalar;
use crate::shape::{Shape, Signature};
use crate::view::{View, ViewMut};
use std::marker::PhantomData;

/// A unary rule applied to every element: `X: R×C → R×C`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Map<R>(PhantomData<R>);

impl<R: Unary, T: Scalar> Op<T> for Map<R> {
    fn name(&self) -> &'static str {
        R::NAME
    }

    fn symbol(&self) -> &'static str {
        R::SYMBOL
    }

    fn rule(&self) -> &'static str {
        R::RULE
    }

    fn shape(&self, operands: &[Shape]) -> Result<Signature, ShapeError> {
        let x = one(operands)?;
        Ok(Signature::matrix(x.rows, x.cols))
    }

    fn forward(
        &self,
        operands: &Operands<'_, T>,
        mut result: ViewMut<'_, T>,
        _: &mut [T],
    ) -> Result<(), ForwardError> {
        for (y, &x) in result.values_mut().iter_mut().zip(operands.get(0).values()) {
            *y = R::value(x);
        }
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let primals = at.operands.get(0).values().iter().zip(at.result.values());
        let each = primals.zip(cotangent.values());
        sink.add(0, each.map(|((&x, &y), &d)| d * R::derivative(x, y)));
    }

    fn jvp(&self, at: &Point<'_, T>, tangents: &Tangents<'_, T>, mut tangent: ViewMut<'_, T>) {
        let Some(dx) = tangents.get(0) else {
            return tangent.values_mut().fill(T::zero());
        };
        let primals = at.operands.get(0).values().iter().zip(at.result.values());
        let each = primals.zip(dx.values());
        for (dy, ((&x, &y), &dx)) in tangent.values_mut().iter_mut().zip(each) {
            *dy = dx * R::derivative(x, y);
        }
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        let points = Sample::new(1, R::POINTS.len(), R::POINTS);
        let column = Sample::new(R::POINTS.len(), 1, R::POINTS);
        vec![vec![points], vec![column]]
    }
}

/// An integer power of every element: `X: R×C → R×C`.
#[derive(Clone, Copy, Debug)]
pub struct MapPowI(pub i32);

impl<T: Scalar> Op<T> for MapPowI {
    fn name(&self) -> &'static str {
        PowI::NAME
    }

    fn symbol(&self) -> &'static str {
        PowI::SYMBOL
    }

    fn rule(&self) -> &'static str {
        PowI::RULE
    }

    fn shape(&self, operands: &[Shape]) -> Result<Signature, ShapeError> {
        let x = one(operands)?;
        Ok(Signature::matrix(x.rows, x.cols))
    }

    fn forward(
        &self,
        operands: &Operands<'_, T>,
        mut result: ViewMut<'_, T>,
        _: &mut [T],
    ) -> Result<(), ForwardError> {
        for (y, &x) in result.values_mut().iter_mut().zip(operands.get(0).values()) {
            *y = PowI(self.0).value(x);
        }
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let each = at.operands.get(0).values().iter().zip(cotangent.values());
        sink.add(0, each.map(|(&x, &d)| d * PowI(self.0).derivative(x)));
    }

    fn jvp(&self, at: &Point<'_, T>, tangents: &Tangents<'_, T>, mut tangent: ViewMut<'_, T>) {
        let Some(dx) = tangents.get(0) else {
            return tangent.values_mut().fill(T::zero());
        };
        let each = at.operands.get(0).values().iter().zip(dx.values());
        for (dy, (&x, &dx)) in tangent.values_mut().iter_mut().zip(each) {
            *dy = dx * PowI(self.0).derivative(x);
        }
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        vec![vec![Sample::new(2, 2, &[-1.5, 0.5, 1.0, 2.0])]]
    }
}
