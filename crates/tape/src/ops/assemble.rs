//! A matrix built from scalars.

use crate::error::{ForwardError, ShapeError};
use crate::formula;
use crate::formula::Formula;
use crate::number::Scalar;
use crate::op::{
    Op, OperandTangents, OutputSpec, Point, PointMut, Recorded, RecordedCotangents, RecordedPoint,
    Sample, Sink, View, ViewMut,
};
use crate::shape::Shape;

/// Scalars, row by row as one writes a matrix down, as a matrix: `rows · cols` scalars `→
/// rows×cols`.
#[derive(Clone, Copy, Debug)]
pub struct Assemble {
    /// Rows of the result.
    pub rows: usize,
    /// Columns of the result.
    pub cols: usize,
}

impl Assemble {
    /// Operand index and place in memory of every element.
    fn places(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let Assemble { rows, cols } = *self;
        (0..rows * cols).map(move |k| (k, (k % cols) * rows + k / cols))
    }
}

impl<T: Scalar> Op<T> for Assemble {
    fn name(&self) -> &'static str {
        "assemble"
    }

    fn symbol(&self) -> &'static str {
        "[…]"
    }

    fn formula(&self) -> Formula {
        formula!(Y[x]: dx = ["its element of" dY])
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        let wanted = Shape::new(self.rows, self.cols);
        if operands.len() != wanted.len() {
            return Err(ShapeError::new(format!(
                "{} scalars do not fill {wanted}, which has {} elements",
                operands.len(),
                wanted.len()
            )));
        }
        if operands.iter().any(|x| *x != Shape::SCALAR) {
            return Err(ShapeError::new("all operands must be scalars"));
        }
        Ok(OutputSpec::matrix(self.rows, self.cols))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        for (k, place) in self.places() {
            at.result.values_mut()[place] = at.operands.scalar(k);
        }
        Ok(())
    }

    fn vjp(&self, _: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        for (k, place) in self.places() {
            sink.add_scalar(k, cotangent.values()[place]);
        }
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        let element = |k: usize| cotangent.element(k / self.cols, k % self.cols);
        let each = at.wanted.iter().enumerate();
        Some(
            each.map(|(k, &wanted)| wanted.then(|| element(k)))
                .collect(),
        )
    }

    fn jvp(
        &self,
        _: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        for (k, place) in self.places() {
            tangent.values_mut()[place] = tangents.scalar(k);
        }
    }

    fn reads(&self, _: &[Shape], element: usize, read: &mut dyn FnMut(usize, usize)) -> bool {
        let (row, col) = (element % self.rows, element / self.rows);
        read(row * self.cols + col, 0);
        true
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        let scalar = |k| Sample::scattered(1, 1, -1.0, 2.0, k);
        vec![(0..self.rows * self.cols).map(scalar).collect()]
    }
}
