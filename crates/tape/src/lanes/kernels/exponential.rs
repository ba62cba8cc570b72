//! Exponential and hyperbolic functions.

use super::{LN2_HIGH, LN2_LOW, ROUNDING, fused, polynomial};
use std::f64::consts::{LN_2, LOG2_E};

/// `1/2!, 1/3!, …, 1/13!`.
const FACTORIALS: [f64; 12] = [
    1.0 / 2.0,
    1.0 / 6.0,
    1.0 / 24.0,
    1.0 / 120.0,
    1.0 / 720.0,
    1.0 / 5_040.0,
    1.0 / 40_320.0,
    1.0 / 362_880.0,
    1.0 / 3_628_800.0,
    1.0 / 39_916_800.0,
    1.0 / 479_001_600.0,
    1.0 / 6_227_020_800.0,
];

/// From here on `exp` is near the end of the number range: half of its square overflows.
const LARGE: f64 = 709.0;

/// A number as `n ln 2 + r` with an integer `n` and `|r| ≤ ½ ln 2`.
struct Reduced {
    /// `n`, as an integer in the last bits of a number.
    rounded: f64,
    r: f64,
}

impl Reduced {
    #[inline(always)]
    fn new<const FUSED: bool>(x: f64) -> Self {
        let x = between(x, -746.0, 710.0);
        let rounded = fused::<FUSED>(x, LOG2_E, ROUNDING);
        let n = rounded - ROUNDING;
        let r = fused::<FUSED>(-n, LN2_LOW, fused::<FUSED>(-n, LN2_HIGH, x));
        Reduced { rounded, r }
    }

    /// `exp(r) − 1`.
    #[inline(always)]
    fn less_one<const FUSED: bool>(&self) -> f64 {
        let r = self.r;
        fused::<FUSED>(r * r, polynomial::<FUSED, _>(r, FACTORIALS), r)
    }

    /// Two numbers whose product is `2ⁿ`, which itself may be too large or too small.
    #[inline(always)]
    fn powers<const FUSED: bool>(&self) -> (f64, f64) {
        let n = self.rounded - ROUNDING;
        let half = fused::<FUSED>(n, 0.5, ROUNDING);
        let rest = (n - (half - ROUNDING)) + ROUNDING;
        (power_of_two(half), power_of_two(rest))
    }

    #[inline(always)]
    fn exp<const FUSED: bool>(&self) -> f64 {
        let (one, other) = self.powers::<FUSED>();
        (self.less_one::<FUSED>() + 1.0) * one * other
    }
}

/// `x`, or the nearer end; NaN stays NaN.
#[inline(always)]
fn between(x: f64, low: f64, high: f64) -> f64 {
    let x = if x > high { high } else { x };
    if x < low { low } else { x }
}

/// 2 to the power of the integer in the last bits.
#[inline(always)]
fn power_of_two(rounded: f64) -> f64 {
    f64::from_bits((rounded.to_bits() << 52).wrapping_add(1023 << 52))
}

/// `eˣ`.
#[inline(always)]
pub(in crate::lanes) fn exp<const FUSED: bool>(x: f64) -> f64 {
    Reduced::new::<FUSED>(x).exp::<FUSED>()
}

/// `2ˣ`.
#[inline(always)]
pub(in crate::lanes) fn exp2<const FUSED: bool>(x: f64) -> f64 {
    let x = between(x, -1076.0, 1025.0);
    let rounded = x + ROUNDING;
    let r = (x - (rounded - ROUNDING)) * LN_2;
    Reduced { rounded, r }.exp::<FUSED>()
}

/// `eˣ − 1`, with all its digits near 0.
#[inline(always)]
pub(in crate::lanes) fn exp_m1<const FUSED: bool>(x: f64) -> f64 {
    let reduced = Reduced::new::<FUSED>(x);
    let (one, other) = reduced.powers::<FUSED>();
    let power = one * other;
    fused::<FUSED>(power, reduced.less_one::<FUSED>(), power - 1.0).copysign(x)
}

/// The hyperbolic tangent.
#[inline(always)]
pub(in crate::lanes) fn tanh<const FUSED: bool>(x: f64) -> f64 {
    let size = between(x.abs(), 0.0, 20.0);
    let t = exp_m1::<FUSED>(size + size);
    (t / (t + 2.0)).copysign(x)
}

/// The hyperbolic sine, up to where `eˣ` overflows.
#[inline(always)]
pub(in crate::lanes) fn sinh<const FUSED: bool>(x: f64) -> f64 {
    let t = exp_m1::<FUSED>(x.abs());
    let value = (0.5 * (t + t / (t + 1.0))).copysign(x);
    if x.abs() < LARGE { value } else { f64::NAN }
}

/// The hyperbolic cosine, up to where `eˣ` overflows.
#[inline(always)]
pub(in crate::lanes) fn cosh<const FUSED: bool>(x: f64) -> f64 {
    let e = exp::<FUSED>(x.abs());
    let value = 0.5 * (e + 1.0 / e);
    if x.abs() < LARGE { value } else { f64::NAN }
}
