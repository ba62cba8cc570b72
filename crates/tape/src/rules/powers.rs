//! Powers and roots.

use super::rule::{binary, unary};
use crate::cold::apart;
use crate::formula;
use crate::formula::Formula;
use crate::number::{Arithmetic, Scalar, UnaryFunction};

unary! {
    /// `y = x²`, one entry where `x * x` would need two operands. The slope is exact, and 0 where
    /// `x` is, which is no rare case.
    Square "square" "x²"
    value |x| x * x;
    derivative |x, _| x + x;
    far |x, _, d| { let half = d * x; half + half };
    kept |slope| slope.is_bounded();
    rule (y = x^2, dx = dy * 2 * x);
    smooth |_| true;
    points [-2.0, 0.0, 0.5, 3.0];
    reference "x * x" on "EVERYWHERE";
}

unary! {
    /// Square root, defined for `x ≥ 0`; the derivative at ±0 is ∞ (−0 + 0 is 0).
    Sqrt "sqrt" "√"
    value |x| x.sqrt();
    derivative |_, y| T::from_f64(0.5).over(y + T::zero());
    rule (dx = dy / (2 * y));
    smooth |x| x > 0.05;
    points [0.25, 1.0, 2.0, 1e4];
    reference "m.sqrt(x)" on "POSITIVE";
}

unary! {
    /// Cube root of any number; the derivative at 0 is ∞.
    Cbrt "cbrt" "∛"
    value |x| x.cbrt();
    derivative |_, y| T::one().over(T::from_f64(3.0) * y * y);
    rule (dx = dy / (3 * y^2));
    smooth |x| x.abs() > 0.05;
    points [-8.0, -0.3, 0.25, 27.0];
    reference "m.sign(x) * m.cbrt(abs(x))" on "EVERYWHERE, POSITIVE";
}

binary! {
    /// `z = x^y` as IEEE 754 `pow`.
    ///
    /// At `x = 0` the derivatives are the limits: `∂z/∂x` is 0 for `y = 0` and for `y > 1`, 1 for
    /// `y = 1`, ∞ for `0 < y < 1`; `∂z/∂y` is 0 for `y ≥ 0`. For `x < 0` the power is defined at
    /// whole `y` only, so `∂z/∂y` is NaN there.
    Pow "powf" "xʸ"
    value |x, y| x.powf(y);
    dx |x, y, z| power_slope(x, y, z);
    dy |x, y, z| T::choose(is_flat(x, y), T::zero, || z * x.ln());
    far_x |x, y, z, d| far_power_slope(d, x, y, z);
    far_y |x, y, _, d| {
        let root = x.abs().powf(y * T::from_f64(0.5));
        if is_flat(x, y) { d * T::zero() } else { (d * root) * (root * x.ln()) }
    };
    rule (z = x^y, dx = dz * y * x^(y - 1), dy = dz * z * ln(x));
    smooth |x, _| x > 0.05;
    points [(2.0, 3.0), (0.5, -1.5), (1.0, 0.0), (9.0, 0.5), (3.0, 1.0)];
    reference "m.power(x, y)" on "POWERS";
}

/// `y · x^(y−1)`. A small `y` would be rounded away in `y − 1`.
#[inline(always)]
fn power_slope<T: Arithmetic>(x: T, y: T, z: T) -> T {
    let is_small = T::from_f64(0.5).is_above(y.abs());
    let power = T::choose(is_small, || z.over(x), || x.powf(y - T::one()));
    let slope = y * power;
    let is_near = T::both(power.is_normal(), slope.is_normal());
    T::near_or(is_near, slope, || far_power_slope(T::one(), x, y, z))
}

/// `d · y · x^(y−1)` where the power has left the number range, by two halves of it; and at the
/// ends of the domain, where it is a limit.
fn far_power_slope<T: Arithmetic>(d: T, x: T, y: T, z: T) -> T {
    let less = y - T::one();
    let is_inside = T::both(T::not(is_zero(x)), T::both(x.is_bounded(), y.is_bounded()));
    let of_small = || {
        let root = T::one().over(x.abs().sqrt());
        let z = T::choose(T::zero().is_above(x), || -z, || z);
        ((d * root) * z) * (y * root)
    };
    let power = x.powf(less);
    let by_halves = || {
        let root = x.abs().powf(less * T::from_f64(0.5));
        // Also of −0, which is not below 0.
        let is_below = |x: T| T::zero().is_above(x);
        let is_negative = T::either(is_below(power), is_below(T::one().over(power)));
        (d * root) * (y * T::choose(is_negative, || -root, || root))
    };
    // A power vanishes faster than its exponent grows.
    let is_limit = T::both(is_zero(power), T::not(y.is_bounded()));
    let at_an_end = || d * T::choose(is_limit, || power, || y * power);
    let outside = || T::choose(is_zero(y), || d * T::zero(), at_an_end);
    let is_small = T::both(is_inside, T::from_f64(0.5).is_above(y.abs()));
    let is_power = T::both(is_inside, power.is_number());
    let of_large = || T::choose(is_power, by_halves, outside);
    T::choose(is_small, of_small, of_large)
}

#[inline(always)]
fn is_zero<T: Arithmetic>(x: T) -> T::Truth {
    T::both(x.is_at_least(T::zero()), T::zero().is_at_least(x))
}

/// Whether `x^y` and all powers with exponents next to `y` are the same: of 0 with `y ≥ 0` (from
/// above), of ∞ with `y < 0`.
#[inline(always)]
fn is_flat<T: Arithmetic>(x: T, y: T) -> T::Truth {
    let of_zero = T::both(is_zero(x), y.is_at_least(T::zero()));
    let is_infinite = T::both(x.is_above(T::zero()), T::not(x.is_bounded()));
    let of_infinity = T::both(is_infinite, T::zero().is_above(y));
    T::either(of_zero, of_infinity)
}

/// `y = xⁿ` for an integer `n`, which is part of the entry and not an operand.
///
/// `x⁰` is 1 with derivative 0 for every `x`, as in IEEE 754.
///
/// Reverse rule: [`PowI::FORMULA`].
#[derive(Clone, Copy, Debug)]
pub struct PowI(pub i32);

impl PowI {
    /// The name users see in reports and pictures.
    pub const NAME: &'static str = "powi";
    /// The symbol drawn in a circle.
    pub const SYMBOL: &'static str = "xⁿ";
    /// The power and its reverse rule, with `n` for the exponent.
    ///
    /// ```
    /// use tape::rules::PowI;
    /// assert_eq!(PowI::FORMULA.to_string(), "dx = dy · n · xⁿ⁻¹");
    /// assert_eq!(PowI::FORMULA.with_exponent(3).to_string(), "dx = dy · 3x²");
    /// ```
    pub const FORMULA: Formula = formula!(y(x): y = x^n, dx = dy * n * x^(n - 1));

    /// `xⁿ`.
    #[inline]
    pub fn value<T: Scalar>(self, x: T) -> T {
        T::apply(self, x)
    }

    /// `n · xⁿ⁻¹`.
    #[inline]
    pub fn derivative<T: Scalar>(self, x: T) -> T {
        self.pull(x, T::one())
    }

    /// `d · n · xⁿ⁻¹`, which may be an ordinary number where `xⁿ⁻¹` or `n` times that is none: then
    /// it is multiplied by the two halves of the power.
    #[inline]
    pub fn pull<T: Scalar>(self, x: T, d: T) -> T {
        if self.0 == 0 {
            return d * T::zero();
        }
        let (slope, is_kept) = self.slope(x);
        if is_kept {
            return d * slope;
        }
        let n = T::from_f64(f64::from(self.0));
        apart(|| {
            let half = self.0 / 2;
            ((d * x.powi(half)) * n) * x.powi(self.0 - half - 1)
        })
    }

    /// `n · xⁿ⁻¹`, and whether neither the power nor the product has lost digits or size.
    #[inline(always)]
    pub(crate) fn slope<T: Scalar>(self, x: T) -> (T, bool) {
        let Some(less) = self.0.checked_sub(1) else {
            return (x, false);
        };
        let power = x.powi(less);
        let slope = T::from_f64(f64::from(self.0)) * power;
        (slope, power.is_normal() & slope.is_normal())
    }
}

impl UnaryFunction for PowI {
    #[inline]
    fn value<T: Scalar>(self, x: T) -> T {
        x.powi(self.0)
    }
    #[inline]
    fn pull<T: Scalar>(self, x: T, _: T, d: T) -> T {
        PowI::pull(self, x, d)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slope_of_a_power_outlives_its_value() {
        let slope = |x: f64, y: f64| power_slope(x, y, x.powf(y));
        let close = |found: f64, expected: f64| (found / expected - 1.0).abs() < 1e-14;
        // The value is 0, or ∞; the slope is neither.
        assert!(close(slope(1e-200, 2.0), 2e-200));
        assert!(close(slope(1e200, 2.0), 2e200));
        assert!(close(slope(1e-200, 1.5), 1.5e-100));
        // The exponent is less than the rounding of 1.
        assert!(close(slope(4.0, 1e-20), 2.5e-21));
        assert!(close(slope(4.0, -1e-20), -2.5e-21));
        // From either side of one half, the same.
        assert!(
            close(slope(9.0, 0.5), 1.0 / 6.0)
                && close(slope(9.0, 0.499), 0.499 * 9f64.powf(-0.501))
        );
        assert_eq!(slope(0.0, 0.0), 0.0);
        assert_eq!((slope(0.0, 1.0), slope(0.0, 0.25)), (1.0, f64::INFINITY));
    }
}
