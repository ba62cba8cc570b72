//! Exponentials and logarithms.

use super::rule::unary;
use crate::number::Scalar;
use std::f64::consts::{LN_2, LN_10};

unary! {
    /// `y = eˣ`.
    Exp "exp" "exp"
    value |x| x.exp();
    derivative |_, y| y;
    rule (dx = dy * y);
    smooth |x| x.abs() < 50.0;
    points [-20.0, -1.0, 0.0, 2.5];
}

unary! {
    /// `y = 2ˣ`.
    Exp2 "exp2" "2ˣ"
    value |x| x.exp2();
    derivative |_, y| y * T::from_f64(LN_2);
    rule (y = 2^x, dx = dy * y * ln(2));
    smooth |x| x.abs() < 50.0;
    points [-20.0, -1.0, 0.0, 2.5];
}

unary! {
    /// `y = eˣ − 1`, exact near 0.
    ExpM1 "exp_m1" "expm1"
    value |x| x.exp_m1();
    derivative |x, _| x.exp();
    rule (dx = dy * exp(x));
    smooth |x| x.abs() < 50.0;
    points [-20.0, -1e-9, 0.0, 2.5];
}

unary! {
    /// Natural logarithm, defined for `x > 0`.
    Ln "ln" "ln"
    value |x| x.ln();
    derivative |x, _| reciprocal(x);
    rule (dx = dy / x);
    smooth |x| x > 0.05;
    points [0.1, 1.0, 2.5, 1e6];
}

unary! {
    /// `y = ln(1 + x)`, exact near 0; defined for `x > −1`.
    Ln1p "ln_1p" "ln1p"
    value |x| x.ln_1p();
    derivative |x, _| reciprocal(T::one() + x);
    rule (dx = dy / (1 + x));
    smooth |x| x > -0.95;
    points [-0.9, -1e-9, 0.0, 2.5];
}

unary! {
    /// Logarithm to base 2, defined for `x > 0`.
    Log2 "log2" "log₂"
    value |x| x.log2();
    derivative |x, _| reciprocal(x * T::from_f64(LN_2));
    rule (dx = dy / (x * ln(2)));
    smooth |x| x > 0.05;
    points [0.1, 1.0, 2.5, 1e6];
}

unary! {
    /// Logarithm to base 10, defined for `x > 0`.
    Log10 "log10" "log₁₀"
    value |x| x.log10();
    derivative |x, _| reciprocal(x * T::from_f64(LN_10));
    rule (dx = dy / (x * ln(10)));
    smooth |x| x > 0.05;
    points [0.1, 1.0, 2.5, 1e6];
}

/// `1 / x` on the domain of a logarithm: ∞ at its edge, be it 0 or −0, and NaN, like the value,
/// outside.
#[inline]
fn reciprocal<T: Scalar>(x: T) -> T {
    if x < T::zero() {
        T::from_f64(f64::NAN)
    } else {
        T::one() / (x + T::zero())
    }
}
