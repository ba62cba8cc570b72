//! Every operation of the crate, as steps of a random graph: a step takes what fits or is left out.

use super::pick::{Handle, Pick};
use crate::handle::{MatrixVar, Var, dot, log_sum_exp, norm, sum};
use crate::number::Scalar;
use crate::ops::*;
use crate::rules::{self, scalar_rules};
use crate::rules::{Binary, Unary};
use crate::shape::Shape;
use nalgebra::DMatrix;
use std::marker::PhantomData;

pub(super) struct UnaryStep<T: Scalar> {
    pub smooth: fn(f64) -> bool,
    pub scalar: for<'t> fn(Var<'t, T>) -> Var<'t, T>,
    pub matrix: for<'t> fn(MatrixVar<'t, T>) -> MatrixVar<'t, T>,
}

pub(super) struct BinaryStep<T: Scalar> {
    pub smooth: fn(f64, f64) -> bool,
    pub scalar: for<'t> fn(Var<'t, T>, Var<'t, T>) -> Var<'t, T>,
    pub matrix: for<'t> fn(MatrixVar<'t, T>, MatrixVar<'t, T>) -> MatrixVar<'t, T>,
}

/// The operations, for a kind of numbers.
pub(super) struct Operations<T>(PhantomData<T>);

macro_rules! steps {
    (
        unary { $($u:ident),* }
        binary { $($b:ident $br:ident $bl:ident),* }
    ) => {
        impl<T: Scalar> Operations<T> {
        pub const UNARY: &[UnaryStep<T>] = &[
            $(UnaryStep {
                smooth: <rules::$u as Unary>::is_smooth,
                scalar: |x| x.unary::<rules::$u>(),
                matrix: |x| x.map::<rules::$u>(),
            },)*
        ];
        pub const BINARY: &[BinaryStep<T>] = &[
            $(BinaryStep {
                smooth: <rules::$b as Binary>::is_smooth,
                scalar: |x, y| x.binary::<rules::$b>(y),
                matrix: |x, y| MatrixVar::zip::<rules::$b>(x.into(), y.into()),
            },)*
        ];
        }
    };
}
scalar_rules!(steps);

/// An operation with its own idea of what fits: `None` where the operands do not.
pub(super) type Step<T> = for<'t> fn(&Pick<'_, 't, T>) -> Option<Handle<'t, T>>;

/// How far from a pole the base of a negative power must be.
const APART: f64 = 0.05;

fn reshaped<'t, T: Scalar>(pick: &Pick<'_, 't, T>) -> Option<Handle<'t, T>> {
    let x = pick.matrix(0)?;
    let len = x.shape().len();
    Some(Handle::Matrix(if pick.parameter.is_multiple_of(2) {
        x.reshape(len, 1)
    } else {
        x.reshape(1, len)
    }))
}

/// A row, a column or an element, as often as it takes.
fn repeated<'t, T: Scalar>(pick: &Pick<'_, 't, T>) -> Option<Handle<'t, T>> {
    let (x, count) = (pick.matrix(0)?, 1 + pick.parameter % 3);
    let Shape { rows, cols } = x.shape();
    Some(Handle::Matrix(match pick.parameter % 4 {
        0 | 1 => x.rows(0..1).repeat(count, cols),
        2 => x.columns(0..1).repeat(rows, count),
        _ => x.rows(0..1).columns(0..1).repeat(2, count),
    }))
}

/// A product, of transposes where only those fit.
fn product<'t, T: Scalar>(pick: &Pick<'_, 't, T>) -> Option<Handle<'t, T>> {
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

fn stacked<'t, T: Scalar>(pick: &Pick<'_, 't, T>) -> Option<Handle<'t, T>> {
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
fn part<'t, T: Scalar>(pick: &Pick<'_, 't, T>) -> Option<Handle<'t, T>> {
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

fn of_scalars<'t, T: Scalar>(pick: &Pick<'_, 't, T>) -> Option<Handle<'t, T>> {
    let (x, y) = (pick.scalar(0)?, pick.scalar(1)?);
    Some(match pick.parameter % 5 {
        0 => Handle::Scalar(sum(&[x, y, x])),
        1 => Handle::Scalar(dot(&[x, y], &[y, y])),
        2 => Handle::Scalar(log_sum_exp(&[x, y])),
        3 if x.value().to_f64().abs() > 2.0 * APART => Handle::Scalar(norm(&[x, y, x])),
        _ => Handle::Matrix(
            x.tape()?
                .assemble(2, 2, &[x, y, Var::from(T::from_f64(0.5)), x]),
        ),
    })
}

fn power<'t, T: Scalar>(pick: &Pick<'_, 't, T>) -> Option<Handle<'t, T>> {
    let n = [2, 3, -1, -2][pick.parameter % 4];
    match pick.any(0) {
        _ if n < 0 && pick.any(0).values().iter().any(|x| x.abs() < APART) => None,
        Handle::Scalar(x) => Some(Handle::Scalar(x.powi(n))),
        Handle::Matrix(x) => Some(Handle::Matrix(x.powi(n))),
    }
}

/// A matrix and a scalar, or a number, on either side.
fn with_a_scalar<'t, T: Scalar>(pick: &Pick<'_, 't, T>) -> Option<Handle<'t, T>> {
    let (x, s) = (pick.matrix(0)?, pick.scalar(1)?);
    let number = |x: f64| T::from_f64(x);
    Some(Handle::Matrix(match pick.parameter % 4 {
        0 => x * s,
        1 => s - x,
        2 => x * number(3.0) + number(1.0),
        _ => x / number(2.0) - s,
    }))
}

/// A choice or a clamp, of a matrix or of scalars.
fn choice<'t, T: Scalar>(pick: &Pick<'_, 't, T>) -> Option<Handle<'t, T>> {
    let (x, s, t) = (pick.matrix(0)?, pick.scalar(0)?, pick.scalar(1)?);
    let away = |all: &[f64], from: f64| all.iter().all(|x| (x - from).abs() > APART);
    let (low, high) = (-0.5, 1.5);
    let number = |x: f64| T::from_f64(x);
    let (elements, of_s) = (Handle::Matrix(x).values(), s.value().to_f64());
    let is_inside = |all: &[f64]| away(all, low) && away(all, high);
    Some(match pick.parameter % 6 {
        0 if away(&elements, 0.0) => Handle::Matrix(x.select(x.exp() * s, t)),
        1 if away(&elements, of_s) => {
            Handle::Matrix(x.at_most(s).select(s, x.tanh()) + x.less_than(s))
        }
        2 if is_inside(&elements) => Handle::Matrix(x.clamp(number(low), number(high))),
        3 if away(&[of_s], 0.0) => Handle::Scalar(s.select(t, s.exp())),
        4 if is_inside(&[of_s]) => Handle::Scalar(s.clamp(number(low), number(high))),
        // Of what is not chosen the slope is no number.
        5 if away(&elements, 0.0) => {
            let root = x.abs().sqrt() + (-x.square()).sqrt().sqrt() * number(0.0);
            Handle::Matrix(x.square().less_than(number(-1.0)).select(root, x.sigmoid()))
        }
        _ => return None,
    })
}

/// Rows gathered, or added where indices say; some twice.
fn rows_by_index<'t, T: Scalar>(pick: &Pick<'_, 't, T>) -> Option<Handle<'t, T>> {
    let x = pick.matrix(0)?;
    let (rows, count) = (x.shape().rows, 1 + pick.parameter % 4);
    let index = |i: usize, _| T::from_f64(((i * i + pick.parameter) % rows) as f64);
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
        impl<T: Scalar> Operations<T> {
            pub const MATRIX: &[Step<T>] = &[$(matrix_steps!(@$kind $method $arguments $op)),*];
        }
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

/// What reverse rules record: where the largest elements are, and products behind a gate.
fn of_recorded_rules<'t, T: Scalar>(pick: &Pick<'_, 't, T>) -> Option<Handle<'t, T>> {
    let (x, s) = (pick.matrix(0)?, pick.scalar(1)?);
    let tape = x.tape();
    let recorded = match pick.parameter % 3 {
        0 => tape.apply(
            MaximumPlace,
            &[pick.smooth_matrix(0, &MaximumPlace)?.into()],
        ),
        1 => tape.apply(
            RowMaximaPlaces,
            &[pick.smooth_matrix(0, &RowMaximaPlaces)?.into()],
        ),
        _ => {
            let of_scalars = false;
            tape.apply(
                GatedMul { of_scalars },
                &[x.into(), x.tanh().into(), s.into()],
            )
        }
    };
    Some(Handle::Matrix(recorded.ok()?.matrix()))
}

impl<T: Scalar> Operations<T> {
    /// Operations with arguments, or of several handles.
    pub const OTHERS: &[Step<T>] = &[
        |pick| Some(Handle::Scalar(pick.matrix(0)?.mean())),
        |pick| Some(Handle::Matrix(pick.matrix(0)?.row_means())),
        |pick| Some(Handle::Matrix(pick.matrix(0)?.column_means())),
        choice,
        rows_by_index,
        product,
        reshaped,
        repeated,
        stacked,
        part,
        of_scalars,
        power,
        with_a_scalar,
        of_recorded_rules,
    ];
}
