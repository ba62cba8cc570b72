//! One isolated entry as a function of its operands, for slopes.

use super::comparison::{largest, numbers};
use super::difference::Evaluation;
use super::isolated::{BufferContents, IsolatedEntry};
use super::perturb::{Direction, Flow, OperandGradient, Perturbable};
use super::perturb::{flow_through, moved, rounding_noise};
use crate::number::Scalar;

/// `⟨ȳ, y − y₀⟩` of an isolated entry, as a function of its operands; `y₀` is the result at their
/// own values. So what does not depend on an element takes no digits from the slope by it.
pub(super) struct EntryFunction<'f, 'a, T: Scalar> {
    isolated: &'f mut IsolatedEntry<'a, T>,
    gradients: &'f [OperandGradient],
    cotangent: &'f [T],
    first: Vec<T>,
    /// The cotangent of the elements of the result that depend on what is moved; zero elsewhere.
    dependent: Vec<T>,
    /// What rounding of the operands may add up to in those.
    noise: f64,
}

/// How far arguments are moved, in steps, to see what depends on them.
const PROBES: [f64; 6] = [1.0, -1.0, 0.25, -0.25, 1.0 / 64.0, -1.0 / 64.0];

impl<'f, 'a, T: Scalar> EntryFunction<'f, 'a, T> {
    pub fn new(
        isolated: &'f mut IsolatedEntry<'a, T>,
        gradients: &'f [OperandGradient],
        cotangent: &'f [T],
    ) -> Self {
        EntryFunction {
            first: isolated.result().to_vec(),
            isolated,
            gradients,
            cotangent,
            dependent: Vec::new(),
            noise: 0.0,
        }
    }

    /// Counts the elements of the result that are not what they were at first as dependent.
    fn note_dependent(&mut self) {
        let result = self.isolated.result().iter().zip(&self.first);
        let each = self.dependent.iter_mut().zip(self.cotangent).zip(result);
        for ((dependent, &d), (y, first)) in each {
            if y != first {
                *dependent = d;
            }
        }
    }

    /// The elements of the result that depend on what is moved.
    pub fn dependent(&self) -> Vec<usize> {
        let elements = self.dependent.iter().enumerate();
        elements
            .filter_map(|(k, d)| (*d != T::zero()).then_some(k))
            .collect()
    }

    /// What rounding inside the rule may add up to in the dependent elements, if it is like
    /// rounding of the operands.
    fn noise_of_operands(&self) -> f64 {
        let before = BufferContents::Arbitrary(T::zero());
        let cotangents = self.isolated.vjp(&self.dependent, &before);
        let noises = self.gradients.iter().map(|gradient| {
            let cotangents = numbers(&cotangents[gradient.operand]);
            rounding_noise::<T>(&cotangents, &gradient.values)
        });
        noises.sum()
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

    fn turn_to(&mut self, direction: Direction<'_>) {
        self.dependent = vec![T::zero(); self.first.len()];
        // By more than the largest number around, too: an element that is added to it, or that is
        // far from being a maximum, does not show otherwise.
        let steps = direction.iter().map(|(c, _)| c.step);
        let far = 4.0 * self.largest_around() / steps.fold(f64::INFINITY, f64::min);
        for t in PROBES.into_iter().chain([far, -far]) {
            let ran = moved(self, direction, t, |f| f.evaluate()).is_some();
            if ran {
                self.note_dependent();
            }
        }
        let _ = self.isolated.forward(T::zero());
        self.noise = self.noise_of_operands();
    }

    fn evaluate(&mut self) -> Option<Evaluation> {
        self.isolated.forward(T::zero()).ok()?;
        let result = self.isolated.result();
        let differences = result.iter().zip(&self.first);
        let differences = differences.map(|(y, first)| y.to_f64() - first.to_f64());
        let products = self.cotangent.iter().zip(differences);
        let noise = rounding_noise::<T>(&numbers(&self.dependent), &numbers(result));
        Some(Evaluation {
            value: products
                .map(|(d, difference)| d.to_f64() * difference)
                .sum(),
            noise: noise + self.noise,
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

    fn largest_around(&self) -> f64 {
        let operands = self
            .gradients
            .iter()
            .map(|gradient| largest(&gradient.values));
        operands.fold(largest(&numbers(&self.first)), f64::max)
    }

    fn epsilon(&self) -> f64 {
        T::EPSILON
    }

    fn work(&self) -> usize {
        self.cotangent.len() + self.isolated.elements()
    }
}
