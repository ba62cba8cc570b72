//! The adjoint test, which needs no differences: `⟨ȳ, J ẋ⟩ = ⟨Jᵀ ȳ, ẋ⟩` for a whole tape, to
//! rounding.

use super::comparison::{Comparison, numbers, rounding};
use super::perturb::{OperandGradient, rounding_reach};
use super::random::Random;
use super::weighted_output::{WeightedOutput, cotangent_of, tangent_of};
use crate::number::Scalar;
use crate::sweep::{Cotangents, Tangents};

/// Both sides of the identity for a random direction of the leaves.
pub(super) fn adjoint_test<T: Scalar>(
    whole: &WeightedOutput<'_, T>,
    gradients: &[OperandGradient],
    cotangents: &Cotangents<T>,
    random: &mut Random,
) -> Comparison {
    let mut direction = |gradient: &OperandGradient| -> Vec<T> {
        let weights = random.weights(gradient.values.len());
        weights.into_iter().map(T::from_f64).collect()
    };
    let directions: Vec<_> = gradients.iter().map(&mut direction).collect();
    let along = push_forward(whole, gradients, &directions);

    let inner = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
    let tangent = tangent_of(whole.tape, &along, whole.output);
    let reverse = gradients.iter().zip(&directions);
    let reverse = reverse.map(|(gradient, x)| inner(&gradient.derivatives, &numbers(x)));
    // Every entry on the way rounds its tangent and its primal, and both reach the output by its
    // cotangent.
    let of_tangents = (0..=whole.output).map(|id| {
        let tangents = tangent_of(whole.tape, &along, id);
        rounding_reach(&cotangent_of(whole.tape, cotangents, id), &tangents)
    });
    let size = of_tangents.sum::<f64>() + whole.rounding_reach(cotangents);
    let store = whole.tape.store.borrow();
    Comparison {
        element: 0,
        analytic: inner(&whole.weights, &tangent),
        numerical: reverse.sum(),
        tolerance: rounding::<T>(store.entries.len() + store.arena.len()) * size,
    }
}

/// The tangents of every entry along a direction of the leaves.
fn push_forward<T: Scalar>(
    whole: &WeightedOutput<'_, T>,
    gradients: &[OperandGradient],
    directions: &[Vec<T>],
) -> Tangents<T> {
    let given = gradients.iter().zip(directions);
    let given = given.filter(|(gradient, _)| !gradient.values.is_empty());
    let seeds: Vec<_> = given
        .map(|(gradient, x)| whole.seed(gradient.operand as u32, x))
        .collect();
    let mut along = Tangents::new();
    whole
        .tape
        .push_forward(seeds, &mut along)
        .expect("the tape's own leaves");
    along
}
