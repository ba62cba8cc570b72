//! `Z = f(X, Y)`, element by element, for every binary scalar rule, with broadcasting.
//!
//! An operand with one row is repeated for every row of the result, one with one column for every
//! column, a scalar for every element. The reverse rule of repeating is summing.

use super::arity::two;
use super::broadcast::{Broadcast, broadcast, strides};
use super::slopes::add_guarded;
use crate::error::{ForwardError, ShapeError};
use crate::formula::Formula;
use crate::number::{Arithmetic, LISTS, Scalar, pairwise_sum, sum_lists, sum_of};
use crate::op::{
    Op, OperandTangents, OutputSpec, Point, PointMut, Recorded, RecordedCotangents, RecordedPoint,
    Sample, Sink, View, ViewMut,
};
use crate::rules::Binary;
use crate::shape::Shape;
use std::iter::zip;
use std::marker::PhantomData;
use std::ops::Range;

/// A binary rule applied to every pair of elements: `X: R×C, Y: R×C, 1×C, R×1 or 1×1 → R×C`, and
/// the other way round.
#[derive(Clone, Copy, Debug, Default)]
pub struct Zip<R>(PhantomData<R>);

/// A matrix read as if it had the result's shape.
#[derive(Clone, Copy)]
struct Repeated<'a, T> {
    values: &'a [T],
    strides: (usize, usize),
}

/// A piece of a column of the result, as an operand sees it.
#[derive(Clone, Copy)]
enum Piece<'a, T> {
    Each(&'a [T]),
    Same(T),
}

impl<'a, T: Scalar> Repeated<'a, T> {
    fn new(view: View<'a, T>, result: Shape) -> Self {
        Repeated {
            values: view.values(),
            strides: strides(view.shape(), result),
        }
    }

    /// Rows `rows` of column `j`.
    #[inline]
    fn piece(&self, rows: Range<usize>, j: usize) -> Piece<'a, T> {
        let (row, col) = self.strides;
        let column = &self.values[j * col..];
        match row {
            0 => Piece::Same(column[0]),
            _ => Piece::Each(&column[rows]),
        }
    }
}

/// Writes `f` of two pieces, and of what else there is for each element.
#[inline]
fn write<T: Scalar, E>(
    to: &mut [T],
    x: Piece<'_, T>,
    y: Piece<'_, T>,
    else_of_each: impl Iterator<Item = E>,
    f: impl Fn(T, T, E) -> T,
) {
    let to = zip(to, else_of_each);
    match (x, y) {
        (Piece::Each(x), Piece::Each(y)) => {
            zip(to, zip(x, y)).for_each(|((to, e), (&x, &y))| *to = f(x, y, e));
        }
        (Piece::Each(x), Piece::Same(y)) => {
            zip(to, x).for_each(|((to, e), &x)| *to = f(x, y, e));
        }
        (Piece::Same(x), Piece::Each(y)) => {
            zip(to, y).for_each(|((to, e), &y)| *to = f(x, y, e));
        }
        (Piece::Same(x), Piece::Same(y)) => to.for_each(|(to, e)| *to = f(x, y, e)),
    }
}

/// Calls `each` for every piece of every column of `shape`: the rows, the column, and where it lies
/// in memory.
#[inline]
fn for_each_piece(shape: Shape, mut each: impl FnMut(Range<usize>, usize, Range<usize>)) {
    for j in 0..shape.cols {
        for first in (0..shape.rows).step_by(PIECE) {
            let rows = first..shape.rows.min(first + PIECE);
            let start = j * shape.rows;
            each(rows.clone(), j, start + rows.start..start + rows.end);
        }
    }
}

/// The longest piece: contributions to a repeated operand are computed before they are summed.
const PIECE: usize = LISTS;

impl<R: Binary, T: Scalar> Op<T> for Zip<R> {
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
        let (x, y) = two(operands)?;
        let shape = broadcast(x, y)?;
        Ok(OutputSpec::matrix(shape.rows, shape.cols))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let (x, y) = (at.operands.get(0), at.operands.get(1));
        if x.shape() == y.shape() {
            let each = x.values().iter().zip(y.values());
            for (z, (&x, &y)) in at.result.values_mut().iter_mut().zip(each) {
                *z = R::value(x, y);
            }
            return Ok(());
        }
        let shape = at.result.shape();
        let (x, y) = (Repeated::new(x, shape), Repeated::new(y, shape));
        let z = at.result.values_mut();
        for_each_piece(shape, |rows, j, place| {
            let (x, y) = (x.piece(rows.clone(), j), y.piece(rows, j));
            let nothing = std::iter::repeat(());
            write(&mut z[place], x, y, nothing, |x, y, ()| R::value(x, y));
        });
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        if R::FLAT {
            return;
        }
        let operands = [at.operands.get(0), at.operands.get(1)];
        if let Some(chosen) = sink.chosen() {
            to_chosen(
                0,
                R::pull_x::<T>,
                operands,
                at.result,
                (cotangent, chosen),
                sink,
            );
            return to_chosen(
                1,
                R::pull_y::<T>,
                operands,
                at.result,
                (cotangent, chosen),
                sink,
            );
        }
        if R::GUARDED && operands[0].shape() == operands[1].shape() {
            let [x, y] = operands.map(|operand| operand.values());
            let (z, d) = (at.result.values(), cotangent.values());
            let primals = |at: Range<usize>| zip(zip(&x[at.clone()], &y[at.clone()]), &z[at]);
            let guarded = |slope: T| (slope, Arithmetic::is_normal(slope));
            let dx = |at| primals(at).map(|((&x, &y), &z)| guarded(R::dx(x, y, z)));
            let dy = |at| primals(at).map(|((&x, &y), &z)| guarded(R::dy(x, y, z)));
            add_guarded(sink, 0, d, dx, |k, d| R::pull_x(x[k], y[k], z[k], d));
            return add_guarded(sink, 1, d, dy, |k, d| R::pull_y(x[k], y[k], z[k], d));
        }
        to_operand(0, R::pull_x::<T>, operands, at.result, cotangent, sink);
        to_operand(1, R::pull_y::<T>, operands, at.result, cotangent, sink);
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        if R::FLAT {
            return Some(vec![None, None]);
        }
        let (x, y, z) = (at.operands[0], at.operands[1], at.result);
        let dx = at.wanted[0].then(|| (cotangent * R::dx(x, y, z)).summed_to(x));
        let dy = at.wanted[1].then(|| (cotangent * R::dy(x, y, z)).summed_to(y));
        Some(vec![dx, dy])
    }

    fn jvp(
        &self,
        at: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        if R::FLAT {
            return;
        }
        let shape = tangent.shape();
        let (x, y) = (at.operands.get(0), at.operands.get(1));
        let (x, y) = (Repeated::new(x, shape), Repeated::new(y, shape));
        let (z, dz) = (at.result.values(), tangent.values_mut());
        let dx = tangents.get(0).map(|dx| Repeated::new(dx, shape));
        let dy = tangents.get(1).map(|dy| Repeated::new(dy, shape));
        for_each_piece(shape, |rows, j, place| {
            let (x, y) = (x.piece(rows.clone(), j), y.piece(rows.clone(), j));
            let (z, dz) = (&z[place.clone()], &mut dz[place]);
            if let Some(dx) = dx {
                add_pulled(dz, R::pull_x, (x, y, z), dx.piece(rows.clone(), j));
            }
            if let Some(dy) = dy {
                add_pulled(dz, R::pull_y, (x, y, z), dy.piece(rows, j));
            }
        });
    }

    fn reads(
        &self,
        operands: &[Shape],
        element: usize,
        read: &mut dyn FnMut(usize, usize),
    ) -> bool {
        let (x, y) = (operands[0], operands[1]);
        let rows = if x.rows == 1 { y.rows } else { x.rows };
        let (row, col) = (element % rows, element / rows);
        for (operand, shape) in [x, y].into_iter().enumerate() {
            let repeated = |at: usize, len: usize| if len == 1 { 0 } else { at };
            let (row, col) = (repeated(row, shape.rows), repeated(col, shape.cols));
            read(operand, col * shape.rows + row);
        }
        true
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        samples(R::POINTS, R::is_smooth)
    }
}

/// Pairs of operands of every kind of broadcasting; apart from the rules, so that it is compiled
/// once.
fn samples(points: &[(f64, f64)], is_smooth: fn(f64, f64) -> bool) -> Vec<Vec<Sample>> {
    let (xs, ys): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
    let (x, y) = (xs[0], ys[0]);
    // A row against a column pairs everything with everything; only smooth pairs are kept.
    let only = |of: &[f64], is_smooth: &dyn Fn(f64) -> bool| -> Vec<f64> {
        of.iter().copied().filter(|&at| is_smooth(at)).collect()
    };
    let partners = only(&ys, &|y| is_smooth(x, y));
    let others = only(&xs, &|x| is_smooth(x, y));
    let both: Vec<f64> = others.iter().flat_map(|&x| [x, x]).collect();
    let row = |values: &[f64]| Sample::new(1, values.len(), values);
    let column = |values: &[f64]| Sample::new(values.len(), 1, values);
    vec![
        vec![row(&xs), row(&ys)],
        vec![row(&[x]), row(&partners)],
        vec![column(&others), row(&[y])],
        vec![row(&[x]), column(&partners)],
        vec![column(&[x, x]), row(&partners)],
        vec![Sample::new(others.len(), 2, &both), row(&[y, y])],
    ]
}

/// Adds the cotangent of one operand; a repeated operand gets the sum over its repetitions.
#[inline]
fn to_operand<T: Scalar>(
    operand: usize,
    pull: impl Fn(T, T, T, T) -> T,
    [x, y]: [View<'_, T>; 2],
    result: View<'_, T>,
    cotangent: View<'_, T>,
    sink: &mut Sink<'_, T>,
) {
    let (z, d) = (result.values(), cotangent.values());
    if x.shape() == y.shape() {
        let each = zip(zip(x.values(), y.values()), zip(z, d));
        let given = each.map(|((&x, &y), (&z, &d))| pull(x, y, z, d));
        return sink.accumulate(operand, |target, keep| {
            if keep {
                zip(target, given).for_each(|(to, given)| *to += given);
            } else {
                zip(target, given).for_each(|(to, given)| *to = given);
            }
        });
    }
    let shape = cotangent.shape();
    let own = [x, y][operand].shape();
    let (x, y) = (Repeated::new(x, shape), Repeated::new(y, shape));
    let give = |rows: Range<usize>, j: usize, given: &mut [T]| {
        let place = j * shape.rows + rows.start..j * shape.rows + rows.end;
        let (x, y) = (x.piece(rows.clone(), j), y.piece(rows, j));
        let each = zip(&z[place.clone()], &d[place]);
        write(given, x, y, each, |x, y, (&z, &d)| pull(x, y, z, d));
    };
    sink.add_with(operand, |sums| {
        add_sums(own, shape, sums.values_mut(), give)
    });
}

/// [`to_operand`] where not every element of the result was reached.
fn to_chosen<T: Scalar>(
    operand: usize,
    pull: impl Fn(T, T, T, T) -> T,
    operands: [View<'_, T>; 2],
    result: View<'_, T>,
    (cotangent, chosen): (View<'_, T>, &[bool]),
    sink: &mut Sink<'_, T>,
) {
    let shape = cotangent.shape();
    let [x, y] = operands.map(|operand| Broadcast::new(operand.shape(), shape));
    let (xs, ys) = (operands[0].values(), operands[1].values());
    let (z, d) = (result.values(), cotangent.values());
    Broadcast::new(operands[operand].shape(), shape).add_chosen(sink, operand, |k| {
        chosen[k].then(|| pull(xs[x.at(k)], ys[y.at(k)], z[k], d[k]))
    });
}

/// Adds to the cotangent of a repeated operand what its repetitions are given, pairwise; `give`
/// writes it for some rows of a column.
#[inline]
fn add_sums<T: Scalar>(
    own: Shape,
    shape: Shape,
    sums: &mut [T],
    give: impl Fn(Range<usize>, usize, &mut [T]),
) {
    let pieces = shape.rows.div_ceil(PIECE);
    let rows_of = |piece: usize| piece * PIECE..shape.rows.min((piece + 1) * PIECE);
    let sum_of_piece = |piece: usize, j: usize| {
        let (rows, mut given) = (rows_of(piece), [T::zero(); PIECE]);
        let given = &mut given[..rows.len()];
        give(rows, j, given);
        sum_of(given)
    };
    let add_piece = |piece: usize, j: usize, sums: &mut [T]| {
        let (rows, mut given) = (rows_of(piece), [T::zero(); PIECE]);
        give(rows, j, &mut given[..sums.len()]);
        zip(sums, &given).for_each(|(sum, given)| *sum += *given);
    };
    match (own.rows == shape.rows, own.cols == shape.cols) {
        (true, true) => {
            for (j, sums) in sums.chunks_mut(shape.rows.max(1)).enumerate() {
                for (piece, sums) in sums.chunks_mut(PIECE).enumerate() {
                    add_piece(piece, j, sums);
                }
            }
        }
        (false, true) => {
            for (j, sum) in sums.iter_mut().enumerate() {
                *sum += pairwise_sum(pieces, |piece| sum_of_piece(piece, j));
            }
        }
        (false, false) => {
            let count = pieces * shape.cols;
            sums[0] += pairwise_sum(count, |k| sum_of_piece(k % pieces, k / pieces));
        }
        (true, false) => {
            for (piece, sums) in sums.chunks_mut(PIECE).enumerate() {
                sum_lists::<T, PIECE>(0..shape.cols, sums, &mut |j, sums| {
                    add_piece(piece, j, sums)
                });
            }
        }
    }
}

/// Adds to tangents what those of one operand give them.
#[inline]
fn add_pulled<T: Scalar>(
    to: &mut [T],
    pull: impl Fn(T, T, T, T) -> T,
    (x, y, z): (Piece<'_, T>, Piece<'_, T>, &[T]),
    tangent: Piece<'_, T>,
) {
    let (mut along, mut given) = ([T::zero(); PIECE], [T::zero(); PIECE]);
    let (along, given) = (&mut along[..to.len()], &mut given[..to.len()]);
    match tangent {
        Piece::Each(each) => along.copy_from_slice(each),
        Piece::Same(x) => along.fill(x),
    }
    write(given, x, y, zip(z, &*along), |x, y, (&z, &d)| {
        pull(x, y, z, d)
    });
    zip(to, given).for_each(|(to, given)| *to += *given);
}

#[cfg(test)]
mod tests {
    use super::PIECE;
    use crate::{Seed, Tangents, Tape};
    use nalgebra::{DMatrix, RowDVector};

    /// Whole numbers, so that every sum is exact in whatever order it is taken.
    #[test]
    fn columns_of_several_pieces_are_read_and_summed_whole() {
        let (rows, cols) = (2 * PIECE + 3, 2);
        let x = DMatrix::from_fn(rows, cols, |i, j| (i + 10 * j) as f64);
        let row = RowDVector::from_vec(vec![2.0, -3.0]);
        let column = DMatrix::from_fn(rows, 1, |i, _| (i % 7) as f64);
        let tape = Tape::new();
        let taped = tape.matrix(&x);
        let (taped_row, taped_column) = (tape.matrix(&row), tape.matrix(&column));
        let y = taped.component_mul(taped_row).component_mul(taped_column);
        let expected = DMatrix::from_fn(rows, cols, |i, j| x[(i, j)] * row[j] * column[i]);
        assert_eq!(y.value(), expected);

        let total = y.sum();
        let gradient = total.gradient();
        let of_row = gradient.of(taped_row).to_matrix();
        let of_column = gradient.of(taped_column).to_matrix();
        for j in 0..cols {
            let sum: f64 = (0..rows).map(|i| x[(i, j)] * column[i]).sum();
            assert_eq!(of_row[j], sum);
        }
        for i in 0..rows {
            assert_eq!(of_column[i], x[(i, 0)] * row[0] + x[(i, 1)] * row[1]);
        }

        let mut along = Tangents::new();
        let direction = DMatrix::from_element(1, cols, 1.0);
        let seed = Seed::matrix(taped_row, &direction);
        tape.push_forward(seed, &mut along).unwrap();
        assert_eq!(along.of(total), of_row.sum());
    }
}
