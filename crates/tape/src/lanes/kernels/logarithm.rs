//! Natural logarithms.

use super::{LN2_HIGH, LN2_LOW, ROUNDING, fused, polynomial};

/// The bits of `√½`.
const ROOT_OF_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
const FRACTION: u64 = 0x000f_ffff_ffff_ffff;
const SMALLEST: f64 = f64::MIN_POSITIVE;
/// 2⁵⁴, which makes subnormal numbers normal.
const SCALE: f64 = 18_014_398_509_481_984.0;

/// `2/3, 2/5, …`: of `2 artanh s` behind its first term, in powers of `s²`, from `s³` on.
const ODD: [f64; 10] = [
    2.0 / 3.0,
    2.0 / 5.0,
    2.0 / 7.0,
    2.0 / 9.0,
    2.0 / 11.0,
    2.0 / 13.0,
    2.0 / 15.0,
    2.0 / 17.0,
    2.0 / 19.0,
    2.0 / 21.0,
];

/// A positive number as `2ᵏ (1 + f)` with `√½ ≤ 1 + f < √2`.
#[inline(always)]
pub(super) fn split(x: f64) -> (f64, f64) {
    let is_small = x < SMALLEST;
    let scaled = if is_small { x * SCALE } else { x };
    // The exponent counts from √½ on.
    let bits = scaled.to_bits().wrapping_add((1023 << 52) - ROOT_OF_HALF);
    let exponent = f64::from_bits(ROUNDING.to_bits().wrapping_add(bits >> 52)) - ROUNDING;
    let bias = if is_small { 1023.0 + 54.0 } else { 1023.0 };
    let one_and_f = f64::from_bits((bits & FRACTION).wrapping_add(ROOT_OF_HALF));
    (exponent - bias, one_and_f - 1.0)
}

/// `2 artanh s − 2s`, over `s`, of `z = s²`.
#[inline(always)]
pub(super) fn tail<const FUSED: bool>(z: f64) -> f64 {
    z * polynomial::<FUSED, _>(z, ODD)
}

/// The natural logarithm.
#[inline(always)]
pub(in crate::lanes) fn ln<const FUSED: bool>(x: f64) -> f64 {
    let (k, f) = split(x);
    // ln(1 + f) = 2 artanh s, and 2s = f − (f²/2 − s·f²/2): what is rounded is small beside f.
    let s = f / (2.0 + f);
    let half_square = 0.5 * f * f;
    let small = fused::<FUSED>(s, half_square + tail::<FUSED>(s * s), k * LN2_LOW);
    let value = fused::<FUSED>(k, LN2_HIGH, -((half_square - small) - f));
    let at_zero = if x == 0.0 {
        f64::NEG_INFINITY
    } else {
        f64::NAN
    };
    let value = if x > 0.0 { value } else { at_zero };
    if x == f64::INFINITY { x } else { value }
}

/// `ln(1 + x)`, with all its digits near 0.
#[inline(always)]
pub(in crate::lanes) fn ln_1p<const FUSED: bool>(x: f64) -> f64 {
    let sum = 1.0 + x;
    // What the sum lost.
    let lost = if x >= 1.0 {
        1.0 - (sum - x)
    } else {
        x - (sum - 1.0)
    };
    (ln::<FUSED>(sum) + lost / sum).copysign(x)
}
