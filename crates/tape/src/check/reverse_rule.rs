//! What the tape relies on in a reverse rule, besides that it is right: it is deterministic, writes
//! everything, adds to earlier contributions, and is linear in the cotangent.
//!
//! The last two hold but for rounding, and nobody knows from outside what cancels inside of a rule.
//! So a disagreement beyond the rounding of the numbers in sight is held against slopes: it is a
//! fault if they say so.

use super::case::Case;
use super::comparison::{Comparison, differing, rounding};
use super::finding::FindingKind;
use super::isolated::{BufferContents, IsolatedEntry};
use super::second_look::Judgement;
use crate::number::Scalar;

/// What buffers are filled with before a rule runs, besides NaN.
pub(super) const ARBITRARY: f64 = 7.25e3;

/// The first thing that is wrong with the way operand `i` gets its cotangent.
pub(super) fn misuse<T: Scalar>(
    isolated: &mut IsolatedEntry<'_, T>,
    i: usize,
    cases: &[Case<T>],
) -> Option<(FindingKind, Comparison)> {
    let [first, second, ..] = cases else {
        return None;
    };
    let in_buffers_of = |x: f64| BufferContents::Arbitrary(T::from_f64(x));
    let again = isolated.vjp(&first.cotangent, &in_buffers_of(f64::NAN));
    if let Some(comparison) = differing(&again[i], &first.cotangents[i]) {
        return Some((FindingKind::NotDeterministic, comparison));
    }
    let other = isolated.vjp(&first.cotangent, &in_buffers_of(ARBITRARY));
    if let Some(comparison) = differing(&first.cotangents[i], &other[i]) {
        return Some((FindingKind::Unwritten, comparison));
    }
    accumulation(isolated, i, first, second)
        .map(|comparison| (FindingKind::Overwrites, comparison))
        .or_else(|| linearity(isolated, i, first, second))
}

/// A second contribution is added to the first.
fn accumulation<T: Scalar>(
    isolated: &mut IsolatedEntry<'_, T>,
    i: usize,
    first: &Case<T>,
    second: &Case<T>,
) -> Option<Comparison> {
    let before = BufferContents::Contributions(&second.cotangents);
    let both = isolated.vjp(&first.cotangent, &before);
    let parts = first.cotangents[i].iter().zip(&second.cotangents[i]);
    for (element, (both, (part, earlier))) in both[i].iter().zip(parts).enumerate() {
        let (part, earlier) = (part.to_f64(), earlier.to_f64());
        let comparison = Comparison {
            element,
            analytic: both.to_f64(),
            numerical: written::<T>(part + earlier),
            tolerance: rounding::<T>(2) * (part.abs() + earlier.abs()),
        };
        if comparison.excess() <= 1.0 {
            continue;
        }
        let added = both.to_f64() - earlier;
        match first.judge_element(isolated, i, element, added) {
            Judgement::Right | Judgement::Kinked(..) => {}
            Judgement::Wrong(_) => return Some(comparison),
            // It may be nothing but rounding; what came earlier is kept all the same.
            Judgement::NotJudged(_) if keeps_what_is_large(isolated, i, element, first) => {}
            Judgement::NotJudged(_) => return Some(comparison),
        }
    }
    None
}

/// A sum as the number it becomes in a buffer, where it may be too large to be written down.
fn written<T: Scalar>(sum: f64) -> f64 {
    T::from_f64(sum).to_f64()
}

/// Whether a contribution leaves an earlier one alone that is much larger than anything in sight.
fn keeps_what_is_large<T: Scalar>(
    isolated: &IsolatedEntry<'_, T>,
    i: usize,
    element: usize,
    case: &Case<T>,
) -> bool {
    let sizes = case.cotangent.iter().chain(&case.cotangents[i]);
    let largest = sizes.fold(1.0, |most: f64, x| most.max(x.to_f64().abs()));
    let large = 64.0 * largest;
    let earlier: Vec<Vec<T>> = case
        .cotangents
        .iter()
        .map(|list| vec![T::from_f64(large); list.len()])
        .collect();
    let before = BufferContents::Contributions(&earlier);
    let both = isolated.vjp(&case.cotangent, &before)[i][element].to_f64();
    (both - large).abs() <= 2.0 * largest
}

/// The rule of `ȳ₁ + 2 ȳ₂` is the rule of `ȳ₁` and twice the rule of `ȳ₂`.
fn linearity<T: Scalar>(
    isolated: &mut IsolatedEntry<'_, T>,
    i: usize,
    first: &Case<T>,
    second: &Case<T>,
) -> Option<(FindingKind, Comparison)> {
    let two = T::from_f64(2.0);
    let mixed = first.cotangent.iter().zip(&second.cotangent);
    let mixed = Case::of(isolated, mixed.map(|(&x, &y)| x + two * y).collect());
    let parts = first.cotangents[i].iter().zip(&second.cotangents[i]);
    for (element, (found, (one, other))) in mixed.cotangents[i].iter().zip(parts).enumerate() {
        let (found, one, twice) = (found.to_f64(), one.to_f64(), 2.0 * other.to_f64());
        let comparison = Comparison {
            element,
            analytic: found,
            numerical: written::<T>(one + twice),
            tolerance: rounding::<T>(mixed.cotangent.len()) * (one.abs() + twice.abs()),
        };
        if comparison.excess() <= 1.0 {
            continue;
        }
        let judgement = mixed.judge_element(isolated, i, element, found);
        if matches!(judgement, Judgement::Wrong(_)) {
            let constant = differing(&first.cotangents[i], &second.cotangents[i]).is_none()
                && differing(&first.cotangents[i], &mixed.cotangents[i]).is_none();
            let kind = if constant {
                FindingKind::IgnoresCotangent
            } else {
                FindingKind::NotLinear
            };
            return Some((kind, comparison));
        }
    }
    None
}
