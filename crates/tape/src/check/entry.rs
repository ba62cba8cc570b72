//! The check of one isolated entry: everything the tape relies on in a rule.

use super::comparison::{Comparison, differing, numbers, rounding, worst};
use super::entry_function::EntryFunction;
use super::finding::{Finding, FindingKind};
use super::isolated::{BufferContents, IsolatedEntry};
use super::options::Mode;
use super::perturb::{OperandGradient, rounding_reach};
use super::random::Random;
use super::report::Report;
use super::slopes::{SlopeComparison, Unconfirmed, compare_slopes};
use crate::number::Scalar;

/// How many random cotangents each rule is tried with.
const COTANGENTS: usize = 3;
/// What buffers are filled with before a rule runs, besides NaN.
const ARBITRARY: f64 = 7.25e3;

/// Checks a rule at the operands of an isolated entry. What is found names the op and the operand.
pub(super) fn check_entry<T: Scalar>(
    isolated: &mut IsolatedEntry<'_, T>,
    mode: Mode,
    random: &mut Random,
) -> Report {
    let mut check = EntryCheck {
        isolated,
        mode,
        found: Report::default(),
    };
    check.found.entries = 1;
    if check.forward_runs() {
        check.rules(random);
    }
    check.found
}

struct EntryCheck<'e, 'a, T: Scalar> {
    isolated: &'e mut IsolatedEntry<'a, T>,
    mode: Mode,
    found: Report,
}

/// A cotangent and what the reverse rule makes of it.
struct Case<T> {
    cotangent: Vec<T>,
    cotangents: Vec<Vec<T>>,
    /// `Σ |ȳ · y|`: rounding in the result moves derivatives by about this times ε.
    size: f64,
}

fn largest<T: Scalar>(values: &[T]) -> f64 {
    values
        .iter()
        .fold(0.0, |most: f64, x| most.max(x.to_f64().abs()))
}

fn sum_of_sizes<T: Scalar>(x: &[T], y: &[T]) -> f64 {
    x.iter()
        .zip(y)
        .map(|(x, y)| (x.to_f64() * y.to_f64()).abs())
        .sum()
}

impl<T: Scalar> EntryCheck<'_, '_, T> {
    fn push(&mut self, kind: FindingKind, operand: Option<usize>, comparison: Comparison) {
        let shape = match operand {
            Some(i) => self.isolated.operand_shape(i),
            None => self.isolated.result_shape(),
        };
        let operand = operand.map(|i| self.isolated.positions[i]);
        let finding = Finding::new(kind, self.isolated.name, operand, shape, comparison);
        self.found.push(finding);
    }

    /// Whether the forward run is deterministic, writes everything, and gives numbers that can be
    /// differentiated.
    fn forward_runs(&mut self) -> bool {
        let mut runs = Vec::new();
        for arbitrary in [f64::NAN, f64::NAN, ARBITRARY] {
            if self.isolated.forward(T::from_f64(arbitrary)).is_err() {
                self.push(FindingKind::Refused, None, Comparison::without_numbers());
                return false;
            }
            let numbers = self
                .isolated
                .result()
                .iter()
                .chain(self.isolated.residual())
                .copied();
            runs.push(numbers.collect::<Vec<T>>());
        }
        let last = self.isolated.result().len().saturating_sub(1);
        let clip = |comparison: Comparison| Comparison {
            element: comparison.element.min(last),
            ..comparison
        };
        if let Some(comparison) = differing(&runs[1], &runs[0]) {
            // The buffers' NaN in one of two runs: it wrote in the other.
            let unwritten = comparison.analytic.is_nan() || comparison.numerical.is_nan();
            let kind = if unwritten {
                FindingKind::Unwritten
            } else {
                FindingKind::NotDeterministic
            };
            self.push(kind, None, clip(comparison));
            return false;
        }
        if let Some(comparison) = differing(&runs[0], &runs[2]) {
            self.push(FindingKind::Unwritten, None, clip(comparison));
            return false;
        }
        let operands = (0..self.isolated.len()).flat_map(|i| self.isolated.operand(i));
        let numbers = operands.chain(self.isolated.result().iter().copied());
        let finite = numbers.into_iter().all(|x| x.is_finite());
        if !finite {
            self.push(FindingKind::NotJudged, None, Comparison::without_numbers());
        }
        finite
    }

    fn case(&self, random: &mut Random) -> Case<T> {
        let len = self.isolated.result().len();
        let cotangent: Vec<T> = random.weights(len).into_iter().map(T::from_f64).collect();
        let cotangents = self.isolated.vjp(
            &cotangent,
            &BufferContents::Arbitrary(T::from_f64(f64::NAN)),
        );
        let size = sum_of_sizes(&cotangent, self.isolated.result());
        Case {
            cotangent,
            cotangents,
            size,
        }
    }

    /// The reverse rule, operand by operand: how it treats cotangents and buffers, and whether it
    /// is right; then the tangent rule.
    fn rules(&mut self, random: &mut Random) {
        let cases: Vec<_> = (0..COTANGENTS).map(|_| self.case(random)).collect();
        let operands = (0..self.isolated.len()).filter(|&i| self.isolated.is_active(i));
        let operands: Vec<usize> = operands.collect();
        let mut faults: Vec<Option<(FindingKind, Comparison)>> = vec![None; self.isolated.len()];
        for &operand in &operands {
            faults[operand] = self.structure(operand, &cases);
        }
        let mut remarks = Vec::new();
        for case in &cases {
            let compared = self.slopes(case, &operands, random);
            self.found.comparisons += compared.comparisons;
            for Unconfirmed {
                operand,
                kind,
                comparison,
            } in compared.unconfirmed
            {
                match &mut faults[operand] {
                    _ if !kind.is_fault() => remarks.push((kind, operand, comparison)),
                    // What is wrong with it is known by name already; these numbers show it.
                    Some((FindingKind::IgnoresCotangent | FindingKind::NotLinear, shown)) => {
                        *shown = comparison
                    }
                    Some(_) => {}
                    none => *none = Some((kind, comparison)),
                }
            }
        }
        remarks.sort_by_key(|(_, operand, comparison)| (*operand, comparison.element));
        remarks.dedup_by_key(|(_, operand, comparison)| (*operand, comparison.element));
        for (operand, fault) in faults.iter().enumerate() {
            if let Some((kind, comparison)) = *fault {
                self.push(kind, Some(operand), comparison);
            }
        }
        for (kind, operand, comparison) in remarks {
            self.push(kind, Some(operand), comparison);
        }
        let sound: Vec<_> = operands
            .into_iter()
            .filter(|&i| faults[i].is_none())
            .collect();
        self.tangents(&cases[0], &sound, random);
    }

    /// The reverse rule against slopes of `⟨ȳ, y⟩`.
    fn slopes(
        &mut self,
        case: &Case<T>,
        operands: &[usize],
        random: &mut Random,
    ) -> SlopeComparison {
        let gradients = operands.iter().map(|&operand| OperandGradient {
            operand,
            values: numbers(&self.isolated.operand(operand)),
            derivatives: numbers(&case.cotangents[operand]),
        });
        let gradients: Vec<_> = gradients.collect();
        let weights = numbers(&case.cotangent);
        let reaches = gradients
            .iter()
            .map(|gradient| rounding_reach(&gradient.derivatives, &gradient.values));
        let reach = reaches.sum();
        let mut function = EntryFunction {
            isolated: self.isolated,
            gradients: &gradients,
            weights,
            reach,
        };
        let compared = compare_slopes(&mut function, &gradients, self.mode, random);
        // The result is that of the operands' own values again.
        let _ = self.isolated.forward(T::zero());
        compared
    }

    /// Whether the cotangent of one operand is deterministic, written whole, added up, and linear.
    fn structure(&self, i: usize, cases: &[Case<T>]) -> Option<(FindingKind, Comparison)> {
        let isolated = &self.isolated;
        let first = &cases[0];
        let again = isolated.vjp(
            &first.cotangent,
            &BufferContents::Arbitrary(T::from_f64(f64::NAN)),
        );
        if let Some(comparison) = differing(&again[i], &first.cotangents[i]) {
            return Some((FindingKind::NotDeterministic, comparison));
        }
        let other = isolated.vjp(
            &first.cotangent,
            &BufferContents::Arbitrary(T::from_f64(ARBITRARY)),
        );
        if let Some(comparison) = differing(&first.cotangents[i], &other[i]) {
            return Some((FindingKind::Unwritten, comparison));
        }
        self.accumulation(i, cases)
            .map(|comparison| (FindingKind::Overwrites, comparison))
            .or_else(|| self.linearity(i, cases))
    }

    /// A second contribution is added to the first.
    fn accumulation(&self, i: usize, cases: &[Case<T>]) -> Option<Comparison> {
        let [first, second, ..] = cases else {
            return None;
        };
        let before = BufferContents::Contributions(&second.cotangents);
        let both = self.isolated.vjp(&first.cotangent, &before);
        let len = both[i].len() + first.cotangent.len();
        let size = largest(&first.cotangents[i])
            + largest(&second.cotangents[i])
            + first.size
            + second.size;
        let tolerance = rounding::<T>(len) * size;
        let comparisons = both[i]
            .iter()
            .zip(&first.cotangents[i])
            .zip(&second.cotangents[i]);
        worst(
            comparisons
                .enumerate()
                .map(|(element, ((both, first), second))| Comparison {
                    element,
                    analytic: both.to_f64(),
                    numerical: first.to_f64() + second.to_f64(),
                    tolerance,
                }),
        )
    }

    /// The rule of `ȳ₁ + 2 ȳ₂` is the rule of `ȳ₁` and twice the rule of `ȳ₂`.
    fn linearity(&self, i: usize, cases: &[Case<T>]) -> Option<(FindingKind, Comparison)> {
        let [first, second, ..] = cases else {
            return None;
        };
        let two = T::from_f64(2.0);
        let mixed = first.cotangent.iter().zip(&second.cotangent);
        let mixed: Vec<T> = mixed.map(|(&x, &y)| x + two * y).collect();
        let found = self
            .isolated
            .vjp(&mixed, &BufferContents::Arbitrary(T::zero()));
        let len = found[i].len() + mixed.len();
        let size = largest(&first.cotangents[i]) + 2.0 * largest(&second.cotangents[i]);
        let tolerance = rounding::<T>(len) * (size + first.size + 2.0 * second.size);
        let comparisons = found[i]
            .iter()
            .zip(&first.cotangents[i])
            .zip(&second.cotangents[i]);
        let comparison = worst(comparisons.enumerate().map(
            |(element, ((found, first), second))| Comparison {
                element,
                analytic: found.to_f64(),
                numerical: first.to_f64() + 2.0 * second.to_f64(),
                tolerance,
            },
        ))?;
        let constant = differing(&first.cotangents[i], &second.cotangents[i]).is_none()
            && differing(&first.cotangents[i], &found[i]).is_none();
        Some(if constant {
            (FindingKind::IgnoresCotangent, comparison)
        } else {
            (FindingKind::NotLinear, comparison)
        })
    }

    /// The tangent rule against the reverse rule, `⟨ȳ, J ẋ⟩ = ⟨Jᵀ ȳ, ẋ⟩`, one operand at a time,
    /// and all operands together against the sum of each alone.
    fn tangents(&mut self, case: &Case<T>, operands: &[usize], random: &mut Random) {
        let none = vec![None; self.isolated.len()];
        let mut all = none.clone();
        let mut sum = vec![0.0; self.isolated.result().len()];
        let mut size = case.size + largest(self.isolated.result());
        for &i in operands {
            let direction = random.weights(self.isolated.operand_shape(i).len());
            let direction: Vec<T> = direction.into_iter().map(T::from_f64).collect();
            let mut alone = none.clone();
            alone[i] = Some(direction.clone());
            let tangent = self.isolated.jvp(&alone, T::from_f64(f64::NAN));
            let other = self.isolated.jvp(&alone, T::from_f64(ARBITRARY));
            if let Some(comparison) = differing(&tangent, &other) {
                return self.push(FindingKind::Unwritten, None, comparison);
            }
            if let Some(comparison) = self.adjoint(case, i, &direction, &tangent) {
                self.push(FindingKind::Tangent, Some(i), comparison);
                return;
            }
            all[i] = alone[i].take();
            size += largest(&tangent);
            for (sum, part) in sum.iter_mut().zip(&tangent) {
                *sum += part.to_f64();
            }
        }
        let together = self.isolated.jvp(&all, T::from_f64(f64::NAN));
        let tolerance = rounding::<T>(operands.len() + self.isolated.elements()) * size;
        let comparisons = together.iter().zip(&sum).enumerate();
        let comparison = worst(comparisons.map(|(element, (found, &sum))| Comparison {
            element,
            analytic: found.to_f64(),
            numerical: sum,
            tolerance,
        }));
        if let Some(comparison) = comparison {
            self.push(FindingKind::Tangent, None, comparison);
        }
    }

    fn adjoint(
        &self,
        case: &Case<T>,
        i: usize,
        direction: &[T],
        tangent: &[T],
    ) -> Option<Comparison> {
        let inner = |x: &[T], y: &[T]| -> f64 {
            x.iter().zip(y).map(|(x, y)| x.to_f64() * y.to_f64()).sum()
        };
        let reverse = &case.cotangents[i];
        let len = direction.len() + tangent.len();
        let size = sum_of_sizes(&case.cotangent, tangent) + sum_of_sizes(reverse, direction);
        let comparison = Comparison {
            element: 0,
            analytic: inner(&case.cotangent, tangent),
            numerical: inner(reverse, direction),
            tolerance: rounding::<T>(len) * (size + case.size),
        };
        worst(std::iter::once(comparison))
    }
}
