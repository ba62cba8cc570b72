//! One entry as a function of its operands, for slopes.

use super::difference::Evaluation;
use super::isolated::IsolatedEntry;
use super::perturb::{OperandGradient, Perturbable};
use crate::number::Scalar;

/// `⟨ȳ, y⟩` of an isolated entry, as a function of its operands.
pub(super) struct EntryFunction<'f, 'a, T: Scalar> {
    pub isolated: &'f mut IsolatedEntry<'a, T>,
    pub gradients: &'f [OperandGradient],
    pub weights: Vec<f64>,
    /// What rounding inside the rule may add up to.
    pub reach: f64,
}

impl<T: Scalar> Perturbable for EntryFunction<'_, '_, T> {
    fn set(&mut self, operand: usize, element: usize, value: f64) {
        self.isolated.set(operand, element, T::from_f64(value));
    }

    fn reset(&mut self, operand: usize, element: usize) {
        let at = self
            .gradients
            .binary_search_by_key(&operand, |gradient| gradient.operand);
        let gradient = &self.gradients[at.expect("only these operands are moved")];
        self.set(operand, element, gradient.values[element]);
    }

    fn evaluate(&mut self) -> Option<Evaluation> {
        self.isolated.forward(T::zero()).ok()?;
        let mut evaluation = Evaluation {
            value: 0.0,
            size: self.reach,
        };
        for (weight, y) in self.weights.iter().zip(self.isolated.result()) {
            evaluation.value += weight * y.to_f64();
            evaluation.size += (weight * y.to_f64()).abs();
        }
        Some(evaluation)
    }

    fn epsilon(&self) -> f64 {
        T::EPSILON
    }

    fn work(&self) -> usize {
        self.weights.len() + self.isolated.elements()
    }
}
