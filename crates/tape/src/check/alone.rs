//! One entry as a function of its operands, for slopes.

use super::bench::Bench;
use super::difference::Reading;
use super::slopes::{Claim, Function};
use crate::number::Scalar;

/// `⟨ȳ, y⟩` of the entry on the bench, as a function of its operands.
pub(super) struct Alone<'f, 'a, T: Scalar> {
    pub bench: &'f mut Bench<'a, T>,
    pub claims: &'f [Claim],
    pub weights: Vec<f64>,
    /// What rounding inside the rule may add up to.
    pub spread: f64,
}

impl<T: Scalar> Function for Alone<'_, '_, T> {
    fn set(&mut self, operand: usize, element: usize, value: f64) {
        self.bench.set(operand, element, T::from_f64(value));
    }

    fn reset(&mut self, operand: usize, element: usize) {
        let at = self
            .claims
            .binary_search_by_key(&operand, |claim| claim.operand);
        let claim = &self.claims[at.expect("only claimed operands are moved")];
        self.set(operand, element, claim.values[element]);
    }

    fn read(&mut self) -> Option<Reading> {
        self.bench.forward(T::zero()).ok()?;
        let mut reading = Reading {
            value: 0.0,
            size: self.spread,
        };
        for (weight, y) in self.weights.iter().zip(self.bench.result()) {
            reading.value += weight * y.to_f64();
            reading.size += (weight * y.to_f64()).abs();
        }
        Some(reading)
    }

    fn epsilon(&self) -> f64 {
        T::EPSILON
    }

    fn work(&self) -> usize {
        self.weights.len() + self.bench.elements()
    }
}
