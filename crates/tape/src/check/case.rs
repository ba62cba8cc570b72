//! A random cotangent of an isolated entry's result, and what the reverse rule makes of it.

use super::comparison::numbers;
use super::entry_function::EntryFunction;
use super::finding::FindingKind;
use super::isolated::{BufferContents, IsolatedEntry};
use super::perturb::{Coordinate, OperandGradient, Perturbable, coordinates};
use super::random::Random;
use super::second_look::{Judgement, USUAL, second_look};
use crate::number::Scalar;

/// So many elements of a result are judged one by one, if they have to be.
const APART: usize = 256;

/// A cotangent of the result, and the operands' cotangents by the reverse rule.
pub(super) struct Case<T> {
    pub cotangent: Vec<T>,
    pub cotangents: Vec<Vec<T>>,
}

impl<T: Scalar> Case<T> {
    pub fn of(isolated: &IsolatedEntry<'_, T>, cotangent: Vec<T>) -> Self {
        let before = BufferContents::Arbitrary(T::from_f64(f64::NAN));
        let cotangents = isolated.vjp(&cotangent, &before);
        Case {
            cotangent,
            cotangents,
        }
    }

    pub fn random(isolated: &IsolatedEntry<'_, T>, random: &mut Random) -> Self {
        let weights = random.weights(isolated.result().len());
        Case::of(isolated, weights.into_iter().map(T::from_f64).collect())
    }

    /// Where the entry is, and what the reverse rule says its derivatives are.
    pub fn gradients(
        &self,
        isolated: &IsolatedEntry<'_, T>,
        operands: &[usize],
    ) -> Vec<OperandGradient> {
        let gradient = |&operand: &usize| OperandGradient {
            operand,
            values: numbers(&isolated.operand(operand)),
            derivatives: numbers(&self.cotangents[operand]),
        };
        operands.iter().map(gradient).collect()
    }

    /// Holds a derivative by one element against slopes.
    pub fn judge_element(
        &self,
        isolated: &mut IsolatedEntry<'_, T>,
        operand: usize,
        element: usize,
        derivative: f64,
    ) -> Judgement {
        let gradients = self.gradients(isolated, &[operand]);
        let c = coordinates(&gradients[0])[element];
        self.judge(isolated, &gradients, &[(c, 1.0)], derivative * c.step)
    }

    /// Says anew of a derivative that slopes contradict what the elements of the result say one by
    /// one. Where several of them have a kink, bends can cancel in their sum: it looks smooth, but
    /// its rule gives what it likes of each.
    pub fn judge_apart(
        &self,
        isolated: &mut IsolatedEntry<'_, T>,
        operand: usize,
        element: usize,
    ) -> FindingKind {
        let dependent = self.dependent_on(isolated, operand, element);
        if !(2..=APART).contains(&dependent.len()) {
            return FindingKind::WrongDerivative;
        }
        let uncertain = dependent.into_iter().filter_map(|k| {
            let mut cotangent = vec![T::zero(); self.cotangent.len()];
            cotangent[k] = self.cotangent[k];
            let case = Case::of(isolated, cotangent);
            let derivative = case.cotangents[operand][element].to_f64();
            match case.judge_element(isolated, operand, element, derivative) {
                Judgement::Right => None,
                Judgement::Wrong(_) => Some(FindingKind::WrongDerivative),
                Judgement::Kinked(..) | Judgement::NotJudged(_) => Some(FindingKind::NotJudged),
            }
        });
        uncertain
            .reduce(|one, other| if one.is_fault() { one } else { other })
            .unwrap_or(FindingKind::WrongDerivative)
    }

    /// The elements of the result that move with an element of an operand, or are said to read it.
    fn dependent_on(
        &self,
        isolated: &mut IsolatedEntry<'_, T>,
        operand: usize,
        element: usize,
    ) -> Vec<usize> {
        let gradients = self.gradients(isolated, &[operand]);
        let mut function = EntryFunction::new(isolated, &gradients, &self.cotangent);
        function.turn_to(&[(coordinates(&gradients[0])[element], 1.0)]);
        let moved = function.dependent();
        // Movements can be lost beside larger numbers; then the op's own word counts.
        let elements = 0..isolated.result().len();
        elements
            .filter(|k| moved.contains(k) || isolated.reads(*k, operand, element))
            .collect()
    }

    /// Holds a derivative along a direction, in units of the steps, against slopes.
    pub fn judge(
        &self,
        isolated: &mut IsolatedEntry<'_, T>,
        gradients: &[OperandGradient],
        direction: &[(Coordinate, f64)],
        derivative: f64,
    ) -> Judgement {
        let mut function = EntryFunction::new(isolated, gradients, &self.cotangent);
        let judgement = second_look(&mut function, direction, derivative, &USUAL);
        // The result is that of the operands' own values again.
        let _ = isolated.forward(T::zero());
        judgement
    }
}
