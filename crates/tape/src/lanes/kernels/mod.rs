//! Elementary functions without a branch, so that a loop over lanes becomes vector code.
//!
//! `FUSED` says whether the processor multiplies and adds in one instruction; without it the same
//! formulas round once more. A function that cannot answer gives NaN, and whoever called asks the
//! standard library instead: so each covers the numbers that occur and leaves the rest alone.
//!
//! The polynomials are Taylor's, so long that what follows is below rounding. What the functions
//! differ by from correctly rounded ones is measured in the tests below, over their whole range.

mod circular;
mod exponential;
mod logarithm;
mod power;
#[cfg(test)]
mod tests;

pub(super) use circular::{cos, sin};
pub(super) use exponential::{cosh, exp, exp_m1, exp2, sinh, tanh};
pub(super) use logarithm::{ln, ln_1p};
pub(super) use power::pow;

/// 1.5 · 2⁵²: a number that is added to it and not much larger than 2⁵⁰ is rounded to an integer,
/// which stands in the last bits.
const ROUNDING: f64 = 6_755_399_441_055_744.0;

/// `a · b + c`.
#[inline(always)]
fn fused<const FUSED: bool>(a: f64, b: f64, c: f64) -> f64 {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}

/// `c₀ + c₁x + c₂x² + …`, even and odd terms apart: half as long a chain of operations.
#[inline(always)]
fn polynomial<const FUSED: bool, const N: usize>(x: f64, c: [f64; N]) -> f64 {
    let square = x * x;
    let (mut even, mut odd) = (0.0, 0.0);
    let mut k = N;
    while k > 0 {
        k -= 1;
        if k.is_multiple_of(2) {
            even = fused::<FUSED>(even, square, c[k]);
        } else {
            odd = fused::<FUSED>(odd, square, c[k]);
        }
    }
    fused::<FUSED>(odd, x, even)
}

/// ln 2 in two parts; the first has so few bits that its products with exponents are exact.
const LN2_HIGH: f64 = f64::from_bits(std::f64::consts::LN_2.to_bits() & !0x7ff_ffff);
/// What the first part and the `f64` nearest to ln 2 lack.
const LN2_LOW: f64 = (std::f64::consts::LN_2 - LN2_HIGH) + 2.319_046_813_846_299_6e-17;
