//! Every operation of the crate, as steps of a random graph: a step takes what fits or is left out.

use super::pick::{Handle, Pick};
use crate::handle::{MatrixVar, Var, dot, log_sum_exp, sum};
use crate::ops::*;
use crate::rules::{self, scalar_rules};
use crate::rules::{Binary, Unary};

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
    Some(match pick.parameter % 4 {
        0 => Handle::Scalar(sum(&[x, y, x])),
        1 => Handle::Scalar(dot(&[x, y], &[y, y])),
        2 => Handle::Scalar(log_sum_exp(&[x, y])),
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
    product,
    reshaped,
    stacked,
    part,
    of_scalars,
    power,
    with_a_scalar,
];
