//! One isolated entry as a function of its operands, for slopes.

use super::comparison::numbers;
use super::difference::Evaluation;
use super::isolated::{BufferContents, IsolatedEntry};
use super::perturb::{Direction, Flow, OperandGradient, Perturbable};
use super::perturb::{flow_through, rounding_noise};
use crate::number::Scalar;

/// `⟨ȳ, y⟩` of an isolated entry, as a function of its operands.
pub(super) struct EntryFunction<'f, 'a, T: Scalar> {
    isolated: &'f mut IsolatedEntry<'a, T>,
    gradients: &'f [OperandGradient],
    cotangent: &'f [T],
    /// What rounding inside the rule may add up to, if it is like rounding of the operands.
    noise: f64,
}

impl<'f, 'a, T: Scalar> EntryFunction<'f, 'a, T> {
    pub fn new(
        isolated: &'f mut IsolatedEntry<'a, T>,
        gradients: &'f [OperandGradient],
        cotangent: &'f [T],
    ) -> Self {
        let noise = gradients
            .iter()
            .map(|gradient| rounding_noise::<T>(&gradient.derivatives, &gradient.values));
        EntryFunction {
            isolated,
            gradients,
            cotangent,
            noise: noise.sum(),
        }
    }
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
        let (weights, result) = (numbers(self.cotangent), numbers(self.isolated.result()));
        Some(Evaluation {
            value: weights.iter().zip(&result).map(|(d, y)| d * y).sum(),
            noise: self.noise + rounding_noise::<T>(&weights, &result),
        })
    }

    fn derivative(&mut self, direction: Direction<'_>) -> Option<f64> {
        self.isolated.forward(T::zero()).ok()?;
        let before = BufferContents::Arbitrary(T::zero());
        let cotangents = self.isolated.vjp(self.cotangent, &before);
        let along = direction.iter().map(|(c, weight)| {
            let derivative = cotangents[c.operand][c.element].to_f64();
            derivative * c.step * weight
        });
        Some(along.sum())
    }

    fn flow(&mut self, direction: Direction<'_>) -> Flow {
        if self.isolated.forward(T::zero()).is_err() {
            return Flow::default();
        }
        let mut tangents = vec![None; self.isolated.len()];
        for (c, weight) in direction {
            let len = self.isolated.operand_shape(c.operand).len();
            let tangent = tangents[c.operand].get_or_insert_with(|| vec![T::zero(); len]);
            tangent[c.element] = T::from_f64(c.step * weight);
        }
        let tangent = self.isolated.jvp(&tangents, T::zero());
        flow_through::<T>(&numbers(self.cotangent), &numbers(&tangent))
    }

    fn epsilon(&self) -> f64 {
        T::EPSILON
    }

    fn work(&self) -> usize {
        self.cotangent.len() + self.isolated.elements()
    }
}
