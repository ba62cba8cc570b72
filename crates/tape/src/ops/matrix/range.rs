//! A run of rows or of columns, copied.

use super::one;
use crate::error::{ForwardError, ShapeError};
use crate::op::{Op, Operands, Point, Sample, Sink, Tangents};
use crate::scalar::Scalar;
use crate::shape::{Shape, Signature};
use crate::view::{View, ViewMut};

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
    fn copy<T: Scalar>(&self, x: View<'_, T>, mut y: ViewMut<'_, T>) {
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

    fn rule(&self) -> &'static str {
        "dX = dY in the rows taken, 0 elsewhere"
    }

    fn shape(&self, operands: &[Shape]) -> Result<Signature, ShapeError> {
        let x = one(operands)?;
        check(self.start, self.len, x.rows, "rows")?;
        Ok(Signature::matrix(self.len, x.cols))
    }

    fn forward(
        &self,
        operands: &Operands<'_, T>,
        result: ViewMut<'_, T>,
        _: &mut [T],
    ) -> Result<(), ForwardError> {
        self.copy(operands.get(0), result);
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let rows = at.operands.get(0).rows();
        sink.accumulate(0, |target, keep| {
            if !keep {
                target.fill(T::zero());
            }
            for j in 0..cotangent.cols() {
                let taken = &mut target[j * rows + self.start..][..self.len];
                for (t, &d) in taken.iter_mut().zip(cotangent.column(j)) {
                    *t += d;
                }
            }
        });
    }

    fn jvp(&self, _: &Point<'_, T>, tangents: &Tangents<'_, T>, mut tangent: ViewMut<'_, T>) {
        match tangents.get(0) {
            Some(dx) => self.copy(dx, tangent),
            None => tangent.values_mut().fill(T::zero()),
        }
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

    fn rule(&self) -> &'static str {
        "dX = dY in the columns taken, 0 elsewhere"
    }

    fn shape(&self, operands: &[Shape]) -> Result<Signature, ShapeError> {
        let x = one(operands)?;
        check(self.start, self.len, x.cols, "columns")?;
        Ok(Signature::matrix(x.rows, self.len))
    }

    fn forward(
        &self,
        operands: &Operands<'_, T>,
        mut result: ViewMut<'_, T>,
        _: &mut [T],
    ) -> Result<(), ForwardError> {
        let x = operands.get(0);
        result
            .values_mut()
            .copy_from_slice(&x.values()[self.taken(x.rows())]);
        Ok(())
    }

    fn vjp(&self, _: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        sink.accumulate(0, |target, keep| {
            if !keep {
                target.fill(T::zero());
            }
            let taken = &mut target[self.taken(cotangent.rows())];
            for (t, &d) in taken.iter_mut().zip(cotangent.values()) {
                *t += d;
            }
        });
    }

    fn jvp(&self, _: &Point<'_, T>, tangents: &Tangents<'_, T>, mut tangent: ViewMut<'_, T>) {
        match tangents.get(0) {
            Some(dx) => tangent
                .values_mut()
                .copy_from_slice(&dx.values()[self.taken(dx.rows())]),
            None => tangent.values_mut().fill(T::zero()),
        }
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        let cols = self.start + self.len;
        vec![
            vec![Sample::scattered(2, cols + 1, -1.0, 2.0, 0)],
            vec![Sample::scattered(3, cols, -1.0, 2.0, 1)],
        ]
    }
}
