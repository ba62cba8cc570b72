//! An op that serves several programs, and what stands where one is lent away.

use super::operands::{OperandTangents, Point, PointMut};
use super::operation::{Chain, Op, Recorded, RecordedCotangents, RecordedPoint};
use super::output::OutputSpec;
use super::sample::Sample;
use super::sink::Sink;
use super::view::{View, ViewMut};
use crate::error::{ForwardError, ShapeError};
use crate::formula::Formula;
use crate::number::Scalar;
use crate::shape::Shape;
use std::sync::Arc;

/// An op that serves several programs: does what that op does.
pub(crate) struct Shared<T>(pub Arc<dyn Op<T>>);

impl<T: Scalar> Op<T> for Shared<T> {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn symbol(&self) -> &'static str {
        self.0.symbol()
    }

    fn formula(&self) -> Formula {
        self.0.formula()
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        self.0.shape(operands)
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        self.0.forward(at)
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        self.0.vjp(at, cotangent, sink);
    }

    fn in_lanes(&self) -> Option<Chain> {
        self.0.in_lanes()
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        self.0.vjp_recorded(at, cotangent)
    }

    fn jvp(&self, at: &Point<'_, T>, tangents: &OperandTangents<'_, T>, tangent: ViewMut<'_, T>) {
        self.0.jvp(at, tangents, tangent);
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        self.0.samples()
    }

    fn reads(
        &self,
        operands: &[Shape],
        element: usize,
        read: &mut dyn FnMut(usize, usize),
    ) -> bool {
        self.0.reads(operands, element, read)
    }

    fn is_smooth(&self, operands: &[View<'_, T>]) -> bool {
        self.0.is_smooth(operands)
    }
}

/// What stands in the place of an op that is lent away; nobody asks it for anything.
pub(crate) struct Absent;

impl<T: Scalar> Op<T> for Absent {
    fn name(&self) -> &'static str {
        "absent"
    }

    fn shape(&self, _: &[Shape]) -> Result<OutputSpec, ShapeError> {
        Err(ShapeError::new("the op is lent away"))
    }

    fn forward(&self, _: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        Err(ForwardError::new("the op is lent away"))
    }

    fn vjp(&self, _: &Point<'_, T>, _: View<'_, T>, _: &mut Sink<'_, T>) {}
}
