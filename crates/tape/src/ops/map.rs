//! `Y = f(X)`, element by element, for every unary scalar rule.

use super::arity::one;
use super::recorded::power_slope;
use super::slopes::add_guarded;
use crate::error::{ForwardError, ShapeError};
use crate::formula::Formula;
use crate::number::Scalar;
use crate::op::{
    Op, OperandTangents, OutputSpec, Point, PointMut, Recorded, RecordedCotangents, RecordedPoint,
    Sample, Sink, View, ViewMut,
};
use crate::rules::{PowI, Unary};
use crate::shape::Shape;
use crate::threads;
use std::iter::zip;
use std::marker::PhantomData;
use std::ops::Range;

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

    fn formula(&self) -> Formula {
        R::FORMULA
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        let x = one(operands)?;
        Ok(OutputSpec::matrix(x.rows, x.cols))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let x = at.operands.get(0).values();
        threads::ranges(at.result.values_mut(), 1, &|first, y: &mut [T]| {
            for (y, &x) in y.iter_mut().zip(&x[first..]) {
                *y = R::value(x);
            }
        });
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let (x, y, d) = (
            at.operands.get(0).values(),
            at.result.values(),
            cotangent.values(),
        );
        if let Some(chosen) = sink.chosen() {
            return sink.add_chosen(0, |k| chosen[k].then(|| R::pull(x[k], y[k], d[k])));
        }
        if R::GUARDED {
            let slopes = |at: Range<usize>| {
                zip(&x[at.clone()], &y[at]).map(|(&x, &y)| {
                    let slope = R::derivative(x, y);
                    (slope, R::is_kept(slope))
                })
            };
            return add_guarded(sink, 0, d, slopes, |k, d| R::pull(x[k], y[k], d));
        }
        sink.accumulate(0, |dx, keep| {
            threads::ranges(dx, 1, &|first, dx: &mut [T]| {
                let each = zip(zip(&x[first..], &y[first..]), &d[first..]);
                let pulled = zip(dx, each.map(|((&x, &y), &d)| R::pull(x, y, d)));
                match keep {
                    true => pulled.for_each(|(to, pulled)| *to += pulled),
                    false => pulled.for_each(|(to, pulled)| *to = pulled),
                }
            });
        });
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        let slope = R::derivative(at.operands[0], at.result);
        Some(vec![Some(cotangent * slope)])
    }

    fn jvp(
        &self,
        at: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        let Some(dx) = tangents.get(0) else { return };
        let primals = at.operands.get(0).values().iter().zip(at.result.values());
        let each = primals.zip(dx.values());
        for (dy, ((&x, &y), &dx)) in tangent.values_mut().iter_mut().zip(each) {
            *dy = R::pull(x, y, dx);
        }
    }

    fn reads(&self, _: &[Shape], element: usize, read: &mut dyn FnMut(usize, usize)) -> bool {
        read(0, element);
        true
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

    fn formula(&self) -> Formula {
        PowI::FORMULA.with_exponent(self.0)
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        let x = one(operands)?;
        Ok(OutputSpec::matrix(x.rows, x.cols))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        for (y, &x) in at
            .result
            .values_mut()
            .iter_mut()
            .zip(at.operands.get(0).values())
        {
            *y = PowI(self.0).value(x);
        }
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let (x, d) = (at.operands.get(0).values(), cotangent.values());
        if let Some(chosen) = sink.chosen() {
            return sink.add_chosen(0, |k| chosen[k].then(|| PowI(self.0).pull(x[k], d[k])));
        }
        let slopes = |at: Range<usize>| x[at].iter().map(|&x| PowI(self.0).slope(x));
        add_guarded(sink, 0, d, slopes, |k, d| PowI(self.0).pull(x[k], d));
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        Some(vec![Some(cotangent * power_slope(at.operands[0], self.0))])
    }

    fn jvp(
        &self,
        at: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        let Some(dx) = tangents.get(0) else { return };
        let each = at.operands.get(0).values().iter().zip(dx.values());
        for (dy, (&x, &dx)) in tangent.values_mut().iter_mut().zip(each) {
            *dy = PowI(self.0).pull(x, dx);
        }
    }

    fn reads(&self, _: &[Shape], element: usize, read: &mut dyn FnMut(usize, usize)) -> bool {
        read(0, element);
        true
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        vec![vec![Sample::new(2, 2, &[-1.5, 0.5, 1.0, 2.0])]]
    }
}
