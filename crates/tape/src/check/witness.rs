//! The witness that needs no differences: `⟨ȳ, J ẋ⟩ = ⟨Jᵀ ȳ, ẋ⟩` for a whole tape, to rounding.

use super::pair::{Pair, rounding};
use super::random::Random;
use super::recorded::{Whole, bar, id_of, numbers, spread};
use super::slopes::{self, Claim};
use crate::handle::Tape;
use crate::list::EntryId;
use crate::number::Scalar;
use crate::sweep::Cotangents;
use crate::sweep::Tangents;

/// Both sides of the identity for a random direction of the leaves.
pub(super) fn witness<T: Scalar>(
    whole: &Whole<'_, T>,
    claims: &[Claim],
    cotangents: &Cotangents<T>,
    random: &mut Random,
) -> Pair {
    let mut direction = |claim: &Claim| -> Vec<T> {
        random
            .weights(claim.values.len())
            .into_iter()
            .map(T::from_f64)
            .collect()
    };
    let directions: Vec<_> = claims.iter().map(&mut direction).collect();
    let given = claims
        .iter()
        .zip(&directions)
        .filter(|(claim, _)| !claim.values.is_empty());
    let seeds: Vec<_> = given
        .map(|(claim, x)| whole.seed(claim.operand as u32, x))
        .collect();
    let mut along = Tangents::new();
    whole
        .tape
        .push_forward(seeds, &mut along)
        .expect("the tape's own leaves");

    let inner = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
    let tangent = tangent(whole.tape, &along, whole.output);
    let reverse = claims.iter().zip(&directions);
    let reverse = reverse
        .map(|(claim, x)| inner(&claim.derivatives, &numbers(x)))
        .sum();
    // Every entry on the way rounds its tangent and its primal, and both reach the output by its cotangent.
    let each = (0..=whole.output).map(|id| {
        let tangents = self::tangent(whole.tape, &along, id);
        slopes::spread(&bar(whole.tape, cotangents, id), &tangents)
    });
    let size = each.sum::<f64>() + spread(whole.tape, cotangents, whole.output);
    let store = whole.tape.store.borrow();
    Pair {
        element: 0,
        analytic: inner(&whole.weights, &tangent),
        numerical: reverse,
        tolerance: rounding::<T>(store.entries.len() + store.arena.len()) * size,
    }
}

/// The tangent of an entry, as plain numbers.
fn tangent<T: Scalar>(tape: &Tape<T>, along: &Tangents<T>, index: u32) -> Vec<f64> {
    match id_of(tape, index) {
        EntryId::Scalar(id) => vec![along.of(id).expect("the tape's own entry").to_f64()],
        EntryId::Matrix(id) => numbers(along.of(id).expect("the tape's own entry").values()),
    }
}
