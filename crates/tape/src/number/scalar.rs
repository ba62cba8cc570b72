//! The numbers a tape can hold.
//!
//! [`Scalar`] is the list of elementary functions that the rules in [`crate::ops`] are written in:
//! what `std` gives for `f32` and `f64`, and what [`num_dual`](https://docs.rs/num-dual) gives for
//! dual numbers. A rule written once over `Scalar` therefore evaluates, differentiates, and, on
//! dual numbers, is differentiated itself: forward over reverse.

use crate::product::MatrixProduct;
use num_traits::{One, Zero};
use std::fmt::{Debug, Display};
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// A number that can stand on a tape: `f32`, `f64` or a dual number.
///
/// The functions are the elementary ones of the standard library, under their usual names. Order
/// and equality look at the real part only; [`is_finite`](Scalar::is_finite) looks at every part.
///
/// On a tape of dual numbers the gradient's dual part is its derivative along the dual parts of the
/// leaves: the Hessian times that direction.
///
/// ```
/// use num_dual::Dual64;
///
/// // x² y at (2, 3), along (1, 0)
/// let point = [Dual64::new(2.0, 1.0), Dual64::new(3.0, 0.0)];
/// let gradient = tape::gradient(|x| x[0] * x[0] * x[1], &point);
/// assert_eq!([gradient[0].re, gradient[1].re], [12.0, 4.0]); // 2xy, x²
/// assert_eq!([gradient[0].eps, gradient[1].eps], [6.0, 4.0]); // the Hessian's row: 2y, 2x
/// ```
#[diagnostic::on_unimplemented(
    message = "a tape holds real numbers, and `{Self}` is not one of them",
    label = "expected `f32`, `f64`, or a dual number (feature `num-dual`)",
    note = "write `2.0` and not `2`; a number type of your own implements `Scalar`"
)]
#[doc(alias = "hessian")]
pub trait Scalar:
    Copy
    + nalgebra::Scalar
    + Debug
    + Display
    + Send
    + Sync
    + PartialOrd
    + Zero
    + One
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
    + Sum
    + std::iter::Product
    + MatrixProduct
{
    /// The distance from 1 to the next larger number of the real part's type.
    const EPSILON: f64;

    /// The number nearest to `x`; a dual number with no dual part.
    fn from_f64(x: f64) -> Self;
    /// The real part.
    fn to_f64(self) -> f64;
    /// The number without its dual part: what a choice (a maximum, a shift) may depend on
    /// without being differentiated.
    fn real(self) -> Self;
    /// Whether every part, real or dual, is finite.
    fn is_finite(self) -> bool;
    /// Absolute value; its derivative at ±0 is 0.
    fn abs(self) -> Self;
    /// `self` to an integer power.
    fn powi(self, n: i32) -> Self;
    /// `self` to any power, as IEEE 754 `pow`.
    fn powf(self, exponent: Self) -> Self;
    /// The angle of the point (`x`, `self`), in radians.
    fn atan2(self, x: Self) -> Self;
    /// `√(self² + other²)` without overflow; both derivatives at the origin are 0.
    fn hypot(self, other: Self) -> Self;
    /// Square root.
    fn sqrt(self) -> Self;
    /// Cube root.
    fn cbrt(self) -> Self;
    /// `e` to the power `self`.
    fn exp(self) -> Self;
    /// 2 to the power `self`.
    fn exp2(self) -> Self;
    /// `exp(self) − 1`, which keeps its digits near 0.
    fn exp_m1(self) -> Self;
    /// Natural logarithm.
    fn ln(self) -> Self;
    /// `ln(1 + self)`, which keeps its digits near 0.
    fn ln_1p(self) -> Self;
    /// Logarithm to base 2.
    fn log2(self) -> Self;
    /// Logarithm to base 10.
    fn log10(self) -> Self;
    /// Sine of an angle in radians.
    fn sin(self) -> Self;
    /// Cosine of an angle in radians.
    fn cos(self) -> Self;
    /// Tangent of an angle in radians.
    fn tan(self) -> Self;
    /// Arcsine, in radians.
    fn asin(self) -> Self;
    /// Arccosine, in radians.
    fn acos(self) -> Self;
    /// Arctangent, in radians.
    fn atan(self) -> Self;
    /// Hyperbolic sine.
    fn sinh(self) -> Self;
    /// Hyperbolic cosine.
    fn cosh(self) -> Self;
    /// Hyperbolic tangent.
    fn tanh(self) -> Self;
    /// Inverse hyperbolic sine.
    fn asinh(self) -> Self;
    /// Inverse hyperbolic tangent.
    fn atanh(self) -> Self;

    /// `self / other`, for rules and slopes: of a number with other parts than a real one, the real
    /// part must be the plain quotient to the last bit, which its operator may not promise.
    #[inline(always)]
    fn over(self, other: Self) -> Self {
        self / other
    }

    /// `positive` where `self > 0`, `otherwise` elsewhere, also where `self` is NaN: a choice that
    /// a rule makes as an operation on numbers, not as an `if` of the program. The number that is
    /// not chosen has no part in the result or in its derivatives.
    #[inline(always)]
    fn select(self, positive: Self, otherwise: Self) -> Self {
        if self > Self::zero() {
            positive
        } else {
            otherwise
        }
    }

    /// `near`, or what `far` computes where that does not hold. A number whose functions have no
    /// branches gives NaN instead, and leaves it to others.
    #[doc(hidden)]
    #[inline(always)]
    fn near_or(is_near: bool, near: Self, far: impl FnOnce() -> Self) -> Self {
        if is_near { near } else { far() }
    }

    /// Applies a function with a known slope. A number with other parts than a real one gives them
    /// the value's and the slope's, instead of computing with its parts inside the function.
    #[doc(hidden)]
    #[inline(always)]
    fn apply(function: impl UnaryFunction, x: Self) -> Self {
        function.value(x)
    }

    /// [`apply`](Scalar::apply) for a function of two numbers.
    #[doc(hidden)]
    #[inline(always)]
    fn apply_to_two(function: impl BinaryFunction, x: Self, y: Self) -> Self {
        function.value(x, y)
    }
}

/// A function of one number, by its value and by what a small step, or a cotangent, is multiplied
/// by.
#[doc(hidden)]
pub trait UnaryFunction: Copy {
    /// `y = f(x)`.
    fn value<T: Scalar>(self, x: T) -> T;
    /// `d · f′(x)`.
    fn pull<T: Scalar>(self, x: T, y: T, d: T) -> T;
}

/// A function of two numbers, likewise.
#[doc(hidden)]
pub trait BinaryFunction: Copy {
    /// `z = f(x, y)`.
    fn value<T: Scalar>(self, x: T, y: T) -> T;
    /// `d · ∂f/∂x`.
    fn pull_x<T: Scalar>(self, x: T, y: T, z: T, d: T) -> T;
    /// `d · ∂f/∂y`.
    fn pull_y<T: Scalar>(self, x: T, y: T, z: T, d: T) -> T;
}

/// The largest exponent for which a power is a product of so many factors, at most four roundings.
const MULTIPLIED: u32 = 5;
/// From here on `x² + 1` is `x²` in every type of number.
pub(crate) const LARGE: f64 = 1e9;

macro_rules! float_scalar {
    ($float:ident; $($function:ident)*) => {
        impl Scalar for $float {
            const EPSILON: f64 = $float::EPSILON as f64;

            #[inline]
            fn from_f64(x: f64) -> Self {
                x as $float
            }
            #[inline]
            fn to_f64(self) -> f64 {
                self as f64
            }
            #[inline]
            fn real(self) -> Self {
                self
            }
            #[inline]
            fn is_finite(self) -> bool {
                $float::is_finite(self)
            }
            #[inline]
            fn powi(self, n: i32) -> Self {
                if n.unsigned_abs() <= MULTIPLIED {
                    let power = $float::powi(self, n.abs());
                    if n >= 0 {
                        return power;
                    }
                    if power.is_normal() {
                        return 1.0 / power;
                    }
                }
                // Many products lose digits, and their reciprocal is 0 where they overflow.
                f64::from(self).powf(f64::from(n)) as $float
            }
            #[inline]
            fn asinh(self) -> Self {
                let size = self.abs();
                let value = if size > LARGE as $float {
                    size.ln() + std::$float::consts::LN_2
                } else {
                    (size + size * (size / (1.0 + size.hypot(1.0)))).ln_1p()
                };
                value.copysign(self)
            }
            #[inline]
            fn atanh(self) -> Self {
                // The standard library's is not odd.
                let size = self.abs();
                let value = 0.5 * (2.0 * size / (1.0 - size)).ln_1p();
                value.copysign(self)
            }
            #[inline]
            fn powf(self, exponent: Self) -> Self {
                $float::powf(self, exponent)
            }
            #[inline]
            fn atan2(self, x: Self) -> Self {
                $float::atan2(self, x)
            }
            #[inline]
            fn hypot(self, other: Self) -> Self {
                $float::hypot(self, other)
            }
            $(#[inline]
            fn $function(self) -> Self {
                $float::$function(self)
            })*
        }
    };
}

float_scalar!(
    f32; abs sqrt cbrt exp exp2 exp_m1 ln ln_1p log2 log10 sin cos tan
    asin acos atan sinh cosh tanh
);
float_scalar!(
    f64; abs sqrt cbrt exp exp2 exp_m1 ln ln_1p log2 log10 sin cos tan
    asin acos atan sinh cosh tanh
);
