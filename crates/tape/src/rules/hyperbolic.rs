//! Hyperbolic functions and their inverses.

use super::rule::unary;
use super::trigonometric::one_minus_square;
use crate::number::{LARGE, Scalar, decay};
use std::f64::consts::LN_2;

unary! {
    /// Hyperbolic sine.
    Sinh "sinh" "sinh"
    value |x| x.sinh();
    derivative |x, _| x.cosh();
    far |x, _, d| grown(x, d);
    rule (dx = dy * cosh(x));
    smooth |x| x.abs() < 50.0;
    points [-2.0, 0.0, 0.5, 3.0];
    reference "m.sinh(x)" on "EVERYWHERE, LARGE";
}

unary! {
    /// Hyperbolic cosine.
    Cosh "cosh" "cosh"
    value |x| x.cosh();
    derivative |x, _| x.sinh();
    far |x, _, d| match x {
        x if x.abs() < T::one() => d * x.sinh(),
        x if x < T::zero() => -grown(x, d),
        x => grown(x, d),
    };
    rule (dx = dy * sinh(x));
    smooth |x| x.abs() < 50.0;
    points [-2.0, 0.0, 0.5, 3.0];
    reference "m.cosh(x)" on "EVERYWHERE, LARGE";
}

unary! {
    /// Hyperbolic tangent. The derivative is `1/cosh²x`: `1 − y²` would lose every digit once `y`
    /// rounds to ±1.
    Tanh "tanh" "tanh"
    value |x| x.tanh();
    derivative |x, _| x.square_of_sech();
    far |x, _, d| {
        let root = decay(x);
        (d * root) * root * T::from_f64(4.0)
    };
    rule (dx = dy / cosh(x)^2);
    smooth |_| true;
    points [-6.0, -0.5, 0.0, 3.0];
    reference "m.tanh(x)" on "EVERYWHERE, LARGE";
}

unary! {
    /// Inverse hyperbolic sine.
    Asinh "asinh" "asinh"
    value |x| x.asinh();
    derivative |x, _| T::one().over(x.hypot(T::one()));
    rule (dx = dy / sqrt(x^2 + 1));
    smooth |_| true;
    points [-30.0, -0.9, 0.0, 0.5];
    reference "m.asinh(x)" on "EVERYWHERE, HUGE";
}

unary! {
    /// Inverse hyperbolic cosine, defined for `x ≥ 1`; the derivative at 1 is ∞.
    ///
    /// With `t = x − 1` the value is `ln(1 + t + √t·√(t + 2))`, which keeps its digits near 1, and
    /// `ln x + ln 2` where that would overflow.
    Acosh "acosh" "acosh"
    value |x| acosh(x);
    derivative |x, _| T::one().over((x - T::one()).sqrt() * (x + T::one()).sqrt());
    rule (dx = dy / sqrt(x^2 - 1));
    smooth |x| x > 1.05;
    points [1.1, 2.0, 30.0];
    reference "m.acosh(x)" on "ABOVE_ONE";
}

#[inline(always)]
fn acosh<T: Scalar>(x: T) -> T {
    if x > T::from_f64(LARGE) {
        return x.ln() + T::from_f64(LN_2);
    }
    let t = x - T::one();
    (t + t.sqrt() * (t + T::from_f64(2.0)).sqrt()).ln_1p()
}

unary! {
    /// Inverse hyperbolic tangent, defined on [−1, 1]; ±∞ at the ends. Outside, the derivative is
    /// NaN like the value.
    Atanh "atanh" "atanh"
    value |x| x.atanh();
    derivative |x, y| {
        let inside = one_minus_square(x);
        T::choose(T::zero().is_above(inside), || y, || T::one().over(inside))
    };
    rule (dx = dy / (1 - x^2));
    smooth |x| x.abs() < 0.95;
    points [-0.9, 0.0, 0.5];
    reference "m.atanh(x)" on "UNIT";
}

/// `d · ½ e^|x|`: `d · cosh x` where that has left the number range.
#[inline(always)]
fn grown<T: Scalar>(x: T, d: T) -> T {
    let root = (x.abs() * T::from_f64(0.5)).exp();
    (d * root) * (root * T::from_f64(0.5))
}
