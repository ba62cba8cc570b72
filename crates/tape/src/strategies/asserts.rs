//! Tests in one call.

use crate::check::{Check, Mode, Report};
use crate::handle::{Operand, Output, Tape, Var};
use crate::op::Op;
use nalgebra::DMatrix;
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

/// Random cases for each assertion.
const CASES: u32 = 64;

/// Asserts that an op has right derivatives: at random operands, alone and twice in one graph, by
/// everything that [`check`](crate::check) checks. The strategy gives the operands' matrices.
///
/// ```
/// use proptest::prelude::*;
/// use tape::{ops::MatMul, strategies::{assert_op, matrix}};
///
/// assert_op(|| MatMul, (matrix(3, 2), matrix(2, 4)).prop_map(|(x, w)| vec![x, w]));
/// ```
///
/// # Panics
/// With the smallest operands found at which a derivative is wrong, and the report.
#[track_caller]
pub fn assert_op<O, S>(op: impl Fn() -> O, operands: S)
where
    O: Op<f64> + 'static,
    S: Strategy<Value = Vec<DMatrix<f64>>>,
{
    assert_property(operands, |operands| {
        let tape = Tape::new();
        let leaves: Vec<Operand<'_, f64>> =
            operands.iter().map(|x| tape.matrix(x).into()).collect();
        let apply = || tape.apply(op(), &leaves).map_err(|error| error.to_string());
        let output = match (apply()?, apply()?) {
            (Output::Scalar(y), Output::Scalar(z)) => Operand::Scalar(y + z),
            (Output::Matrix(y), Output::Matrix(z)) => Operand::Matrix(y + z),
            _ => return Err("the result is a scalar the first time, a matrix the second".into()),
        };
        judged(&Check::default().mode(Mode::Full).tape(&tape, output))
    });
}

/// Asserts that the gradient of a function is right at random points.
///
/// ```
/// use tape::strategies::{assert_function, points};
///
/// assert_function(|x| (x[0] * x[1]).tanh() + x[2].relu(), points(3));
/// ```
///
/// # Panics
/// With the smallest point found at which the gradient is wrong, and the report.
#[track_caller]
pub fn assert_function<F>(f: F, points: impl Strategy<Value = Vec<f64>>)
where
    F: for<'t> Fn(&[Var<'t, f64>]) -> Var<'t, f64>,
{
    assert_property(points, |point| {
        judged(&Check::default().mode(Mode::Full).gradient(&f, &point))
    });
}

/// Kinks are no fault, but if nothing could be judged, nothing was tested.
fn judged(report: &Report) -> Result<(), String> {
    let unjudged = report.remarks.len() >= report.comparisons.max(1);
    if report.is_ok() && !unjudged {
        Ok(())
    } else {
        Err(report.to_string())
    }
}

/// Asserts a property of random values: the same values in every run, and the smallest that fail.
///
/// # Panics
/// With the smallest value found for which the property is an error, and the error.
#[track_caller]
pub fn assert_property<S: Strategy>(
    strategy: S,
    property: impl Fn(S::Value) -> Result<(), String>,
) {
    let config = Config {
        cases: CASES,
        failure_persistence: None,
        ..Config::default()
    };
    let random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, random);
    let outcome = runner.run(&strategy, |value| {
        property(value).map_err(TestCaseError::fail)
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}
