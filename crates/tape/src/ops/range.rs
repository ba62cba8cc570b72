//! A run of rows or of columns, copied.

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

fn check(start: usize, len: usize, size: usize, what: &str) -> Result<(), ShapeError> {
    match start.checked_add(len) {
        Some(end) if end <= size => Ok(()),
        _ => Err(ShapeError::new(format!(
            "{what} {start}..{start}+{len} of a matrix with {size} {what}"
        ))),
    }
}

/// `len` rows from row `start`: `X: R×C → len×C`.
#[derive(Clone, Copy, Debug)]
pub struct RowRange {
    /// The first row, counted from 0.
    pub start: usize,
    /// The number of rows.
    pub len: usize,
}

impl RowRange {
    fn copy<T: Scalar>(&self, x: View<'_, T>, y: &mut ViewMut<'_, T>) {
        for j in 0..x.cols() {
            let rows = &x.column(j)[self.start..self.start + self.len];
            y.column_mut(j).copy_from_slice(rows);
        }
    }
}

impl<T: Scalar> Op<T> for RowRange {
    fn name(&self) -> &'static str {
        "rows"
    }

    fn symbol(&self) -> &'static str {
        "rows"
    }

    fn formula(&self) -> Formula {
        formula!(Y(X): dX = [dY "in the rows taken, 0 elsewhere"])
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        let x = one(operands)?;
        check(self.start, self.len, x.rows, "rows")?;
        Ok(OutputSpec::matrix(self.len, x.cols))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        self.copy(at.operands.get(0), &mut at.result);
        Ok(())
    }

    fn vjp(&self, _: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        sink.add_with(0, |dx| {
            for j in 0..cotangent.cols() {
                let taken = &mut dx.column_mut(j)[self.start..][..self.len];
                for (dx, &d) in taken.iter_mut().zip(cotangent.column(j)) {
                    *dx += d;
                }
            }
        });
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        let rows = at.operands[0].shape().rows;
        Some(vec![Some(cotangent.within_rows(self.start, rows))])
    }

    fn jvp(
        &self,
        _: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        if let Some(dx) = tangents.get(0) {
            self.copy(dx, &mut tangent);
        }
    }

    fn reads(
        &self,
        operands: &[Shape],
        element: usize,
        read: &mut dyn FnMut(usize, usize),
    ) -> bool {
        let (row, col) = (element % self.len, element / self.len);
        read(0, col * operands[0].rows + self.start + row);
        true
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        let rows = self.start + self.len;
        vec![
            vec![Sample::scattered(rows + 1, 2, -1.0, 2.0, 0)],
            vec![Sample::scattered(rows, 3, -1.0, 2.0, 1)],
        ]
    }
}

/// `len` columns from column `start`: `X: R×C → R×len`.
#[derive(Clone, Copy, Debug)]
pub struct ColumnRange {
    /// The first column, counted from 0.
    pub start: usize,
    /// The number of columns.
    pub len: usize,
}

impl ColumnRange {
    fn taken(&self, rows: usize) -> std::ops::Range<usize> {
        self.start * rows..(self.start + self.len) * rows
    }
}

impl<T: Scalar> Op<T> for ColumnRange {
    fn name(&self) -> &'static str {
        "columns"
    }

    fn symbol(&self) -> &'static str {
        "columns"
    }

    fn formula(&self) -> Formula {
        formula!(Y(X): dX = [dY "in the columns taken, 0 elsewhere"])
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        let x = one(operands)?;
        check(self.start, self.len, x.cols, "columns")?;
        Ok(OutputSpec::matrix(x.rows, self.len))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let x = at.operands.get(0);
        at.result
            .values_mut()
            .copy_from_slice(&x.values()[self.taken(x.rows())]);
        Ok(())
    }

    fn vjp(&self, _: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        sink.add_with(0, |dx| {
            let taken = &mut dx.values_mut()[self.taken(cotangent.rows())];
            for (dx, &d) in taken.iter_mut().zip(cotangent.values()) {
                *dx += d;
            }
        });
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        let cols = at.operands[0].shape().cols;
        Some(vec![Some(cotangent.within_columns(self.start, cols))])
    }

    fn jvp(
        &self,
        _: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        if let Some(dx) = tangents.get(0) {
            tangent
                .values_mut()
                .copy_from_slice(&dx.values()[self.taken(dx.rows())]);
        }
    }

    fn reads(
        &self,
        operands: &[Shape],
        element: usize,
        read: &mut dyn FnMut(usize, usize),
    ) -> bool {
        read(0, self.start * operands[0].rows + element);
        true
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        let cols = self.start + self.len;
        vec![
            vec![Sample::scattered(2, cols + 1, -1.0, 2.0, 0)],
            vec![Sample::scattered(3, cols, -1.0, 2.0, 1)],
        ]
    }
}
