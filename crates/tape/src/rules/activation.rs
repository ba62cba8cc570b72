//! The activation functions of neural networks.

use super::rule::unary;
use crate::number::{Arithmetic, Scalar, decay};

unary! {
    /// `y = max(x, 0)`; the derivative at 0 is 0. NaN stays NaN.
    Relu "relu" "relu"
    value |x| if x <= T::zero() { T::zero() } else { x };
    derivative |x, _| T::choose(T::zero().is_at_least(x), T::zero, T::one);
    rule (dx = if x > 0 { dy } else { 0 });
    smooth |x| x.abs() > 0.05;
    points [-2.0, -0.3, 0.5, 3.0];
    reference "max(x, 0 * x)" on "EVERYWHERE";
}

unary! {
    /// The logistic function `y = 1 / (1 + e⁻ˣ)`; no exponential in it can overflow.
    ///
    /// The derivative is `1 / 4cosh²(x/2)`: `y (1 − y)` would lose every digit
    /// once `y` rounds to 1.
    Sigmoid "sigmoid" "σ"
    value |x| sigmoid(x);
    derivative |x, _| (x * T::from_f64(0.5)).square_of_sech() * T::from_f64(0.25);
    far |x, _, d| decayed(x, d);
    rule (dx = dy * y * (1 - y));
    smooth |_| true;
    points [-40.0, -2.0, 0.0, 0.5, 6.0];
    reference "1 / (1 + m.exp(-x))" on "EVERYWHERE, LARGE";
}

#[inline(always)]
fn sigmoid<T: Arithmetic>(x: T) -> T {
    let e = decay(x);
    // Not the comparison of `decay` once more: both would become one branch, often mispredicted.
    let numerator = T::choose(T::zero().is_above(x), || e, T::one);
    numerator.over(T::one() + e)
}

unary! {
    /// `y = ln(1 + eˣ)`, a smooth `relu`; computed as `max(x, 0) + ln(1 + exp(−|x|))`.
    Softplus "softplus" "softplus"
    value |x| if x >= T::zero() { x + decay(x).ln_1p() } else { decay(x).ln_1p() };
    derivative |x, _| sigmoid(x);
    far |x, _, d| decayed(x, d);
    rule (dx = dy * sigmoid(x));
    smooth |_| true;
    points [-40.0, -2.0, 0.0, 0.5, 30.0];
    reference "m.log1p(m.exp(x))" on "EVERYWHERE, LARGE";
}

unary! {
    /// `y = ln σ(x) = −ln(1 + e⁻ˣ)`, the logarithm of [`Sigmoid`] that neither becomes −∞ where the
    /// sigmoid vanishes nor 0 where it rounds to 1.
    LogSigmoid "log_sigmoid" "ln σ"
    value |x| if x >= T::zero() { -decay(x).ln_1p() } else { x - decay(x).ln_1p() };
    derivative |x, _| sigmoid(-x);
    far |x, _, d| decayed(x, d);
    rule (dx = dy * sigmoid(-x));
    smooth |_| true;
    points [-40.0, -2.0, 0.0, 0.5, 30.0];
    reference "-m.log1p(m.exp(-x))" on "EVERYWHERE, LARGE";
}

/// `d · e^−|x|`: `d` times a slope of one of them, where that has left the number range.
#[inline(always)]
fn decayed<T: Scalar>(x: T, d: T) -> T {
    let root = decay(x * T::from_f64(0.5));
    (d * root) * root
}
