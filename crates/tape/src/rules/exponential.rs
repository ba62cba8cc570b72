//! Exponentials and logarithms.

use super::rule::unary;
use crate::number::{Arithmetic, Scalar};
use std::f64::consts::{LN_2, LOG2_E, LOG10_E};

unary! {
    /// `y = eˣ`.
    Exp "exp" "exp"
    value |x| x.exp();
    derivative |_, y| y;
    far |x, _, d| { let root = half(x).exp(); (d * root) * root };
    rule (dx = dy * y);
    smooth |x| x.abs() < 50.0;
    points [-20.0, -1.0, 0.0, 2.5];
    reference "m.exp(x)" on "EVERYWHERE, LARGE";
}

unary! {
    /// `y = 2ˣ`.
    Exp2 "exp2" "2ˣ"
    value |x| x.exp2();
    derivative |_, y| y * T::from_f64(LN_2);
    far |x, _, d| {
        let root = half(x).exp2();
        (d * root) * (root * T::from_f64(LN_2))
    };
    rule (y = 2^x, dx = dy * y * ln(2));
    smooth |x| x.abs() < 50.0;
    points [-20.0, -1.0, 0.0, 2.5];
    reference "m.power(2, x)" on "EVERYWHERE, LARGE";
}

unary! {
    /// `y = eˣ − 1`, which keeps its digits near 0.
    ExpM1 "exp_m1" "expm1"
    value |x| x.exp_m1();
    derivative |x, _| x.exp();
    far |x, _, d| { let root = half(x).exp(); (d * root) * root };
    rule (dx = dy * exp(x));
    smooth |x| x.abs() < 50.0;
    points [-20.0, -1e-9, 0.0, 2.5];
    reference "m.expm1(x)" on "EVERYWHERE, LARGE";
}

unary! {
    /// Natural logarithm, defined for `x > 0`.
    Ln "ln" "ln"
    value |x| x.ln();
    derivative |x, _| reciprocal(x);
    far |x, _, d| inverse(d, x);
    rule (dx = dy / x);
    smooth |x| x > 0.05;
    points [0.1, 1.0, 2.5, 1e6];
    reference "m.log(x)" on "POSITIVE";
}

unary! {
    /// `y = ln(1 + x)`, which keeps its digits near 0; defined for `x > −1`.
    Ln1p "ln_1p" "ln1p"
    value |x| x.ln_1p();
    derivative |x, _| reciprocal(T::one() + x);
    rule (dx = dy / (1 + x));
    smooth |x| x > -0.95;
    points [-0.9, -1e-9, 0.0, 2.5];
    reference "m.log1p(x)" on "ABOVE_MINUS_ONE";
}

unary! {
    /// Logarithm to base 2, defined for `x > 0`.
    Log2 "log2" "log₂"
    value |x| x.log2();
    derivative |x, _| reciprocal(x) * T::from_f64(LOG2_E);
    far |x, _, d| inverse(d, x) * T::from_f64(LOG2_E);
    rule (dx = dy / (x * ln(2)));
    smooth |x| x > 0.05;
    points [0.1, 1.0, 2.5, 1e6];
    reference "m.log(x) / m.log(2)" on "POSITIVE";
}

unary! {
    /// Logarithm to base 10, defined for `x > 0`.
    Log10 "log10" "log₁₀"
    value |x| x.log10();
    derivative |x, _| reciprocal(x) * T::from_f64(LOG10_E);
    far |x, _, d| inverse(d, x) * T::from_f64(LOG10_E);
    rule (dx = dy / (x * ln(10)));
    smooth |x| x > 0.05;
    points [0.1, 1.0, 2.5, 1e6];
    reference "m.log(x) / m.log(10)" on "POSITIVE";
}

/// `1 / x` on the domain of a logarithm.
#[inline]
fn reciprocal<T: Arithmetic>(x: T) -> T {
    inverse(T::one(), x)
}

/// `d / x` on the domain of a logarithm: ∞ at its edge, be it 0 or −0, and NaN, like the value,
/// outside.
#[inline]
fn inverse<T: Arithmetic>(d: T, x: T) -> T {
    T::choose(
        T::zero().is_above(x),
        || T::from_f64(f64::NAN),
        || d.over(x + T::zero()),
    )
}

#[inline(always)]
fn half<T: Scalar>(x: T) -> T {
    x * T::from_f64(0.5)
}
