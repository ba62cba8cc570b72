//! Functions with a kink. Each says what its derivative is there, and lets NaN through.

use super::rule::{binary, unary};
use crate::number::{Arithmetic, Scalar};

unary! {
    /// Absolute value; the derivative at ±0 is 0.
    Abs "abs" "|x|"
    value |x| x.abs();
    derivative |x, _| sign(x);
    rule (y = abs(x), dx = dy * sign(x)).noting("0 at 0");
    smooth |x| x.abs() > 0.05;
    points [-2.0, -0.3, 0.5, 3.0];
    reference "abs(x)" on "EVERYWHERE";
}

/// −1, 0 or 1; NaN for NaN.
#[inline(always)]
fn sign<T: Arithmetic>(x: T) -> T {
    let not_above = || {
        let is_below = T::zero().is_above(x);
        T::choose(is_below, || -T::one(), || x.real() * T::zero())
    };
    T::choose(x.is_above(T::zero()), T::one, not_above)
}

binary! {
    /// The larger of two numbers. At a tie the *first* operand gets the whole cotangent. NaN if
    /// either is NaN.
    Max "max" "max"
    value |x, y| if x >= y { x } else if x < y { y } else { x + y };
    dx |x, y, _| T::choose(x.is_at_least(y), T::one, T::zero);
    dy |x, y, _| T::choose(x.is_at_least(y), T::zero, T::one);
    rule (dx = if x >= y { dz } else { 0 }, dy = if x >= y { 0 } else { dz }).commuting();
    smooth |x, y| (x - y).abs() > 0.05;
    points [(1.0, 2.0), (3.5, 0.25), (-1.0, -2.0)];
    reference "x if x >= y else y" on "PAIRS";
}

binary! {
    /// The smaller of two numbers. At a tie the *first* operand gets the whole cotangent. NaN if
    /// either is NaN.
    Min "min" "min"
    value |x, y| if x <= y { x } else if x > y { y } else { x + y };
    dx |x, y, _| T::choose(y.is_at_least(x), T::one, T::zero);
    dy |x, y, _| T::choose(y.is_at_least(x), T::zero, T::one);
    rule (dx = if x <= y { dz } else { 0 }, dy = if x <= y { 0 } else { dz }).commuting();
    smooth |x, y| (x - y).abs() > 0.05;
    points [(1.0, 2.0), (3.5, 0.25), (-1.0, -2.0)];
    reference "x if x <= y else y" on "PAIRS";
}

binary! {
    /// 1 where `x > y`, 0 elsewhere, also where one of them is NaN: a comparison as a number, for
    /// [`select`](crate::Var::select). No slope: a sweep does not go on to the operands.
    Greater "greater_than" ">"
    value |x, y| truth(x > y);
    dx |_, _, _| T::zero();
    dy |_, _, _| T::zero();
    flat true;
    rule (z = if x > y { 1 } else { 0 }, dx = 0, dy = 0);
    smooth |x, y| (x - y).abs() > 0.05;
    points [(1.0, 2.0), (3.5, 0.25), (-1.0, -2.0)];
    reference "1 if x > y else 0" on "PAIRS";
}

binary! {
    /// 1 where `x ≥ y`, 0 elsewhere, also where one of them is NaN. No slope, as of [`Greater`].
    AtLeast "at_least" "≥"
    value |x, y| truth(x >= y);
    dx |_, _, _| T::zero();
    dy |_, _, _| T::zero();
    flat true;
    rule (z = if x >= y { 1 } else { 0 }, dx = 0, dy = 0);
    smooth |x, y| (x - y).abs() > 0.05;
    points [(1.0, 2.0), (3.5, 0.25), (-1.0, -2.0)];
    reference "1 if x >= y else 0" on "PAIRS";
}

#[inline(always)]
fn truth<T: Scalar>(holds: bool) -> T {
    if holds { T::one() } else { T::zero() }
}

binary! {
    /// `z = √(x² + y²)` without overflow; both derivatives at the origin are 0.
    Hypot "hypot" "hypot"
    value |x, y| x.hypot(y);
    dx |x, y, z| share_of_length(x, y, z);
    dy |x, y, z| share_of_length(y, x, z);
    rule (dx = dz * x / z, dy = dz * y / z).commuting().noting("0 at the origin");
    smooth |x, y| x.hypot(y) > 0.05;
    points [(1.0, 2.0), (-3.5, 0.25), (0.0, 5.0), (3.0, -4.0)];
    reference "m.sqrt(x * x + y * y)" on "PAIRS";
}

/// `x / z` of `z = √(x² + y²)`: 0 at the origin, the sign of an infinite `x`. Of the longer side it
/// is computed from the ratio of the sides, which keeps the digits of what the slope changes by.
#[inline(always)]
fn share_of_length<T: Arithmetic>(x: T, y: T, z: T) -> T {
    let of_longer = || {
        let ratio = y.over(x);
        sign(x).over((T::one() + ratio * ratio).sqrt())
    };
    // Only the length itself has overflowed.
    let of_overflown = || {
        let half = T::from_f64(0.5);
        (x * half).over((x * half).hypot(y * half))
    };
    let is_lost = T::both(T::not(z.is_bounded()), y.is_bounded());
    let of_shorter = || T::choose(is_lost, of_overflown, || x.over(z));
    let is_longer = x.abs().is_above(y.abs());
    let is_origin = T::both(z.is_at_least(T::zero()), T::zero().is_at_least(z));
    let share = || T::choose(is_longer, of_longer, of_shorter);
    T::choose(is_origin, T::zero, share)
}
