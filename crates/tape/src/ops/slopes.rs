//! Cotangents times the slopes of a guarded rule, many at a time.

use crate::number::{Arithmetic, Scalar};
use crate::op::Sink;
use std::iter::zip;
use std::ops::Range;

/// How many products are made at a time; they stand on the stack.
const PIECE: usize = 64;

/// Adds `d · slope` to operand `operand` of a rule that is
/// [guarded](crate::rules::Unary::GUARDED), element by element.
///
/// `slopes` writes those of a piece, which are looked at and multiplied several at a time. Only
/// where one of them is no normal number, `pull` makes the piece's products one by one. Asking
/// before each product took three times as long for the exponential function.
#[inline]
pub(super) fn add_guarded<T: Scalar>(
    sink: &mut Sink<'_, T>,
    operand: usize,
    d: &[T],
    slopes: impl Fn(Range<usize>, &mut [T]),
    pull: impl Fn(usize, T) -> T,
) {
    sink.accumulate(operand, |target, keep| {
        let mut beside = [T::zero(); PIECE];
        let pieces = zip(target.chunks_mut(PIECE), d.chunks(PIECE));
        for (start, (target, d)) in zip((0..).step_by(PIECE), pieces) {
            let (piece, sums) = match keep {
                true => (&mut beside[..d.len()], Some(target)),
                false => (target, None),
            };
            slopes(start..start + d.len(), piece);
            // Counted, and not asked for the first one, so that nothing ends the loop early.
            let lost = |&slope: &T| u32::from(!slope.is_normal());
            if piece.iter().map(lost).sum::<u32>() == 0 {
                zip(&mut *piece, d).for_each(|(slope, &d)| *slope = d * *slope);
            } else {
                for (k, (product, &d)) in zip(&mut *piece, d).enumerate() {
                    *product = pull(start + k, d);
                }
            }
            if let Some(sums) = sums {
                zip(sums, &*piece).for_each(|(sum, &product)| *sum += product);
            }
        }
    });
}
