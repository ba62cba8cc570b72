//! The check of a closure over a slice.

use super::comparison::{largest, numbers};
use super::difference::Evaluation;
use super::finding::Finding;
use super::options::Check;
use super::perturb::{Coordinate, Direction, Flow, OperandGradient, Perturbable};
use super::random::Random;
use super::report::Report;
use super::slopes::{Unconfirmed, compare_slopes};
use super::weighted_output::{WeightedOutput, cotangent_of};
use crate::handle::{Tape, Var};
use crate::number::Scalar;
use crate::shape::Shape;
use crate::sweep::Cotangents;

/// Checks the gradient of a closure at a point: every entry that it records alone, then the whole
/// against slopes of the closure run on plain numbers.
///
/// ```
/// use tape::check;
/// check::gradient(|x| (x[0] * x[1]).sin() / x[1], &[1.0, 2.0]).assert_complete();
///
/// // A function that looks at values behind the tape's back has another gradient than the tape
/// // sees.
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
        let gradient = OperandGradient {
            operand: 0,
            values: numbers(point),
            derivatives: leaves.iter().map(derivative).collect(),
        };
        let mut called = Called {
            f: &f,
            at: point.to_vec(),
            point,
            work: tape.len(),
            noise: weighted(&tape, output).map_or(0.0, |whole| whole.rounding_noise(&cotangents)),
        };
        let mut random = Random::new(self.seed);
        let compared = compare_slopes(&mut called, &[gradient], self.mode, &mut random);
        report.comparisons += compared.comparisons;
        for Unconfirmed {
            kind, comparison, ..
        } in compared.unconfirmed
        {
            let finding = Finding::new(kind, "leaf", None, Shape::SCALAR, comparison);
            report.push_of_gradient(Finding {
                entry: Some(comparison.element),
                label: format!("x[{}]", comparison.element),
                element: (0, 0),
                ..finding
            });
        }
        report
    }
}

/// What a closure recorded, unless that is a plain number.
fn weighted<'t, T: Scalar>(tape: &'t Tape<T>, output: Var<'t, T>) -> Option<WeightedOutput<'t, T>> {
    output.tape().map(|_| WeightedOutput {
        tape,
        output: output.index,
        weights: vec![1.0],
    })
}

/// A closure, called with plain numbers.
struct Called<'c, T, F> {
    f: &'c F,
    at: Vec<T>,
    point: &'c [T],
    work: usize,
    noise: f64,
}

impl<T, F> Called<'_, T, F>
where
    T: Scalar,
    F: for<'t> Fn(&[Var<'t, T>]) -> Var<'t, T>,
{
    /// Records the closure where the arguments are now, and looks at that and its cotangents;
    /// `None` if it is a plain number.
    fn recorded<R>(
        &self,
        look: impl FnOnce(&WeightedOutput<'_, T>, &Cotangents<T>) -> R,
    ) -> Option<R> {
        let tape = Tape::default();
        let leaves = tape.vars(&self.at);
        let whole = weighted(&tape, (self.f)(&leaves))?;
        Some(look(&whole, &whole.sweep()))
    }
}

impl<T, F> Perturbable for Called<'_, T, F>
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

    fn evaluate(&mut self) -> Option<Evaluation> {
        let numbers: Vec<_> = self.at.iter().map(|&x| Var::from(x)).collect();
        let value = (self.f)(&numbers).value().to_f64();
        Some(Evaluation {
            value,
            noise: self.noise + value.abs() * T::EPSILON,
        })
    }

    fn evaluate_carefully(&mut self) -> Option<Evaluation> {
        let there = self.evaluate()?;
        let noise = self.recorded(|whole, cotangents| whole.rounding_noise(cotangents));
        Some(Evaluation {
            noise: noise.unwrap_or(there.noise),
            ..there
        })
    }

    fn derivative(&mut self, direction: Direction<'_>) -> Option<f64> {
        self.recorded(|whole, cotangents| {
            let leaf = |element: usize| cotangent_of(whole.tape, cotangents, element as u32)[0];
            let along = direction
                .iter()
                .map(|(c, weight)| leaf(c.element) * c.step * weight);
            along.sum()
        })
    }

    fn flow(&mut self, direction: Direction<'_>) -> Flow {
        let tangent = |(c, weight): &(Coordinate, f64)| {
            (c.element as u32, vec![T::from_f64(c.step * weight)])
        };
        let tangents: Vec<_> = direction.iter().map(tangent).collect();
        let flow = self
            .recorded(|whole, cotangents| whole.flow(cotangents, &whole.push_forward(&tangents)));
        flow.unwrap_or_default()
    }

    fn largest_around(&self) -> f64 {
        largest(&numbers(self.point))
    }

    fn epsilon(&self) -> f64 {
        T::EPSILON
    }

    fn work(&self) -> usize {
        self.work
    }
}
