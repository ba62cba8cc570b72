//! The adjoint test of a whole tape, which needs no differences: `⟨ȳ, J ẋ⟩ = ⟨Jᵀ ȳ, ẋ⟩`, to
//! rounding.
//!
//! Where the two sides differ by more than the rounding of every number on the way explains, slopes
//! along the same direction decide: rules may round more inside than is seen from outside.

use super::comparison::{Comparison, numbers, rounding};
use super::finding::FindingKind;
use super::perturb::{OperandGradient, coordinates};
use super::random::Random;
use super::second_look::{Judgement, USUAL, second_look};
use super::weighted_output::{ReplayedOutput, WeightedOutput, tangent_of};
use crate::number::Scalar;
use crate::sweep::Cotangents;

/// Compares both sides for a random direction of the leaves; `None` if they are equal.
pub(super) fn adjoint_test<T: Scalar>(
    whole: &WeightedOutput<'_, T>,
    gradients: &[OperandGradient],
    cotangents: &Cotangents<T>,
    random: &mut Random,
) -> Option<(FindingKind, Comparison)> {
    let direction: Vec<_> = gradients
        .iter()
        .flat_map(coordinates)
        .map(|c| (c, random.weight()))
        .collect();
    let mut steps = direction
        .iter()
        .map(|(c, weight)| T::from_f64(c.step * weight));
    let tangents: Vec<(u32, Vec<T>)> = gradients
        .iter()
        .map(|gradient| {
            let tangent = steps.by_ref().take(gradient.values.len());
            (gradient.operand as u32, tangent.collect())
        })
        .collect();
    let along = whole.push_forward(&tangents);

    let inner = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
    let forward = inner(
        &whole.weights,
        &tangent_of(whole.tape, &along, whole.output),
    );
    let reverse = gradients.iter().zip(&tangents);
    let reverse = reverse.map(|(gradient, (_, x))| inner(&gradient.derivatives, &numbers(x)));
    let flow = whole.flow(cotangents, &along);
    let length = {
        let store = whole.tape.store.borrow();
        store.program.entries.len() + store.primals.arena.len()
    };
    let comparison = Comparison {
        element: 0,
        analytic: forward,
        numerical: reverse.sum(),
        tolerance: rounding::<T>(length) * flow.size + flow.underflow,
    };
    if comparison.excess() <= 1.0 {
        return None;
    }
    let mut replayed = ReplayedOutput::new(whole, whole.rounding_noise(cotangents));
    let kind = match second_look(&mut replayed, &direction, forward, &USUAL) {
        Judgement::Right | Judgement::Kinked(..) => return None,
        Judgement::Wrong(_) => FindingKind::Tangent,
        Judgement::NotJudged(_) => FindingKind::NotJudged,
    };
    Some((kind, comparison))
}
