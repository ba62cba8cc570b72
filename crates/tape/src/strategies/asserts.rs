//! Tests in one call, and the same with the report for an answer.
//!
//! They run as `proptest!` does: as many cases as the variable `PROPTEST_CASES` says, or else the
//! `Config`, the seeds of earlier failures first.

use super::run::{Failure, run, run_checks};
use crate::check::{Check, Mode, Report};
use crate::handle::{Operand, Output, Tape, Var};
use crate::number::Scalar;
use crate::op::Op;
use nalgebra::DMatrix;
use proptest::strategy::Strategy;
use proptest::test_runner::Config;
use std::panic::Location;

/// Asserts that an op has right derivatives: at random operands, alone and twice in one graph, by
/// everything that [`check`](crate::check) checks. The strategy gives the operands' matrices, and
/// with them the type of numbers.
///
/// ```
/// use proptest::prelude::*;
/// use tape::{ops::MatMul, strategies::{assert_op, converted, matrix}};
///
/// let operands = || (matrix(3, 2), matrix(2, 4)).prop_map(|(x, w)| vec![x, w]);
/// assert_op(ProptestConfig::default(), || MatMul, operands());
/// // In single precision, and fewer of them.
/// assert_op(ProptestConfig::with_cases(20), || MatMul, converted::<f32, _>(operands()));
/// ```
///
/// # Panics
/// With the smallest operands found at which a derivative is wrong, and the report; if there was a
/// kink or the like in every case, so that none could be judged whole.
#[track_caller]
pub fn assert_op<T, O, S>(config: Config, op: impl Fn() -> O, operands: S)
where
    T: Scalar,
    O: Op<T> + 'static,
    S: Strategy<Value = Vec<DMatrix<T>>>,
{
    if let Err(failure) = check_op(config, op, operands) {
        panic!("{failure}");
    }
}

/// What [`assert_op`] finds, the findings of all cases together.
///
/// ```
/// use proptest::prelude::*;
/// use tape::{ops::Softmax, strategies::{check_op, matrices}};
///
/// let operands = matrices(3).prop_map(|x| vec![x]);
/// let report = check_op(ProptestConfig::with_cases(20), || Softmax, operands)?;
/// assert!(report.is_ok() && report.comparisons > 20);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Where [`assert_op`] panics.
#[track_caller]
pub fn check_op<T, O, S>(
    config: Config,
    op: impl Fn() -> O,
    operands: S,
) -> Result<Report, Failure<S::Value>>
where
    T: Scalar,
    O: Op<T> + 'static,
    S: Strategy<Value = Vec<DMatrix<T>>>,
{
    run_checks(config, Location::caller(), &operands, |operands| {
        let tape = Tape::default();
        let leaves: Vec<Operand<'_, T>> = operands.iter().map(|x| tape.matrix(x).into()).collect();
        let apply = || tape.apply(op(), &leaves).map_err(|error| error.to_string());
        let output = match (apply()?, apply()?) {
            (Output::Scalar(y), Output::Scalar(z)) => Operand::Scalar(y + z),
            (Output::Matrix(y), Output::Matrix(z)) => Operand::Matrix(y + z),
            _ => return Err("the result is a scalar the first time, a matrix the second".into()),
        };
        Ok(Check::default().mode(Mode::Full).tape(&tape, output))
    })
}

/// Asserts that the gradient of a function is right at random points, whose numbers may be of any
/// type.
///
/// ```
/// use proptest::prelude::ProptestConfig;
/// use tape::strategies::{assert_function, points};
///
/// let config = ProptestConfig::default();
/// assert_function(config, |x| (x[0] * x[1]).tanh() + x[2].relu(), points(3));
/// ```
///
/// # Panics
/// With the smallest point found at which the gradient is wrong, and the report; if there was a
/// kink or the like in every case, so that none could be judged whole.
#[track_caller]
pub fn assert_function<T, F, S>(config: Config, f: F, points: S)
where
    T: Scalar,
    F: for<'t> Fn(&[Var<'t, T>]) -> Var<'t, T>,
    S: Strategy<Value = Vec<T>>,
{
    if let Err(failure) = check_function(config, f, points) {
        panic!("{failure}");
    }
}

/// What [`assert_function`] finds, the findings of all points together.
///
/// ```
/// use proptest::prelude::ProptestConfig;
/// use tape::strategies::{check_function, points};
///
/// // The number is taken off the tape: the gradient misses a part.
/// let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
/// let failure = check_function(config, |x| x[0] * x[1].value(), points(2)).unwrap_err();
/// let report = failure.report.unwrap();
/// assert_eq!(report.gradient[0].label, "x[1]");
/// ```
///
/// # Errors
/// Where [`assert_function`] panics.
#[track_caller]
pub fn check_function<T, F, S>(config: Config, f: F, points: S) -> Result<Report, Failure<S::Value>>
where
    T: Scalar,
    F: for<'t> Fn(&[Var<'t, T>]) -> Var<'t, T>,
    S: Strategy<Value = Vec<T>>,
{
    run_checks(config, Location::caller(), &points, |point| {
        Ok(Check::default().mode(Mode::Full).gradient(&f, point))
    })
}

/// Asserts a property of random values, for tests of one's own with [`graphs`](super::graphs).
///
/// # Panics
/// With the smallest value found for which the property is an error, and the error.
#[track_caller]
pub fn assert_property<S: Strategy>(
    config: Config,
    strategy: S,
    property: impl Fn(S::Value) -> Result<(), String>,
) {
    if let Err(failure) = run(config, Location::caller(), &strategy, property) {
        panic!("{failure}");
    }
}
