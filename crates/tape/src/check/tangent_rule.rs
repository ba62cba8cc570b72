//! A tangent rule against its reverse rule: the adjoint test, `⟨ȳ, J ẋ⟩ = ⟨Jᵀ ȳ, ẋ⟩`.
//!
//! The two sides are equal but for rounding, and where terms cancel inside of a rule, rounding may
//! be all that is left. So a disagreement beyond the rounding of the numbers in sight is settled by
//! slopes along the same direction.

use super::case::Case;
use super::comparison::{Comparison, differing, numbers, rounding, worst};
use super::finding::FindingKind;
use super::isolated::IsolatedEntry;
use super::perturb::{Coordinate, OperandGradient, coordinates};
use super::random::Random;
use super::reverse_rule::ARBITRARY;
use super::second_look::Judgement;
use crate::number::Scalar;

/// Tangents of up to so many elements are settled one by one.
const SETTLED_ONE_BY_ONE: usize = 256;

/// Something found about a tangent rule, and by which operand.
pub(super) type TangentFinding = (FindingKind, Option<usize>, Comparison);

/// A random direction of some operands, with the tangents that it is made of.
struct Along<T> {
    direction: Vec<(Coordinate, f64)>,
    tangents: Vec<Option<Vec<T>>>,
}

impl<T: Scalar> Along<T> {
    fn nothing(isolated: &IsolatedEntry<'_, T>) -> Self {
        Along {
            direction: Vec::new(),
            tangents: vec![None; isolated.len()],
        }
    }

    /// A random direction of one operand, in proportion to the size of its elements.
    fn operand(
        isolated: &IsolatedEntry<'_, T>,
        gradient: &OperandGradient,
        random: &mut Random,
    ) -> Self {
        let mut along = Along::nothing(isolated);
        let each = coordinates(gradient).into_iter();
        along.direction = each.map(|c| (c, random.weight())).collect();
        let tangent = along
            .direction
            .iter()
            .map(|(c, weight)| T::from_f64(c.step * weight));
        along.tangents[gradient.operand] = Some(tangent.collect());
        along
    }
}

/// Checks one operand at a time, then all operands together against the sum of each alone.
pub(super) fn check_tangents<T: Scalar>(
    isolated: &mut IsolatedEntry<'_, T>,
    case: &Case<T>,
    operands: &[usize],
    random: &mut Random,
) -> Option<TangentFinding> {
    let gradients = case.gradients(isolated, operands);
    let mut all = Along::nothing(isolated);
    let mut sum = vec![0.0; isolated.result().len()];
    let mut sizes = sum.clone();
    for gradient in &gradients {
        let along = Along::operand(isolated, gradient, random);
        let tangent = isolated.jvp(&along.tangents, T::from_f64(f64::NAN));
        let other = isolated.jvp(&along.tangents, T::from_f64(ARBITRARY));
        if let Some(comparison) = differing(&tangent, &other) {
            return Some((FindingKind::Unwritten, None, comparison));
        }
        let found = adjoint(isolated, case, gradient, &along, &tangent);
        if let Some((kind, comparison)) = found {
            return Some((kind, Some(gradient.operand), comparison));
        }
        all.tangents[gradient.operand] = along.tangents[gradient.operand].clone();
        all.direction.extend(along.direction);
        for ((sum, size), part) in sum.iter_mut().zip(&mut sizes).zip(&tangent) {
            *sum += part.to_f64();
            *size += part.to_f64().abs();
        }
    }
    let together = isolated.jvp(&all.tangents, T::from_f64(f64::NAN));
    let tolerance = rounding::<T>(operands.len() + isolated.elements());
    let parts = together.iter().zip(sum.iter().zip(&sizes)).enumerate();
    let comparison = worst(parts.map(|(element, (found, (&sum, size)))| Comparison {
        element,
        analytic: found.to_f64(),
        numerical: sum,
        tolerance: tolerance * size,
    }))?;
    let (derivative, _) = inner(&case.cotangent, &together);
    let judgement = case.judge(isolated, &gradients, &all.direction, derivative);
    kind(judgement).map(|kind| (kind, None, comparison))
}

/// The adjoint test along a direction of one operand, whose tangent the rule says is `tangent`.
fn adjoint<T: Scalar>(
    isolated: &mut IsolatedEntry<'_, T>,
    case: &Case<T>,
    gradient: &OperandGradient,
    along: &Along<T>,
    tangent: &[T],
) -> Option<(FindingKind, Comparison)> {
    let operand = gradient.operand;
    let direction = along.tangents[operand].as_ref()?;
    let (forward, forward_size) = inner(&case.cotangent, tangent);
    let (reverse, reverse_size) = inner(&case.cotangents[operand], direction);
    let comparison = Comparison {
        element: 0,
        analytic: forward,
        numerical: reverse,
        tolerance: rounding::<T>(direction.len() + tangent.len()) * (forward_size + reverse_size),
    };
    if comparison.excess() <= 1.0 {
        return None;
    }
    if tangent.len() > SETTLED_ONE_BY_ONE {
        let gradients = std::slice::from_ref(gradient);
        let judgement = case.judge(isolated, gradients, &along.direction, forward);
        return kind(judgement).map(|kind| (kind, comparison));
    }
    let kinds: Vec<_> = (0..tangent.len())
        .filter_map(|k| kind(judge_element(isolated, operand, along, tangent, k)))
        .collect();
    let fault = kinds.iter().find(|kind| kind.is_fault());
    fault.or(kinds.first()).map(|&kind| (kind, comparison))
}

/// Holds one element of a tangent against slopes of that element of the result alone: beside others
/// that are larger, nothing of it would be left.
fn judge_element<T: Scalar>(
    isolated: &mut IsolatedEntry<'_, T>,
    operand: usize,
    along: &Along<T>,
    tangent: &[T],
    element: usize,
) -> Judgement {
    let mut one = vec![T::zero(); tangent.len()];
    one[element] = T::one();
    let case = Case::of(isolated, one);
    let gradients = case.gradients(isolated, &[operand]);
    let derivative = tangent[element].to_f64();
    case.judge(isolated, &gradients, &along.direction, derivative)
}

/// What is to be said of a tangent that disagrees with the reverse rule.
fn kind(judgement: Judgement) -> Option<FindingKind> {
    match judgement {
        Judgement::Right | Judgement::Kinked(..) => None,
        Judgement::Wrong(_) => Some(FindingKind::Tangent),
        Judgement::NotJudged(_) => Some(FindingKind::NotJudged),
    }
}

/// The inner product of two lists, and the sum of the sizes of its terms.
fn inner<T: Scalar>(x: &[T], y: &[T]) -> (f64, f64) {
    let (x, y) = (numbers(x), numbers(y));
    let products = x.iter().zip(&y).map(|(x, y)| x * y);
    (products.clone().sum(), products.map(f64::abs).sum())
}
