//! A property held against random values, as proptest's own macro does it.

use crate::check::Report;
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner, contextualize_config};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::panic::Location;

/// A property test that did not pass.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Failure<V> {
    /// Why: the report as text, or what was said in its place.
    pub reason: String,
    /// The smallest input found that fails; `None` if the strategy gave too few to try, or if no
    /// derivative is wrong but none of the inputs could be judged whole.
    pub input: Option<V>,
    /// The report at that input, or of all; `None` if there is none, because the operands were
    /// refused or something panicked.
    pub report: Option<Box<Report>>,
}

impl<V: fmt::Debug> fmt::Display for Failure<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.input {
            None => write!(f, "Test aborted: {}", self.reason),
            Some(input) => {
                writeln!(f, "Test failed: {}.", self.reason)?;
                write!(f, "minimal failing input: {input:#?}")
            }
        }
    }
}

impl<V: fmt::Debug> std::error::Error for Failure<V> {}

/// Holds a property against random values. The seeds of earlier failures come first; they are kept
/// beside the source file of the caller, unless the configuration names another or none. As in
/// `proptest!`, the variables of the environment outrank the configuration.
pub(super) fn run<S: Strategy>(
    config: Config,
    caller: &'static Location<'static>,
    strategy: &S,
    property: impl Fn(S::Value) -> Result<(), String>,
) -> Result<(), TestError<S::Value>> {
    let source_file = config.source_file.or(Some(caller.file()));
    let mut runner = TestRunner::new(Config {
        source_file,
        ..contextualize_config(config)
    });
    runner.run(strategy, |value| {
        property(value).map_err(TestCaseError::fail)
    })
}

/// Checks random inputs; the report of all of them, or the smallest that fails with its own.
///
/// Kinks are no fault, but if no input was judged whole, nothing was tested.
pub(super) fn run_checks<S: Strategy>(
    config: Config,
    caller: &'static Location<'static>,
    strategy: &S,
    check: impl Fn(&S::Value) -> Result<Report, String>,
) -> Result<Report, Failure<S::Value>> {
    let total = RefCell::new(Report::default());
    let judged_whole = Cell::new(false);
    let failed_with_report = Cell::new(false);
    let outcome = run(config, caller, strategy, |input| {
        // Stays so if the check panics, which proptest takes for a failure.
        let before = failed_with_report.replace(false);
        let report = check(&input)?;
        failed_with_report.set(before || !report.is_ok());
        if !report.is_ok() {
            return Err(report.to_string());
        }
        judged_whole.set(judged_whole.get() || report.remarks.is_empty());
        total.borrow_mut().extend(report);
        Ok(())
    });
    let report = total.into_inner();
    match outcome {
        Ok(()) if judged_whole.get() => Ok(report),
        Ok(()) => Err(Failure {
            reason: format!("no input could be judged whole\n{report}"),
            input: None,
            report: Some(Box::new(report)),
        }),
        Err(TestError::Abort(reason)) => Err(Failure {
            reason: reason.to_string(),
            input: None,
            report: None,
        }),
        Err(TestError::Fail(reason, input)) => Err(Failure {
            reason: reason.to_string(),
            report: failed_with_report
                .get()
                .then(|| check(&input).ok().map(Box::new))
                .flatten(),
            input: Some(input),
        }),
    }
}
