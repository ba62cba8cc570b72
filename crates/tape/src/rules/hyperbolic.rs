//! Hyperbolic functions and their inverses.

use super::rule::unary;
use crate::number::Scalar;

unary! {
    /// Hyperbolic sine.
    Sinh "sinh" "sinh"
    value |x| x.sinh();
    derivative |x, _| x.cosh();
    rule (dx = dy * cosh(x));
    smooth |x| x.abs() < 50.0;
    points [-2.0, 0.0, 0.5, 3.0];
}

unary! {
    /// Hyperbolic cosine.
    Cosh "cosh" "cosh"
    value |x| x.cosh();
    derivative |x, _| x.sinh();
    rule (dx = dy * sinh(x));
    smooth |x| x.abs() < 50.0;
    points [-2.0, 0.0, 0.5, 3.0];
}

unary! {
    /// Hyperbolic tangent. The derivative is `1/cosh²x`: `1 − y²` would lose every digit once `y`
    /// rounds to ±1.
    Tanh "tanh" "tanh"
    value |x| x.tanh();
    derivative |x, _| { let sech = T::one() / x.cosh(); sech * sech };
    rule (dx = dy / cosh(x)^2);
    smooth |_| true;
    points [-6.0, -0.5, 0.0, 3.0];
}

unary! {
    /// Inverse hyperbolic sine.
    Asinh "asinh" "asinh"
    value |x| x.asinh();
    derivative |x, _| T::one() / x.hypot(T::one());
    rule (dx = dy / sqrt(x^2 + 1));
    smooth |_| true;
    points [-30.0, -0.9, 0.0, 0.5];
}

unary! {
    /// Inverse hyperbolic cosine, defined for `x ≥ 1`; the derivative at 1 is ∞.
    ///
    /// With `t = x − 1` the value is `ln(1 + t + √t·√(t + 2))`: exact near 1, and no square to
    /// overflow.
    Acosh "acosh" "acosh"
    value |x| acosh(x);
    derivative |x, _| T::one() / ((x - T::one()).sqrt() * (x + T::one()).sqrt());
    rule (dx = dy / sqrt(x^2 - 1));
    smooth |x| x > 1.05;
    points [1.1, 2.0, 30.0];
}

fn acosh<T: Scalar>(x: T) -> T {
    let t = x - T::one();
    (t + t.sqrt() * (t + T::from_f64(2.0)).sqrt()).ln_1p()
}

unary! {
    /// Inverse hyperbolic tangent, defined on [−1, 1]; ±∞ at the ends. Outside, the derivative is
    /// NaN like the value.
    Atanh "atanh" "atanh"
    value |x| x.atanh();
    derivative |x, y| {
        let inside = (T::one() - x) * (T::one() + x);
        if inside < T::zero() { y } else { T::one() / inside }
    };
    rule (dx = dy / (1 - x^2));
    smooth |x| x.abs() < 0.95;
    points [-0.9, 0.0, 0.5];
}
