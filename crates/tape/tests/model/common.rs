//! What the steps have in common: ids that are known, how the tape and the model are compared.

use super::plain::{Refusal, Serial};
use nalgebra::DMatrix;
use tape::{
    EntryId, Error, ForwardError, Mark, MatrixId, Op, OperandTangents, OutputSpec, Point, PointMut,
    Shape, ShapeError, Sink, VarId, View, ViewMut,
};

/// The product of two scalars, of which the first must not be negative.
pub struct Squeamish;

impl Op<f64> for Squeamish {
    fn name(&self) -> &'static str {
        "squeamish"
    }
    fn shape(&self, _: &[Shape]) -> Result<OutputSpec, ShapeError> {
        Ok(OutputSpec::scalar().with_residual(1))
    }
    fn forward(&self, at: &mut PointMut<'_, f64>) -> Result<(), ForwardError> {
        let (x, y) = (at.operands.scalar(0), at.operands.scalar(1));
        at.residual[0] = x;
        if x < 0.0 {
            return Err(ForwardError::new(format!("{x} is negative")));
        }
        at.result.values_mut()[0] = x * y;
        Ok(())
    }
    fn vjp(&self, at: &Point<'_, f64>, cotangent: View<'_, f64>, sink: &mut Sink<'_, f64>) {
        sink.add_scalar(0, cotangent.scalar() * at.operands.scalar(1));
        sink.add_scalar(1, cotangent.scalar() * at.residual[0]);
    }
    fn jvp(&self, at: &Point<'_, f64>, dx: &OperandTangents<'_, f64>, mut dy: ViewMut<'_, f64>) {
        dy.values_mut()[0] =
            dx.scalar(0) * at.operands.scalar(1) + dx.scalar(1) * at.operands.scalar(0);
    }
}

/// An id as it was taken: of which event, if it is this tape's, and in which generation.
#[derive(Clone, Copy)]
pub struct Known {
    pub id: EntryId,
    pub serial: Option<Serial>,
    pub generation: u64,
}

/// A mark with the number of events before it and the last of them; none for another tape's.
pub type KnownMark = (Mark, Option<(usize, Option<Serial>)>);

pub fn refusal(error: Error) -> Refusal {
    match error {
        Error::Foreign { .. } => "Foreign",
        Error::Outdated { .. } => "Outdated",
        Error::Later { .. } => "Later",
        Error::Stale { .. } => "Stale",
        Error::NotSwept => "NotSwept",
        Error::NotALeaf { .. } => "NotALeaf",
        Error::Shape { .. } => "Shape",
        Error::Length { .. } => "Length",
        Error::Guard { .. } => "Guard",
        Error::Forward { .. } => "Forward",
        _ => "another error",
    }
}

/// Equal numbers, or both none.
fn same(x: &[f64], y: &[f64]) -> bool {
    let pairs = x.iter().zip(y);
    x.len() == y.len()
        && pairs
            .into_iter()
            .all(|(x, y)| x == y || x.is_nan() && y.is_nan())
}

#[track_caller]
pub fn assert_same(found: &Result<Vec<f64>, Refusal>, expected: &Result<Vec<f64>, Refusal>) {
    let agree = match (found, expected) {
        (Ok(found), Ok(expected)) => same(found, expected),
        (found, expected) => found == expected,
    };
    assert!(agree, "the tape: {found:?}, the model: {expected:?}");
}

pub fn matrix(pair: [f64; 2], as_recorded: bool) -> DMatrix<f64> {
    let (rows, cols) = if as_recorded { (1, 2) } else { (2, 1) };
    DMatrix::from_column_slice(rows, cols, &pair)
}

pub fn scalar_id(id: EntryId) -> Option<VarId> {
    match id {
        EntryId::Scalar(id) => Some(id),
        EntryId::Matrix(_) => None,
    }
}

pub fn matrix_id(id: EntryId) -> Option<MatrixId> {
    match id {
        EntryId::Matrix(id) => Some(id),
        EntryId::Scalar(_) => None,
    }
}

pub const NAMES: [&str; 3] = ["a", "b", "c"];
