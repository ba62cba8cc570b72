//! Sine and cosine.

use super::{ROUNDING, fused, polynomial};
use std::f64::consts::{FRAC_2_PI, FRAC_PI_2};

/// Angles up to this are reduced here; of larger ones digits would be lost.
const FAR: f64 = 1e5;

/// What `FRAC_PI_2` lacks of π/2, and what that lacks.
const SECOND: f64 = 6.123_233_995_736_766e-17;
const THIRD: f64 = -1.497_384_904_859_169_6e-33;

/// π/2 in parts of 33 bits, whose products with as many quarter turns are exact.
const HIGH: f64 = f64::from_bits(FRAC_PI_2.to_bits() & !0xf_ffff);
const MIDDLE: f64 = f64::from_bits(((FRAC_PI_2 - HIGH) + SECOND).to_bits() & !0xf_ffff);
const LOW: f64 = ((FRAC_PI_2 - HIGH) - MIDDLE) + SECOND;

/// `−1/3!, 1/5!, …, 1/17!`.
const SINE: [f64; 8] = [
    -1.0 / 6.0,
    1.0 / 120.0,
    -1.0 / 5_040.0,
    1.0 / 362_880.0,
    -1.0 / 39_916_800.0,
    1.0 / 6_227_020_800.0,
    -1.0 / 1_307_674_368_000.0,
    1.0 / 355_687_428_096_000.0,
];
/// `1/4!, −1/6!, …, 1/16!`.
const COSINE: [f64; 7] = [
    1.0 / 24.0,
    -1.0 / 720.0,
    1.0 / 40_320.0,
    -1.0 / 3_628_800.0,
    1.0 / 479_001_600.0,
    -1.0 / 87_178_291_200.0,
    1.0 / 20_922_789_888_000.0,
];

/// The sine of an angle, `quarters` quarter turns further.
#[inline(always)]
fn sine_after<const FUSED: bool>(x: f64, quarters: u64) -> f64 {
    let rounded = fused::<FUSED>(x, FRAC_2_PI, ROUNDING);
    let n = rounded - ROUNDING;
    let r = if FUSED {
        (-n).mul_add(THIRD, (-n).mul_add(SECOND, (-n).mul_add(FRAC_PI_2, x)))
    } else {
        ((x - n * HIGH) - n * MIDDLE) - n * LOW
    };
    let turns = rounded.to_bits().wrapping_add(quarters);
    let z = r * r;
    let sine = fused::<FUSED>(r * z, polynomial::<FUSED, _>(z, SINE), r);
    let half = 0.5 * z;
    let near = 1.0 - half;
    let lost = (1.0 - near) - half;
    let cosine = near + fused::<FUSED>(z * z, polynomial::<FUSED, _>(z, COSINE), lost);
    let value = if turns & 1 == 0 { sine } else { cosine };
    let value = f64::from_bits(value.to_bits() ^ ((turns & 2) << 62));
    if x.abs() <= FAR { value } else { f64::NAN }
}

/// The sine of an angle up to 10⁵.
#[inline(always)]
pub(in crate::lanes) fn sin<const FUSED: bool>(x: f64) -> f64 {
    sine_after::<FUSED>(x, 0)
}

/// The cosine of an angle up to 10⁵.
#[inline(always)]
pub(in crate::lanes) fn cos<const FUSED: bool>(x: f64) -> f64 {
    sine_after::<FUSED>(x, 1)
}
