//! Powers.

use super::exponential::exp;
use super::logarithm::{split, tail};
use super::{LN2_HIGH, LN2_LOW};

/// `xʸ` of a positive normal number, where the processor has fused multiply-adds.
///
/// An error of the logarithm comes in the power as many times as large as the exponent; so the
/// logarithm is a sum of two numbers, of which the second is what the first has lost.
#[inline(always)]
pub(in crate::lanes) fn pow<const FUSED: bool>(x: f64, y: f64) -> f64 {
    if !FUSED {
        return f64::NAN;
    }
    let (k, f) = split(x);
    let (s, s_lost) = quotient(f);
    let rest = s * tail::<FUSED>(s * s);
    let (first, first_lost) = sum(k * LN2_HIGH, 2.0 * s);
    let (high, high_lost) = sum(first, rest);
    let low = high_lost + first_lost + 2.0 * s_lost + k * LN2_LOW;
    // The second so small that its square does not count.
    let (high, low) = sum(high, low);
    let exponent = y * high;
    let lost = y.mul_add(high, -exponent) + y * low;
    let power = exp::<FUSED>(exponent);
    let value = power.mul_add(lost, power);
    let is_normal = |x: f64| (f64::MIN_POSITIVE..f64::INFINITY).contains(&x);
    if is_normal(x) && is_normal(power) {
        value
    } else {
        f64::NAN
    }
}

/// `f / (2 + f)`, and what it lacks.
#[inline(always)]
fn quotient(f: f64) -> (f64, f64) {
    let (divisor, divisor_lost) = sum(2.0, f);
    let quotient = f / divisor;
    let remainder = (-quotient).mul_add(divisor, f) - quotient * divisor_lost;
    (quotient, remainder / divisor)
}

/// A sum and what it lacks, whichever is larger.
#[inline(always)]
fn sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let of_b = sum - a;
    (sum, (a - (sum - of_b)) + (b - of_b))
}
