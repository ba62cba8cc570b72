//! A matrix made of copies of a row, a column or an element.

use super::arity::one;
use super::broadcast::Broadcast;
use crate::error::{ForwardError, ShapeError};
use crate::formula;
use crate::formula::Formula;
use crate::number::Scalar;
use crate::op::{
    Op, OperandTangents, OutputSpec, Point, PointMut, Recorded, RecordedCotangents, RecordedPoint,
    Sample, Sink, View, ViewMut,
};
use crate::shape::Shape;

/// A row for every row, a column for every column, or a scalar for every element: `X: 1×C, R×1 or
/// 1×1 → R×C`; NumPy's `broadcast_to`. Its reverse rule is summing.
#[derive(Clone, Copy, Debug)]
pub struct Repeat {
    /// Rows of the result.
    pub rows: usize,
    /// Columns of the result.
    pub cols: usize,
}

impl Repeat {
    fn of(self, own: Shape) -> Broadcast {
        Broadcast::new(own, Shape::new(self.rows, self.cols))
    }
}

impl<T: Scalar> Op<T> for Repeat {
    fn name(&self) -> &'static str {
        "repeat"
    }

    fn formula(&self) -> Formula {
        formula!(Y(X): dX = ["the sums of what each copy gets"])
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        let x = one(operands)?;
        let fits = |own, wanted| own == wanted || own == 1;
        if !fits(x.rows, self.rows) || !fits(x.cols, self.cols) {
            let wanted = Shape::new(self.rows, self.cols);
            return Err(ShapeError::new(format!(
                "{x} cannot be repeated to {wanted}"
            )));
        }
        Ok(OutputSpec::matrix(self.rows, self.cols))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let x = at.operands.get(0);
        let copies = self.of(x.shape());
        for (k, y) in at.result.values_mut().iter_mut().enumerate() {
            *y = x.values()[copies.at(k)];
        }
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let copies = self.of(at.operands.get(0).shape());
        let (chosen, d) = (sink.chosen(), cotangent.values());
        copies.add_chosen(sink, 0, |k| {
            let is_chosen = chosen.is_none_or(|chosen| chosen[k]);
            is_chosen.then(|| d[k])
        });
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        Some(vec![Some(cotangent.summed_to(at.operands[0]))])
    }

    fn jvp(
        &self,
        _: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        if let Some(dx) = tangents.get(0) {
            let copies = self.of(dx.shape());
            for (k, y) in tangent.values_mut().iter_mut().enumerate() {
                *y = dx.values()[copies.at(k)];
            }
        }
    }

    fn reads(
        &self,
        operands: &[Shape],
        element: usize,
        read: &mut dyn FnMut(usize, usize),
    ) -> bool {
        read(0, self.of(operands[0]).at(element));
        true
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        let shapes = [
            (1, self.cols),
            (self.rows, 1),
            (1, 1),
            (self.rows, self.cols),
        ];
        let sample = |(k, (rows, cols))| vec![Sample::scattered(rows, cols, -1.0, 2.0, k)];
        shapes.into_iter().enumerate().map(sample).collect()
    }
}
