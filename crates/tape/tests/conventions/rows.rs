//! Softmax, log-sum-exp and maxima of rows.

use super::{INF, NAN, same};
use nalgebra::{DMatrix, dmatrix};
use num_dual::Dual64;
use tape::{MatrixVar, Seed, Tape};

#[track_caller]
fn expect_all(found: &DMatrix<f64>, expected: &DMatrix<f64>) {
    let equal = found.iter().zip(expected).all(|(&x, &y)| same(x, y));
    assert!(
        found.shape() == expected.shape() && equal,
        "{found} is not {expected}"
    );
}

/// The result of a matrix function and the cotangent of its operand for a seed, on `f64` and on
/// dual numbers.
#[track_caller]
pub fn rows(
    f: impl for<'t> Fn(MatrixVar<'t, f64>) -> MatrixVar<'t, f64>,
    dual: impl for<'t> Fn(MatrixVar<'t, Dual64>) -> MatrixVar<'t, Dual64>,
    x: DMatrix<f64>,
    y: DMatrix<f64>,
    seed: DMatrix<f64>,
    dx: DMatrix<f64>,
) {
    let tape = Tape::new();
    let leaf = tape.matrix(&x);
    let result = f(leaf);
    expect_all(&result.value(), &y);
    let mut cotangents = tape::Cotangents::new();
    tape.sweep(Seed::matrix(result, &seed), &mut cotangents)
        .unwrap();
    expect_all(&cotangents.of(leaf).matrix().into_owned(), &dx);
    let tape = Tape::<Dual64>::default();
    let leaf = tape.matrix(&x.map(Dual64::from));
    let result = dual(leaf);
    expect_all(&result.value().map(|y| y.re), &y);
    let mut cotangents = tape::Cotangents::new();
    tape.sweep(
        Seed::matrix(result, &seed.map(Dual64::from)),
        &mut cotangents,
    )
    .unwrap();
    expect_all(&cotangents.of(leaf).matrix().map(|dx| dx.re), &dx);
}

#[test]
fn softmax_of_thousands() {
    let e = 1.0 / (1.0 + 1.0_f64.exp());
    let x = dmatrix![1000.0, 1001.0; -1000.0, -1001.0];
    let s = e * (1.0 - e);
    rows(
        |x| x.softmax(),
        |x| x.softmax(),
        x,
        dmatrix![e, 1.0 - e; 1.0 - e, e],
        dmatrix![1.0, 0.0; 1.0, 0.0],
        dmatrix![s, -s; s, -s],
    );
}

#[test]
fn softmax_of_minus_infinity() {
    rows(
        |x| x.softmax(),
        |x| x.softmax(),
        dmatrix![-INF, 0.0, 0.0; -INF, -INF, 3.0],
        dmatrix![0.0, 0.5, 0.5; 0.0, 0.0, 1.0],
        dmatrix![1.0, 1.0, 0.0; 1.0, 0.0, 1.0],
        dmatrix![0.0, 0.25, -0.25; 0.0, 0.0, 0.0],
    );
}

#[test]
fn softmax_of_a_row_without_a_share() {
    let nan = dmatrix![NAN, NAN; NAN, NAN];
    rows(
        |x| x.softmax(),
        |x| x.softmax(),
        dmatrix![-INF, -INF; INF, 0.0],
        nan.clone(),
        dmatrix![1.0, 0.0; 1.0, 0.0],
        nan,
    );
}

#[test]
fn log_sum_exp_of_thousands() {
    let e = 1.0 / (1.0 + 1.0_f64.exp());
    let more = (1.0 + (-1.0_f64).exp()).ln();
    rows(
        |x| x.row_log_sum_exp(),
        |x| x.row_log_sum_exp(),
        dmatrix![1000.0, 1001.0; -1000.0, -1001.0],
        dmatrix![1001.0 + more; -1000.0 + more],
        dmatrix![1.0; 2.0],
        dmatrix![e, 1.0 - e; 2.0 * (1.0 - e), 2.0 * e],
    );
}

#[test]
fn log_sum_exp_of_infinities() {
    rows(
        |x| x.row_log_sum_exp(),
        |x| x.row_log_sum_exp(),
        dmatrix![-INF, 0.0; -INF, -INF; INF, 0.0],
        dmatrix![0.0; -INF; INF],
        dmatrix![1.0; 1.0; 1.0],
        dmatrix![0.0, 1.0; NAN, NAN; NAN, 0.0],
    );
    let tape = Tape::new();
    let numbers = tape.vars(&[-INF, 2.0]);
    assert_eq!(tape::log_sum_exp(&numbers).value(), 2.0);
}

#[test]
fn maxima_at_a_tie() {
    let tape = Tape::new();
    let x = tape.matrix(&dmatrix![1.0, 5.0; 5.0, 5.0]);
    let first = x.maximum().gradient();
    assert_eq!(
        first.of(x).values(),
        [0.0, 1.0, 0.0, 0.0],
        "the first column by column"
    );
    rows(
        |x| x.row_maxima(),
        |x| x.row_maxima(),
        dmatrix![1.0, 5.0; 5.0, 5.0],
        dmatrix![5.0; 5.0],
        dmatrix![2.0; 3.0],
        dmatrix![0.0, 2.0; 3.0, 0.0],
    );
}

#[test]
fn maxima_of_nan() {
    rows(
        |x| x.row_maxima(),
        |x| x.row_maxima(),
        dmatrix![1.0, NAN; -INF, -INF],
        dmatrix![NAN; -INF],
        dmatrix![1.0; 1.0],
        dmatrix![0.0, 1.0; 1.0, 0.0],
    );
}
