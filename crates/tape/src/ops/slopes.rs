//! Cotangents times the slopes of a guarded rule, many at a time.

use crate::number::Scalar;
use crate::op::Sink;
use std::iter::zip;
use std::ops::{AddAssign, Range};

/// How many products are made at a time. Those that are added to others stand on the stack first.
const PIECE: usize = 64;

/// Adds `d · slope` to operand `operand` of a rule that is
/// [guarded](crate::rules::Unary::GUARDED), element by element.
///
/// `slopes` are those of a range of elements, each with whether it is kept. They are looked at
/// while they are multiplied, several at a time. Only where one of them is not kept, the piece is
/// walked once more, and `pull` makes its product. Asking before each product took three times as
/// long for the exponential function, looking at all of a piece before multiplying half as long
/// again.
#[inline(always)]
pub(super) fn add_guarded<T: Scalar, S: Iterator<Item = (T, bool)>>(
    sink: &mut Sink<'_, T>,
    operand: usize,
    d: &[T],
    slopes: impl Fn(Range<usize>) -> S,
    pull: impl Fn(usize, T) -> T,
) {
    let write = |products: &mut [T], start: usize| {
        let d = &d[start..start + products.len()];
        let slopes = || slopes(start..start + d.len());
        if multiply(products, d, slopes()) {
            for (k, (product, (&d, (_, is_kept)))) in zip(products, zip(d, slopes())).enumerate() {
                if !is_kept {
                    *product = pull(start + k, d);
                }
            }
        }
    };
    sink.accumulate(operand, |target, keep| {
        let pieces = target.chunks_mut(PIECE);
        let pieces = zip((0..).step_by(PIECE), pieces);
        if !keep {
            pieces.for_each(|(start, target)| write(target, start));
            return;
        }
        let mut beside = [T::zero(); PIECE];
        for (start, target) in pieces {
            let products = &mut beside[..target.len()];
            write(products, start);
            zip(target, products).for_each(|(sum, product)| *sum += *product);
        }
    });
}

/// Writes `d · slope`, and whether a slope is not kept.
#[inline(always)]
fn multiply<T: Scalar>(
    products: &mut [T],
    d: &[T],
    slopes: impl Iterator<Item = (T, bool)>,
) -> bool {
    // Counters as wide as the numbers, so that as many fit in a register.
    if size_of::<T>() == size_of::<u32>() {
        multiply_counting::<T, u32>(products, d, slopes) > 0
    } else {
        multiply_counting::<T, u64>(products, d, slopes) > 0
    }
}

/// Writes `d · slope` and counts the slopes that are not kept: all of them, so that nothing ends
/// the loop early.
#[inline(always)]
fn multiply_counting<T: Scalar, C: AddAssign + Default + From<bool>>(
    products: &mut [T],
    d: &[T],
    slopes: impl Iterator<Item = (T, bool)>,
) -> C {
    let mut lost = C::default();
    for (product, (&d, (slope, is_kept))) in zip(products, zip(d, slopes)) {
        *product = d * slope;
        lost += C::from(!is_kept);
    }
    lost
}
