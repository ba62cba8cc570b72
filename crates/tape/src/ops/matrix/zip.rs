//! `Z = f(X, Y)`, element by element, for every binary scalar rule, with broadcasting.
//!
//! An operand with one row is repeated for every row of the result, one with one column for every column,
//! a scalar for every element. The reverse rule of repeating is summing.

use super::two;
use crate::error::{ForwardError, ShapeError};
use crate::op::{Op, Operands, Point, Sample, Sink, Tangents};
use crate::ops::scalar::Binary;
use crate::scalar::Scalar;
use crate::shape::{Shape, Signature};
use crate::view::{View, ViewMut};
use std::marker::PhantomData;

/// A binary rule applied to every pair of elements: `X: R×C, Y: R×C, 1×C, R×1 or 1×1 → R×C`, and the other way round.
#[derive(Clone, Copy, Debug, Default)]
pub struct Zip<R>(PhantomData<R>);

/// A matrix read as if it had the result's shape: a repeated dimension has stride 0.
#[derive(Clone, Copy)]
struct Repeated<'a, T> {
    values: &'a [T],
    strides: (usize, usize),
}

/// The strides with which a matrix of shape `own` is read as one of shape `result`.
fn strides(own: Shape, result: Shape) -> (usize, usize) {
    let row = if own.rows == result.rows { 1 } else { 0 };
    let col = if own.cols == result.cols { own.rows } else { 0 };
    (row, col)
}

impl<'a, T: Scalar> Repeated<'a, T> {
    fn new(view: View<'a, T>, result: Shape) -> Self {
        Repeated {
            values: view.values(),
            strides: strides(view.shape(), result),
        }
    }

    #[inline]
    fn at(&self, i: usize, j: usize) -> T {
        self.values[i * self.strides.0 + j * self.strides.1]
    }
}

/// Calls `each` for every element of `shape` in column-major order, with its index in memory.
#[inline]
fn for_each(shape: Shape, mut each: impl FnMut(usize, usize, usize)) {
    for j in 0..shape.cols {
        for i in 0..shape.rows {
            each(j * shape.rows + i, i, j);
        }
    }
}

fn broadcast(x: usize, y: usize, what: &str) -> Result<usize, ShapeError> {
    match (x, y) {
        (x, y) if x == y => Ok(x),
        (1, n) | (n, 1) => Ok(n),
        _ => Err(ShapeError::new(format!(
            "{x} and {y} {what}: they must be equal, or one of them 1"
        ))),
    }
}

impl<R: Binary, T: Scalar> Op<T> for Zip<R> {
    fn name(&self) -> &'static str {
        R::NAME
    }

    fn symbol(&self) -> &'static str {
        R::SYMBOL
    }

    fn rule(&self) -> &'static str {
        R::RULE
    }

    fn shape(&self, operands: &[Shape]) -> Result<Signature, ShapeError> {
        let (x, y) = two(operands)?;
        let rows = broadcast(x.rows, y.rows, "rows")?;
        let cols = broadcast(x.cols, y.cols, "columns")?;
        Ok(Signature::matrix(rows, cols))
    }

    fn forward(
        &self,
        operands: &Operands<'_, T>,
        mut result: ViewMut<'_, T>,
        _: &mut [T],
    ) -> Result<(), ForwardError> {
        let (x, y) = (operands.get(0), operands.get(1));
        if x.shape() == y.shape() {
            let each = x.values().iter().zip(y.values());
            for (z, (&x, &y)) in result.values_mut().iter_mut().zip(each) {
                *z = R::value(x, y);
            }
            return Ok(());
        }
        let shape = result.shape();
        let (x, y) = (Repeated::new(x, shape), Repeated::new(y, shape));
        let z = result.values_mut();
        for_each(shape, |k, i, j| z[k] = R::value(x.at(i, j), y.at(i, j)));
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let operands = [at.operands.get(0), at.operands.get(1)];
        to_operand(0, R::dx::<T>, operands, at.result, cotangent, sink);
        to_operand(1, R::dy::<T>, operands, at.result, cotangent, sink);
    }

    fn jvp(&self, at: &Point<'_, T>, tangents: &Tangents<'_, T>, mut tangent: ViewMut<'_, T>) {
        let shape = tangent.shape();
        let (x, y) = (at.operands.get(0), at.operands.get(1));
        let (x, y) = (Repeated::new(x, shape), Repeated::new(y, shape));
        let (z, dz) = (at.result.values(), tangent.values_mut());
        let dx = tangents.get(0).map(|dx| Repeated::new(dx, shape));
        let dy = tangents.get(1).map(|dy| Repeated::new(dy, shape));
        for_each(shape, |k, i, j| {
            let (x, y, z) = (x.at(i, j), y.at(i, j), z[k]);
            dz[k] = T::zero();
            if let Some(dx) = dx {
                dz[k] += dx.at(i, j) * R::dx(x, y, z);
            }
            if let Some(dy) = dy {
                dz[k] += dy.at(i, j) * R::dy(x, y, z);
            }
        });
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        let (xs, ys): (Vec<f64>, Vec<f64>) = R::POINTS.iter().copied().unzip();
        let n = xs.len();
        let x = xs[0];
        // A row against a column pairs everything with everything; only smooth pairs are kept.
        let partners: Vec<f64> = ys.iter().copied().filter(|&y| R::is_smooth(x, y)).collect();
        let others: Vec<f64> = xs
            .iter()
            .copied()
            .filter(|&x| R::is_smooth(x, ys[0]))
            .collect();
        vec![
            vec![Sample::new(1, n, &xs), Sample::new(1, n, &ys)],
            vec![
                Sample::new(1, 1, &[x]),
                Sample::new(1, partners.len(), &partners),
            ],
            vec![
                Sample::new(others.len(), 1, &others),
                Sample::new(1, 1, &ys[..1]),
            ],
            vec![
                Sample::new(1, 1, &[x]),
                Sample::new(partners.len(), 1, &partners),
            ],
            vec![
                Sample::new(2, 1, &[x, x]),
                Sample::new(1, partners.len(), &partners),
            ],
            vec![
                Sample::new(
                    others.len(),
                    2,
                    &others.iter().flat_map(|&x| [x, x]).collect::<Vec<_>>(),
                ),
                Sample::new(1, 2, &[ys[0], ys[0]]),
            ],
        ]
    }
}

/// Adds the cotangent of one operand; a repeated operand gets the sum over its repetitions.
#[inline]
fn to_operand<T: Scalar>(
    operand: usize,
    partial: impl Fn(T, T, T) -> T,
    [x, y]: [View<'_, T>; 2],
    result: View<'_, T>,
    cotangent: View<'_, T>,
    sink: &mut Sink<'_, T>,
) {
    let (z, d) = (result.values(), cotangent.values());
    if x.shape() == y.shape() {
        let primals = x.values().iter().zip(y.values()).zip(z);
        let each = primals.zip(d);
        return sink.add(
            operand,
            each.map(|(((&x, &y), &z), &d)| d * partial(x, y, z)),
        );
    }
    let shape = cotangent.shape();
    let (row, col) = strides([x, y][operand].shape(), shape);
    let (x, y) = (Repeated::new(x, shape), Repeated::new(y, shape));
    sink.accumulate(operand, |target, keep| {
        if !keep {
            target.fill(T::zero());
        }
        for_each(shape, |k, i, j| {
            target[i * row + j * col] += d[k] * partial(x.at(i, j), y.at(i, j), z[k]);
        });
    });
}
