//! The check of one isolated entry: everything the tape relies on in a rule.

use super::case::Case;
use super::comparison::{Comparison, differing};
use super::entry_function::EntryFunction;
use super::finding::{Finding, FindingKind};
use super::isolated::IsolatedEntry;
use super::options::Mode;
use super::random::Random;
use super::report::Report;
use super::reverse_rule::{ARBITRARY, misuse};
use super::slopes::{SlopeComparison, Unconfirmed, compare_slopes};
use super::tangent_rule::check_tangents;
use crate::number::Scalar;

/// How many random cotangents each rule is tried with.
const COTANGENTS: usize = 3;

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

    /// The reverse rule, operand by operand: how it treats cotangents and buffers, and whether it
    /// is right; then the tangent rule.
    fn rules(&mut self, random: &mut Random) {
        let cases: Vec<_> = (0..COTANGENTS)
            .map(|_| Case::random(self.isolated, random))
            .collect();
        let operands = (0..self.isolated.len()).filter(|&i| self.isolated.is_active(i));
        let operands: Vec<usize> = operands.collect();
        let mut faults: Vec<Option<(FindingKind, Comparison)>> = vec![None; self.isolated.len()];
        for &operand in &operands {
            faults[operand] = misuse(self.isolated, operand, &cases);
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
                let kind = match kind {
                    FindingKind::WrongDerivative => {
                        case.judge_apart(self.isolated, operand, comparison.element)
                    }
                    other => other,
                };
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
        if let Some((kind, operand, comparison)) =
            check_tangents(self.isolated, &cases[0], &sound, random)
        {
            self.push(kind, operand, comparison);
        }
    }

    /// The reverse rule against slopes of `⟨ȳ, y⟩`.
    fn slopes(
        &mut self,
        case: &Case<T>,
        operands: &[usize],
        random: &mut Random,
    ) -> SlopeComparison {
        let gradients = case.gradients(self.isolated, operands);
        let mut function = EntryFunction::new(self.isolated, &gradients, &case.cotangent);
        let compared = compare_slopes(&mut function, &gradients, self.mode, random);
        // The result is that of the operands' own values again.
        let _ = self.isolated.forward(T::zero());
        compared
    }
}
