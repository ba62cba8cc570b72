//! Every operation of the crate, as steps of a random graph: a step takes what fits or is left out.

use super::pick::{Handle, Pick};
use crate::handle::{MatrixVar, Var, dot, log_sum_exp, norm, sum};
use crate::ops::*;
use crate::rules::{self, scalar_rules};
use crate::rules::{Binary, Unary};
use nalgebra::DMatrix;

pub(super) struct UnaryStep {
    pub smooth: fn(f64) -> bool,
    pub scalar: for<'t> fn(Var<'t>) -> Var<'t>,
    pub matrix: for<'t> fn(MatrixVar<'t>) -> MatrixVar<'t>,
}

pub(super) struct BinaryStep {
    pub smooth: fn(f64, f64) -> bool,
    pub scalar: for<'t> fn(Var<'t>, Var<'t>) -> Var<'t>,
    pub matrix: for<'t> fn(MatrixVar<'t>, MatrixVar<'t>) -> MatrixVar<'t>,
}

macro_rules! steps {
    (
        unary { $($u:ident),* }
        binary { $($b:ident $br:ident $bl:ident),* }
    ) => {
        pub(super) const UNARY: &[UnaryStep] = &[
            $(UnaryStep {
                smooth: <rules::$u as Unary>::is_smooth,
                scalar: |x| x.unary::<rules::$u>(),
                matrix: |x| x.map::<rules::$u>(),
            },)*
        ];
        pub(super) const BINARY: &[BinaryStep] = &[
            $(BinaryStep {
                smooth: <rules::$b as Binary>::is_smooth,
                scalar: |x, y| x.binary::<rules::$b>(y),
                matrix: |x, y| MatrixVar::zip::<rules::$b>(x.into(), y.into()),
            },)*
        ];
    };
}
scalar_rules!(steps);

/// An operation with its own idea of what fits: `None` where the operands do not.
pub(super) type Step = for<'t> fn(&Pick<'_, 't>) -> Option<Handle<'t>>;

/// How far from a pole the base of a negative power must be.
const APART: f64 = 0.05;

/// A row, a column or one element, once more for every row or column of a larger matrix.
fn repeated<'t>(pick: &Pick<'_, 't>) -> Option<Handle<'t>> {
    let x = pick.matrix(0)?;
    let more = |own: usize| {
        if own == 1 {
            1 + pick.parameter % 3
        } else {
            own
        }
    };
    let shape = x.shape();
    let is_repeated = shape.rows == 1 || shape.cols == 1;
    is_repeated.then(|| Handle::Matrix(x.repeat(more(shape.rows), more(shape.cols))))
}

fn reshaped<'t>(pick: &Pick<'_, 't>) -> Option<Handle<'t>> {
    let x = pick.matrix(0)?;
    let len = x.shape().len();
    Some(Handle::Matrix(if pick.parameter.is_multiple_of(2) {
        x.reshape(len, 1)
    } else {
        x.reshape(1, len)
    }))
}

/// A product, of transposes where only those fit.
fn product<'t>(pick: &Pick<'_, 't>) -> Option<Handle<'t>> {
    let (x, y) = (pick.matrix(0)?, pick.matrix(1)?);
    let (a, b) = (x.shape(), y.shape());
    if a.cols == b.rows {
        Some(Handle::Matrix(x * y))
    } else if a.cols == b.cols {
        Some(Handle::Matrix(x * y.transpose()))
    } else if a.rows == b.rows {
        Some(Handle::Matrix(x.transpose() * y))
    } else {
        None
    }
}

fn stacked<'t>(pick: &Pick<'_, 't>) -> Option<Handle<'t>> {
    let (x, y) = (pick.matrix(0)?, pick.matrix(1)?);
    if x.shape().rows == y.shape().rows {
        Some(Handle::Matrix(MatrixVar::hstack(&[x, y, x])))
    } else if x.shape().cols == y.shape().cols {
        Some(Handle::Matrix(MatrixVar::vstack(&[y, x])))
    } else {
        None
    }
}

/// Some rows or columns, or one element.
fn part<'t>(pick: &Pick<'_, 't>) -> Option<Handle<'t>> {
    let x = pick.matrix(0)?;
    let (row, col) = (
        pick.parameter % x.shape().rows,
        pick.parameter % x.shape().cols,
    );
    Some(match pick.parameter % 3 {
        0 => Handle::Matrix(x.rows(row..x.shape().rows)),
        1 => Handle::Matrix(x.columns(col..x.shape().cols)),
        _ => Handle::Scalar(x.element(row, col)),
    })
}

fn of_scalars<'t>(pick: &Pick<'_, 't>) -> Option<Handle<'t>> {
    let (x, y) = (pick.scalar(0)?, pick.scalar(1)?);
    Some(match pick.parameter % 5 {
        0 => Handle::Scalar(sum(&[x, y, x])),
        1 => Handle::Scalar(dot(&[x, y], &[y, y])),
        2 => Handle::Scalar(log_sum_exp(&[x, y])),
        3 if x.value().abs() > 2.0 * APART => Handle::Scalar(norm(&[x, y, x])),
        _ => Handle::Matrix(x.tape()?.assemble(2, 2, &[x, y, Var::from(0.5), x])),
    })
}

fn power<'t>(pick: &Pick<'_, 't>) -> Option<Handle<'t>> {
    let n = [2, 3, -1, -2][pick.parameter % 4];
    match pick.any(0) {
        _ if n < 0 && pick.any(0).values().iter().any(|x| x.abs() < APART) => None,
        Handle::Scalar(x) => Some(Handle::Scalar(x.powi(n))),
        Handle::Matrix(x) => Some(Handle::Matrix(x.powi(n))),
    }
}

/// A matrix and a scalar, or a number, on either side.
fn with_a_scalar<'t>(pick: &Pick<'_, 't>) -> Option<Handle<'t>> {
    let (x, s) = (pick.matrix(0)?, pick.scalar(1)?);
    Some(Handle::Matrix(match pick.parameter % 4 {
        0 => x * s,
        1 => s - x,
        2 => 3.0 * x + 1.0,
        _ => x / 2.0 - s,
    }))
}

/// A choice or a clamp, of a matrix or of scalars.
fn choice<'t>(pick: &Pick<'_, 't>) -> Option<Handle<'t>> {
    let (x, s, t) = (pick.matrix(0)?, pick.scalar(0)?, pick.scalar(1)?);
    let away = |all: &[f64], from: f64| all.iter().all(|x| (x - from).abs() > APART);
    let (elements, low, high) = (x.value(), -0.5, 1.5);
    let is_inside = |all: &[f64]| away(all, low) && away(all, high);
    Some(match pick.parameter % 6 {
        0 if away(elements.as_slice(), 0.0) => Handle::Matrix(x.select(x.exp() * s, t)),
        1 if away(elements.as_slice(), s.value()) => {
            Handle::Matrix(x.at_most(s).select(s, x.tanh()) + x.less_than(s))
        }
        2 if is_inside(elements.as_slice()) => Handle::Matrix(x.clamp(low, high)),
        3 if away(&[s.value()], 0.0) => Handle::Scalar(s.select(t, s.exp())),
        4 if is_inside(&[s.value()]) => Handle::Scalar(s.clamp(low, high)),
        // Of what is not chosen the slope is no number.
        5 if away(elements.as_slice(), 0.0) => {
            let root = x.abs().sqrt() + (-x.square()).sqrt().sqrt() * 0.0;
            Handle::Matrix(x.square().less_than(-1.0).select(root, x.sigmoid()))
        }
        _ => return None,
    })
}

/// Rows gathered, or added where indices say; some twice.
fn rows_by_index<'t>(pick: &Pick<'_, 't>) -> Option<Handle<'t>> {
    let x = pick.matrix(0)?;
    let (rows, count) = (x.shape().rows, 1 + pick.parameter % 4);
    let index = |i: usize, _| ((i * i + pick.parameter) % rows) as f64;
    let of = |count: usize| x.tape().input(&DMatrix::from_fn(count, 1, index));
    let taken = if pick.parameter.is_multiple_of(2) {
        x.gather_rows(of(count))
    } else {
        x.scatter_add_rows(of(rows), rows)
    };
    Some(Handle::Matrix(taken.expect("indices below the rows")))
}

macro_rules! matrix_steps {
    (
        methods { $(
            $(#[$doc:meta])*
            $kind:ident $method:ident $arguments:tt = $op:expr, try $tried:tt;
        )* }
        others $others:tt
    ) => {
        /// The ops of one matrix without further arguments, from the registry.
        pub(super) const MATRIX: &[Step] = &[$(matrix_steps!(@$kind $method $arguments $op)),*];
    };
    (@matrix $method:ident () $op:expr) => {
        |pick| Some(Handle::Matrix(pick.smooth_matrix(0, &$op)?.$method()))
    };
    (@scalar $method:ident () $op:expr) => {
        |pick| Some(Handle::Scalar(pick.smooth_matrix(0, &$op)?.$method()))
    };
    // With arguments: among the others.
    (@$kind:ident $method:ident $arguments:tt $op:expr) => { |_| None };
}
matrix_ops!(matrix_steps);

/// Operations with arguments, or of several handles.
pub(super) const OTHERS: &[Step] = &[
    |pick| Some(Handle::Scalar(pick.matrix(0)?.mean())),
    |pick| Some(Handle::Matrix(pick.matrix(0)?.row_means())),
    |pick| Some(Handle::Matrix(pick.matrix(0)?.column_means())),
    choice,
    rows_by_index,
    product,
    repeated,
    reshaped,
    stacked,
    part,
    of_scalars,
    power,
    with_a_scalar,
];
