//! Rows by index: gathered, and added where an index says.
//!
//! The indices are an operand, so that a recording can be replayed with others. They have no slope:
//! an [`input`](crate::Tape::input) of whole numbers, one for each row.

use super::arity::two;
use crate::error::{ForwardError, ShapeError};
use crate::formula;
use crate::formula::Formula;
use crate::number::Scalar;
use crate::op::{
    Op, OperandTangents, OutputSpec, Point, PointMut, Recorded, RecordedCotangents, RecordedPoint,
    Sample, Sink, View, ViewMut,
};
use crate::shape::Shape;

/// Checks that there is a column of indices.
fn check_column(indices: Shape) -> Result<(), ShapeError> {
    if indices.cols == 1 {
        return Ok(());
    }
    Err(ShapeError::new(format!(
        "the indices must be a column, {}×1",
        indices.rows
    )))
}

/// Checks that every index is a whole number below `rows`.
fn check<T: Scalar>(indices: View<'_, T>, rows: usize) -> Result<(), ForwardError> {
    for (place, index) in indices.values().iter().enumerate() {
        let row = index.to_f64();
        if !(row >= 0.0 && row < rows as f64 && row.fract() == 0.0) {
            let expected = match rows {
                0 => "no index, as there are no rows".to_string(),
                _ => format!("a whole number from 0 to {}", rows - 1),
            };
            return Err(ForwardError::new(format!(
                "index {place} is {index}, expected {expected}"
            )));
        }
    }
    Ok(())
}

/// The indices, of a run that has checked them.
fn rows<'a, T: Scalar>(indices: View<'a, T>) -> impl Iterator<Item = usize> + Clone + 'a {
    indices.values().iter().map(|index| index.to_f64() as usize)
}

/// Writes the rows that indices name.
fn gather<T: Scalar>(x: View<'_, T>, indices: View<'_, T>, y: &mut ViewMut<'_, T>) {
    for j in 0..x.cols() {
        let from = x.column(j);
        for (y, row) in y.column_mut(j).iter_mut().zip(rows(indices)) {
            *y = from[row];
        }
    }
}

/// The rows that indices name: `X: R×C, I: N×1 → N×C`; an embedding is one.
///
/// A row that is named several times gets the sum of the cotangents, added in the order of the
/// indices; one that is not named gets 0.
#[derive(Clone, Copy, Debug, Default)]
pub struct GatherRows;

impl<T: Scalar> Op<T> for GatherRows {
    fn name(&self) -> &'static str {
        "gather_rows"
    }

    fn symbol(&self) -> &'static str {
        "gather"
    }

    fn formula(&self) -> Formula {
        formula!(Y(X, I): dX = ["the sum of its rows of" dY], dI = 0)
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        let (x, indices) = two(operands)?;
        check_column(indices)?;
        Ok(OutputSpec::matrix(indices.rows, x.cols))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let (x, indices) = (at.operands.get(0), at.operands.get(1));
        check(indices, x.rows())?;
        gather(x, indices, &mut at.result);
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let indices = at.operands.get(1);
        sink.add_with(0, |dx| {
            for j in 0..cotangent.cols() {
                let to = dx.column_mut(j);
                for (&d, row) in cotangent.column(j).iter().zip(rows(indices)) {
                    to[row] += d;
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
        let dx = Recorded::apply(ScatterAddRows { rows }, &[cotangent, at.operands[1]]);
        Some(vec![Some(dx), None])
    }

    fn jvp(
        &self,
        at: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        if let Some(dx) = tangents.get(0) {
            gather(dx, at.operands.get(1), &mut tangent);
        }
    }

    fn reads(
        &self,
        operands: &[Shape],
        element: usize,
        read: &mut dyn FnMut(usize, usize),
    ) -> bool {
        // Which row it is depends on the indices, which have no slope.
        let col = element / operands[1].rows;
        let rows = operands[0].rows;
        (0..rows).for_each(|row| read(0, col * rows + row));
        true
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        vec![
            vec![
                Sample::scattered(3, 2, -1.0, 2.0, 0),
                Sample::new(4, 1, &[2.0, 0.0, 2.0, 2.0]).held(),
            ],
            vec![
                Sample::scattered(2, 3, -1.0, 2.0, 1),
                Sample::new(1, 1, &[1.0]).held(),
            ],
        ]
    }
}

/// Rows added to the rows that indices name: `X: N×C, I: N×1 → R×C`, where R is part of the op. A
/// row that is not named is 0; what is added to one row is added with the roundings carried along,
/// so that many rows lose no digits.
#[derive(Clone, Copy, Debug)]
pub struct ScatterAddRows {
    /// Rows of the result.
    pub rows: usize,
}

/// Adds the rows of `x` to the rows of `y` that the indices name, which become zeros first.
/// `lost`, as long as the result, holds what rounding has kept from each sum.
fn scatter<T: Scalar>(
    x: View<'_, T>,
    indices: View<'_, T>,
    y: &mut ViewMut<'_, T>,
    lost: &mut [T],
) {
    y.values_mut().fill(T::zero());
    lost.fill(T::zero());
    let height = y.rows();
    for j in 0..x.cols() {
        let (sums, lost) = (y.column_mut(j), &mut lost[j * height..]);
        for (&x, row) in x.column(j).iter().zip(rows(indices)) {
            add(&mut sums[row], &mut lost[row], x);
        }
        for (sum, &lost) in sums.iter_mut().zip(&*lost) {
            *sum += lost;
        }
    }
}

/// Adds `x` to `sum`, with what rounding has kept from it so far, `lost`, which becomes what
/// rounding keeps from it now (Kahan, 1965): the error does not grow with how many are added.
#[inline]
fn add<T: Scalar>(sum: &mut T, lost: &mut T, x: T) {
    let x = x + *lost;
    let total = *sum + x;
    let rest = if sum.abs() >= x.abs() {
        (*sum - total) + x
    } else {
        (x - total) + *sum
    };
    // From an infinite sum nothing can be missing.
    *lost = if rest.is_finite() { rest } else { T::zero() };
    *sum = total;
}

impl<T: Scalar> Op<T> for ScatterAddRows {
    fn name(&self) -> &'static str {
        "scatter_add_rows"
    }

    fn symbol(&self) -> &'static str {
        "scatter"
    }

    fn formula(&self) -> Formula {
        formula!(Y(X, I): dX = ["rows of" dY "that it was added to"], dI = 0)
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        let (x, indices) = two(operands)?;
        check_column(indices)?;
        if indices.rows != x.rows {
            return Err(ShapeError::new(format!(
                "{} indices for {} rows: there must be one for each",
                indices.rows, x.rows
            )));
        }
        let result = OutputSpec::matrix(self.rows, x.cols);
        Ok(result.with_residual(self.rows * x.cols))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let (x, indices) = (at.operands.get(0), at.operands.get(1));
        check(indices, self.rows)?;
        scatter(x, indices, &mut at.result, at.residual);
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let indices = at.operands.get(1);
        let columns = (0..cotangent.cols()).map(|j| cotangent.column(j));
        sink.add(
            0,
            columns.flat_map(|column| rows(indices).map(|row| column[row])),
        );
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        let dx = Recorded::apply(GatherRows, &[cotangent, at.operands[1]]);
        Some(vec![Some(dx), None])
    }

    fn jvp(
        &self,
        at: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        let Some(dx) = tangents.get(0) else { return };
        for j in 0..dx.cols() {
            let to = tangent.column_mut(j);
            for (&dx, row) in dx.column(j).iter().zip(rows(at.operands.get(1))) {
                to[row] += dx;
            }
        }
    }

    fn reads(
        &self,
        operands: &[Shape],
        element: usize,
        read: &mut dyn FnMut(usize, usize),
    ) -> bool {
        // Which rows these are depends on the indices, which have no slope.
        let (col, rows) = (element / self.rows, operands[0].rows);
        (0..rows).for_each(|row| read(0, col * rows + row));
        true
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        let last = self.rows.saturating_sub(1) as f64;
        vec![
            vec![
                Sample::scattered(4, 2, -1.0, 2.0, 0),
                Sample::new(4, 1, &[last, 0.0, last, last]).held(),
            ],
            vec![
                Sample::scattered(1, 3, -1.0, 2.0, 1),
                Sample::new(1, 1, &[last]).held(),
            ],
        ]
    }
}
