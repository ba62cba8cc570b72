//! Matrices side by side, or one below the other.

use crate::error::{ForwardError, ShapeError};
use crate::formula;
use crate::formula::Formula;
use crate::number::Scalar;
use crate::op::{
    Op, OperandTangents, OutputSpec, Point, PointMut, Recorded, RecordedCotangents, RecordedPoint,
    Sample, Sink, View, ViewMut,
};
use crate::shape::Shape;

/// Any number of matrices with equally many rows, side by side: `R×C₁, R×C₂, … → R×(C₁ + C₂ + …)`.
#[derive(Clone, Copy, Debug, Default)]
pub struct HStack;

impl<T: Scalar> Op<T> for HStack {
    fn name(&self) -> &'static str {
        "hstack"
    }

    fn symbol(&self) -> &'static str {
        "[X Y]"
    }

    fn formula(&self) -> Formula {
        formula!(Y[X]: dX = ["its columns of" dY])
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        let rows = operands.first().map_or(0, |x| x.rows);
        if operands.iter().any(|x| x.rows != rows) {
            return Err(ShapeError::new("all must have equally many rows"));
        }
        Ok(OutputSpec::matrix(
            rows,
            operands.iter().map(|x| x.cols).sum(),
        ))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let mut start = 0;
        for k in 0..at.operands.len() {
            let x = at.operands.get(k).values();
            at.result.values_mut()[start..start + x.len()].copy_from_slice(x);
            start += x.len();
        }
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let mut start = 0;
        for k in 0..at.operands.len() {
            let len = at.operands.get(k).values().len();
            sink.add(k, cotangent.values()[start..start + len].iter().copied());
            start += len;
        }
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        let mut start = 0;
        let parts = at.operands.iter().zip(&at.wanted).map(|(x, &wanted)| {
            let len = x.shape().cols;
            start += len;
            wanted.then(|| cotangent.columns(start - len, len))
        });
        Some(parts.collect())
    }

    fn jvp(
        &self,
        at: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        let mut start = 0;
        for k in 0..at.operands.len() {
            let len = at.operands.get(k).values().len();
            if let Some(dx) = tangents.get(k) {
                tangent.values_mut()[start..start + len].copy_from_slice(dx.values());
            }
            start += len;
        }
    }

    fn reads(
        &self,
        operands: &[Shape],
        element: usize,
        read: &mut dyn FnMut(usize, usize),
    ) -> bool {
        let mut start = 0;
        for (operand, shape) in operands.iter().enumerate() {
            if (start..start + shape.len()).contains(&element) {
                read(operand, element - start);
            }
            start += shape.len();
        }
        true
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        let sample = |cols, seed| Sample::scattered(2, cols, -1.0, 2.0, seed);
        vec![
            vec![sample(3, 0), sample(1, 1), sample(2, 2)],
            vec![sample(2, 3)],
        ]
    }
}

/// Any number of matrices with equally many columns, one below the other: `R₁×C, R₂×C, … → (R₁ + R₂
/// + …)×C`.
#[derive(Clone, Copy, Debug, Default)]
pub struct VStack;

impl<T: Scalar> Op<T> for VStack {
    fn name(&self) -> &'static str {
        "vstack"
    }

    fn symbol(&self) -> &'static str {
        "[X; Y]"
    }

    fn formula(&self) -> Formula {
        formula!(Y[X]: dX = ["its rows of" dY])
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        let cols = operands.first().map_or(0, |x| x.cols);
        if operands.iter().any(|x| x.cols != cols) {
            return Err(ShapeError::new("all must have equally many columns"));
        }
        Ok(OutputSpec::matrix(
            operands.iter().map(|x| x.rows).sum(),
            cols,
        ))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let mut start = 0;
        for k in 0..at.operands.len() {
            let x = at.operands.get(k);
            for j in 0..x.cols() {
                at.result.column_mut(j)[start..start + x.rows()].copy_from_slice(x.column(j));
            }
            start += x.rows();
        }
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let mut start = 0;
        for k in 0..at.operands.len() {
            let rows = at.operands.get(k).rows();
            sink.accumulate(k, |target, keep| {
                for (j, to) in target.chunks_exact_mut(rows.max(1)).enumerate() {
                    let from = &cotangent.column(j)[start..start + rows];
                    if keep {
                        to.iter_mut().zip(from).for_each(|(to, &from)| *to += from);
                    } else {
                        to.copy_from_slice(from);
                    }
                }
            });
            start += rows;
        }
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        let mut start = 0;
        let parts = at.operands.iter().zip(&at.wanted).map(|(x, &wanted)| {
            let len = x.shape().rows;
            start += len;
            wanted.then(|| cotangent.rows(start - len, len))
        });
        Some(parts.collect())
    }

    fn jvp(
        &self,
        at: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        let mut start = 0;
        for k in 0..at.operands.len() {
            let rows = at.operands.get(k).rows();
            if let Some(dx) = tangents.get(k) {
                for j in 0..tangent.cols() {
                    tangent.column_mut(j)[start..start + rows].copy_from_slice(dx.column(j));
                }
            }
            start += rows;
        }
    }

    fn reads(
        &self,
        operands: &[Shape],
        element: usize,
        read: &mut dyn FnMut(usize, usize),
    ) -> bool {
        let rows = operands.iter().map(|x| x.rows).sum::<usize>();
        let (row, col) = (element % rows, element / rows);
        let mut start = 0;
        for (operand, shape) in operands.iter().enumerate() {
            if (start..start + shape.rows).contains(&row) {
                read(operand, col * shape.rows + row - start);
            }
            start += shape.rows;
        }
        true
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        let sample = |rows, seed| Sample::scattered(rows, 2, -1.0, 2.0, seed);
        vec![
            vec![sample(3, 0), sample(1, 1), sample(2, 2)],
            vec![sample(2, 3)],
        ]
    }
}
