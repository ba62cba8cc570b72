//! The check of a closure over a slice.

use super::Check;
use super::difference::Reading;
use super::random::Random;
use super::recorded::spread;
use super::report::{Finding, Report};
use super::slopes::{self, Claim, Function};
use crate::handle::Tape;
use crate::handle::Var;
use crate::number::Scalar;

/// Checks the gradient of a closure at a point: every entry that it records alone, then the whole against
/// slopes of the closure run on plain numbers.
///
/// ```
/// use tape::check;
/// check::gradient(|x| (x[0] * x[1]).sin() / x[1], &[1.0, 2.0]).assert_complete();
///
/// // A function that looks at values behind the tape's back has another gradient than the tape sees.
/// let report = check::gradient(|x| x[0] * x[0].value(), &[3.0]);
/// assert_eq!(report.gradient[0].analytic, 3.0);
/// assert!((report.gradient[0].numerical - 6.0_f64).abs() < 1e-9);
/// ```
#[track_caller]
pub fn gradient<T, F>(f: F, point: &[T]) -> Report
where
    T: Scalar,
    F: for<'t> Fn(&[Var<'t, T>]) -> Var<'t, T>,
{
    Check::default().gradient(f, point)
}

impl Check {
    /// [`gradient`] with these choices.
    #[track_caller]
    pub fn gradient<T, F>(self, f: F, point: &[T]) -> Report
    where
        T: Scalar,
        F: for<'t> Fn(&[Var<'t, T>]) -> Var<'t, T>,
    {
        let tape = Tape::default().with_locations();
        let leaves = tape.vars(point);
        let output = f(&leaves);
        let mut report = self.entries(&tape);
        let cotangents = output.gradient();
        let derivative = |&leaf: &Var<'_, T>| match output.tape() {
            Some(_) => cotangents.of(leaf).to_f64(),
            None => 0.0,
        };
        let claim = Claim {
            operand: 0,
            values: point.iter().map(|x| x.to_f64()).collect(),
            derivatives: leaves.iter().map(derivative).collect(),
        };
        let mut called = Called {
            f: &f,
            at: point.to_vec(),
            point,
            work: tape.len(),
            spread: if output.tape().is_some() {
                spread(&tape, &cotangents, output.index)
            } else {
                0.0
            },
        };
        let mut random = Random::new(self.seed);
        let judged = slopes::judge(&mut called, &[claim], self.mode, &mut random);
        report.comparisons += judged.comparisons;
        for slopes::Verdict { cause, pair, .. } in judged.verdicts {
            let finding = Finding {
                cause,
                op: "leaf",
                entry: Some(pair.element),
                label: format!("x[{}]", pair.element),
                operand: None,
                reads: String::new(),
                element: (0, 0),
                place: None,
                analytic: pair.analytic,
                numerical: pair.numerical,
                tolerance: pair.tolerance,
            };
            if cause.is_fault() {
                report.gradient.push(finding);
            } else {
                report.remarks.push(finding);
            }
        }
        report
    }
}

/// A closure, called with plain numbers.
struct Called<'c, T, F> {
    f: &'c F,
    at: Vec<T>,
    point: &'c [T],
    work: usize,
    spread: f64,
}

impl<T, F> Function for Called<'_, T, F>
where
    T: Scalar,
    F: for<'t> Fn(&[Var<'t, T>]) -> Var<'t, T>,
{
    fn set(&mut self, _: usize, element: usize, value: f64) {
        self.at[element] = T::from_f64(value);
    }

    fn reset(&mut self, _: usize, element: usize) {
        self.at[element] = self.point[element];
    }

    fn read(&mut self) -> Option<Reading> {
        let numbers: Vec<_> = self.at.iter().map(|&x| Var::from(x)).collect();
        let value = (self.f)(&numbers).value().to_f64();
        Some(Reading {
            value,
            size: value.abs() + self.spread,
        })
    }

    fn epsilon(&self) -> f64 {
        T::EPSILON
    }

    fn work(&self) -> usize {
        self.work
    }
}
