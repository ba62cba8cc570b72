//! Sums, products and what undoes them.

use super::rule::{binary, unary};
use crate::number::Arithmetic;

binary! {
    /// `z = x + y`.
    Add "add" "+"
    value |x, y| x + y;
    dx |_, _, _| T::one();
    dy |_, _, _| T::one();
    rule (dx = dz, dy = dz).commuting();
    smooth |_, _| true;
    points [(1.0, 2.0), (-3.5, 0.25), (0.0, 0.0), (1e8, -1.0)];
    reference "x + y" on "PAIRS";
}

binary! {
    /// `z = x − y`.
    Sub "sub" "−"
    value |x, y| x - y;
    dx |_, _, _| T::one();
    dy |_, _, _| -T::one();
    rule (dx = dz, dy = -dz);
    smooth |_, _| true;
    points [(1.0, 2.0), (-3.5, 0.25), (0.0, 0.0)];
    reference "x - y" on "PAIRS";
}

binary! {
    /// `z = x · y`. Each operand's cotangent is the other operand, turned over: the book's multiply
    /// node.
    Mul "mul" "×"
    value |x, y| x * y;
    dx |_, y, _| y;
    dy |x, _, _| x;
    rule (dx = dz * y, dy = dz * x).commuting();
    smooth |_, _| true;
    points [(1.0, 2.0), (-3.5, 0.25), (0.0, 5.0), (0.0, 0.0)];
    reference "x * y" on "PAIRS";
}

binary! {
    /// `z = x / y`, defined for `y ≠ 0`.
    Div "div" "/"
    value |x, y| x / y;
    dx |_, y, _| T::one().over(y);
    dy |_, y, z| -z.over(y);
    far_x |_, y, _, d| d.over(y);
    far_y |_, y, z, d| {
        let quotient = d.over(y);
        if quotient.is_normal() { -(quotient * z) } else { -(d * z).over(y) }
    };
    rule (dx = dz / y, dy = -dz * z / y);
    smooth |_, y| y.abs() > 0.05;
    points [(1.0, 2.0), (-3.5, 0.25), (0.0, -5.0), (7.0, 1e3)];
    reference "x / y" on "PAIRS";
}

unary! {
    /// `y = −x`.
    Neg "neg" "−"
    value |x| -x;
    derivative |_, _| -T::one();
    rule (y = -x, dx = -dy);
    smooth |_| true;
    points [-2.0, 0.0, 3.0];
    reference "-x" on "EVERYWHERE";
}

unary! {
    /// `y = 1 / x`, defined for `x ≠ 0`.
    Recip "recip" "1/x"
    value |x| T::one() / x;
    derivative |_, y| -(y * y);
    far |_, y, d| -((d * y) * y);
    rule (y = 1 / x, dx = -dy * y^2);
    smooth |x| x.abs() > 0.05;
    points [-2.0, 0.5, 3.0, 1e3];
    reference "1 / x" on "EVERYWHERE";
}
