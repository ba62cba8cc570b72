//! Functions with a kink. Each says what its derivative is there, and lets NaN through.

use super::rule::{binary, unary};
use crate::number::Scalar;

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
fn sign<T: Scalar>(x: T) -> T {
    if x > T::zero() {
        T::one()
    } else if x < T::zero() {
        -T::one()
    } else {
        x.real() * T::zero()
    }
}

binary! {
    /// The larger of two numbers. At a tie the *first* operand gets the whole cotangent. NaN if
    /// either is NaN.
    Max "max" "max"
    value |x, y| if x >= y { x } else if x < y { y } else { x + y };
    dx |x, y, _| if x >= y { T::one() } else { T::zero() };
    dy |x, y, _| if x >= y { T::zero() } else { T::one() };
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
    dx |x, y, _| if x <= y { T::one() } else { T::zero() };
    dy |x, y, _| if x <= y { T::zero() } else { T::one() };
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
fn share_of_length<T: Scalar>(x: T, y: T, z: T) -> T {
    if z == T::zero() {
        return T::zero();
    }
    if x.abs() > y.abs() {
        let ratio = y.over(x);
        return sign(x).over((T::one() + ratio * ratio).sqrt());
    }
    if z.real().is_finite() || !y.real().is_finite() {
        return x.over(z);
    }
    // Only the length itself has overflowed.
    let half = T::from_f64(0.5);
    (x * half).over((x * half).hypot(y * half))
}
