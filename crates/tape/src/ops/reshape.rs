//! The same elements in another shape.

use super::arity::one;
use crate::error::{ForwardError, ShapeError};
use crate::formula;
use crate::formula::Formula;
use crate::number::Scalar;
use crate::op::{
    Op, OperandTangents, OutputSpec, Point, PointMut, Recorded, RecordedCotangents, RecordedPoint,
    Sample, Sink, View, ViewMut,
};
use crate::shape::Shape;

/// The elements, column by column, as a `rows` × `cols` matrix: `X: R×C → rows×cols` with as many
/// elements.
///
/// Column by column is nalgebra's order; NumPy's `reshape` goes row by row: transpose before and
/// after for that.
#[derive(Clone, Copy, Debug)]
pub struct Reshape {
    /// Rows of the result.
    pub rows: usize,
    /// Columns of the result.
    pub cols: usize,
}

impl<T: Scalar> Op<T> for Reshape {
    fn name(&self) -> &'static str {
        "reshape"
    }

    fn symbol(&self) -> &'static str {
        "reshape"
    }

    fn formula(&self) -> Formula {
        formula!(Y(X): dX = [dY "in the shape of" X])
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        let x = one(operands)?;
        let wanted = Shape::new(self.rows, self.cols);
        if x.len() != wanted.len() {
            return Err(ShapeError::new(format!(
                "{} elements do not fill {wanted}, which has {}",
                x.len(),
                wanted.len()
            )));
        }
        Ok(OutputSpec::matrix(self.rows, self.cols))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        at.result
            .values_mut()
            .copy_from_slice(at.operands.get(0).values());
        Ok(())
    }

    fn vjp(&self, _: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        sink.add_view(0, cotangent);
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        Some(vec![Some(cotangent.reshape(at.operands[0].shape()))])
    }

    fn jvp(
        &self,
        _: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        if let Some(dx) = tangents.get(0) {
            tangent.values_mut().copy_from_slice(dx.values());
        }
    }

    fn reads(&self, _: &[Shape], element: usize, read: &mut dyn FnMut(usize, usize)) -> bool {
        read(0, element);
        true
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        vec![vec![Sample::scattered(
            1,
            self.rows * self.cols,
            -1.0,
            2.0,
            0,
        )]]
    }
}
