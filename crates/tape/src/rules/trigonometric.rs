//! Trigonometric functions and their inverses; angles are in radians.

use super::rule::{binary, unary};
use crate::number::Arithmetic;

unary! {
    /// Sine.
    Sin "sin" "sin"
    value |x| x.sin();
    derivative |x, _| x.cos();
    rule (dx = dy * cos(x));
    smooth |_| true;
    points [-2.0, 0.0, 0.5, 3.0];
    reference "m.sin(x)" on "ANGLES";
}

unary! {
    /// Cosine.
    Cos "cos" "cos"
    value |x| x.cos();
    derivative |x, _| -x.sin();
    rule (dx = -dy * sin(x));
    smooth |_| true;
    points [-2.0, 0.0, 0.5, 3.0];
    reference "m.cos(x)" on "ANGLES";
}

unary! {
    /// Tangent, with poles at odd multiples of π/2.
    Tan "tan" "tan"
    value |x| x.tan();
    derivative |_, y| T::one() + y * y;
    rule (dx = dy * (1 + y^2));
    smooth |x| x.cos().abs() > 0.1;
    points [-1.0, 0.0, 0.5, 3.0];
    reference "m.tan(x)" on "ANGLES";
}

unary! {
    /// Arcsine, defined on [−1, 1]; the derivative at ±1 is ∞.
    Asin "asin" "asin"
    value |x| x.asin();
    derivative |x, _| T::one().over(one_minus_square(x).sqrt());
    rule (dx = dy / sqrt(1 - x^2));
    smooth |x| x.abs() < 0.95;
    points [-0.9, 0.0, 0.5];
    reference "m.asin(x)" on "UNIT";
}

unary! {
    /// Arccosine, defined on [−1, 1]; the derivative at ±1 is −∞.
    Acos "acos" "acos"
    value |x| x.acos();
    derivative |x, _| -T::one().over(one_minus_square(x).sqrt());
    rule (dx = -dy / sqrt(1 - x^2));
    smooth |x| x.abs() < 0.95;
    points [-0.9, 0.0, 0.5];
    reference "m.acos(x)" on "UNIT";
}

unary! {
    /// Arctangent.
    Atan "atan" "atan"
    value |x| x.atan();
    derivative |x, _| falling(T::one(), x);
    far |x, _, d| falling(d, x);
    rule (dx = dy / (1 + x^2));
    smooth |_| true;
    points [-30.0, -0.9, 0.0, 0.5];
    reference "m.atan(x)" on "EVERYWHERE, HUGE";
}

binary! {
    /// `z = atan2(x, y)`: the angle of the point whose ordinate is the *first* operand and whose
    /// abscissa is the second. Undefined at the origin, where the derivatives are NaN; jumps across
    /// the negative half of the abscissa.
    Atan2 "atan2" "atan2"
    value |x, y| x.atan2(y);
    dx |x, y, _| turn(T::one(), x, y);
    dy |x, y, _| -turn(T::one(), y, x);
    far_x |x, y, _, d| turn(d, x, y);
    far_y |x, y, _, d| -turn(d, y, x);
    rule (dx = dz * y / (x^2 + y^2), dy = -dz * x / (x^2 + y^2));
    smooth |x, y| x.hypot(y) > 0.2 && (y > 0.0 || x.abs() > 0.05);
    points [(1.0, 2.0), (-3.5, 0.25), (2.0, -1.0), (-0.5, -4.0)];
    reference "m.atan2(x, y)" on "PAIRS";
}

/// `d / (1 + x²)`, where `x²` may overflow.
#[inline(always)]
fn falling<T: Arithmetic>(d: T, x: T) -> T {
    let far = || {
        let inverse = T::one().over(x);
        (d * inverse) * inverse.over(T::one() + inverse * inverse)
    };
    T::choose(x.abs().is_above(T::one()), far, || d.over(T::one() + x * x))
}

/// `d · y / (x² + y²)`: what the angle of (y, x) turns by as `x` moves. 0 far away, NaN at the
/// origin.
#[inline(always)]
fn turn<T: Arithmetic>(d: T, x: T, y: T) -> T {
    let turned = |y: T, r: T| (d * y.over(r)).over(r);
    let r = x.hypot(y);
    // Only the length itself has left the number range, or its digits have.
    let scaled = || {
        let [small, large] = [2_f64.powi(64), 0.5].map(T::from_f64);
        let scale = T::choose(r.is_bounded(), || small, || large);
        let (x, y) = (x * scale, y * scale);
        turned(y, x.hypot(y)) * scale
    };
    let is_lost = T::both(
        T::both(r.is_above(T::zero()), T::not(r.is_normal())),
        r.is_number(),
    );
    let is_bounded = T::both(x.is_bounded(), y.is_bounded());
    let far = || T::choose(is_bounded, scaled, T::zero);
    T::choose(is_lost, far, || turned(y, r))
}

/// `1 − x²`: near ±1 as a product, so that no digit is lost there; near 0 as it stands, so that no
/// digit of what it changes by is.
#[inline(always)]
pub(super) fn one_minus_square<T: Arithmetic>(x: T) -> T {
    T::choose(
        T::from_f64(0.5).is_above(x.abs()),
        || T::one() - x * x,
        || (T::one() - x) * (T::one() + x),
    )
}
