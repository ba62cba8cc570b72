//! What slopes are written in: numbers, and whatever else can be added, multiplied and compared.

use super::scalar::Scalar;
use super::sech::SquareOfSech;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// What the slopes of rules are written in. Every [`Scalar`] is such a number; so is what records
/// operations instead of computing them, and therefore a slope does not branch: it
/// [chooses](Arithmetic::choose), by a truth that may be known only in a replay.
pub trait Arithmetic:
    Copy
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
{
    /// Whether a comparison holds: `bool` of plain numbers.
    type Truth: Copy;

    /// The number nearest to `x`.
    fn from_f64(x: f64) -> Self;
    /// 0.
    #[inline(always)]
    fn zero() -> Self {
        Self::from_f64(0.0)
    }
    /// 1.
    #[inline(always)]
    fn one() -> Self {
        Self::from_f64(1.0)
    }
    /// The number without what it depends on.
    fn real(self) -> Self;
    /// The quotient; see [`Scalar::over`].
    fn over(self, other: Self) -> Self;
    /// Absolute value.
    fn abs(self) -> Self;
    /// Square root.
    fn sqrt(self) -> Self;
    /// `e` to the power `self`.
    fn exp(self) -> Self;
    /// Natural logarithm.
    fn ln(self) -> Self;
    /// Sine.
    fn sin(self) -> Self;
    /// Cosine.
    fn cos(self) -> Self;
    /// Hyperbolic sine.
    fn sinh(self) -> Self;
    /// Hyperbolic cosine.
    fn cosh(self) -> Self;
    /// `1 / cosh²` of it; what computes with numbers has a cheaper form of its own.
    #[doc(hidden)]
    #[inline(always)]
    fn square_of_sech(self) -> Self {
        square_of_sech(self)
    }
    /// `self` to any power.
    fn powf(self, exponent: Self) -> Self;
    /// `√(self² + other²)`.
    fn hypot(self, other: Self) -> Self;

    /// Whether `self > other`.
    fn is_above(self, other: Self) -> Self::Truth;
    /// Whether `self ≥ other`.
    fn is_at_least(self, other: Self) -> Self::Truth;
    /// Whether it is not NaN.
    fn is_number(self) -> Self::Truth;
    /// Whether it is neither infinite nor NaN.
    fn is_bounded(self) -> Self::Truth;
    /// Whether neither digits nor size are lost to the ends of the number range.
    fn is_normal(self) -> Self::Truth;
    /// Whether both hold.
    fn both(one: Self::Truth, other: Self::Truth) -> Self::Truth;
    /// Whether it does not hold.
    fn not(truth: Self::Truth) -> Self::Truth;
    /// Whether one of them holds.
    #[inline(always)]
    fn either(one: Self::Truth, other: Self::Truth) -> Self::Truth {
        Self::not(Self::both(Self::not(one), Self::not(other)))
    }

    /// `near` if that is near enough, else what `far` computes.
    #[doc(hidden)]
    #[inline(always)]
    fn near_or(is_near: Self::Truth, near: Self, far: impl FnOnce() -> Self) -> Self {
        Self::choose(is_near, || near, far)
    }

    /// The first if the condition holds, else the second. Of plain numbers the other one is not
    /// computed; otherwise it has no part in the result or in a derivative.
    fn choose(
        condition: Self::Truth,
        first: impl FnOnce() -> Self,
        second: impl FnOnce() -> Self,
    ) -> Self;
}

/// `exp(−|x|)`, smooth in each half so that dual numbers see the right slope on both sides.
#[inline(always)]
pub(crate) fn decay<T: Arithmetic>(x: T) -> T {
    T::choose(x.is_at_least(T::zero()), || -x, || x).exp()
}

/// `1 / cosh²x` by rules that can be recorded: near 0 as it stands, so that no digit of what it
/// changes by is lost; else as [`SquareOfSech`] has it, because `cosh x` overflows.
fn square_of_sech<T: Arithmetic>(x: T) -> T {
    let near = || {
        let sech = T::one().over(x.cosh());
        sech * sech
    };
    let far = || {
        let e = decay(x + x);
        let s = T::from_f64(2.0).over(T::one() + e);
        e * s * s
    };
    T::choose(T::one().is_above(x.abs()), near, far)
}

/// The smallest and the largest normal number, of single or of double precision.
#[inline(always)]
pub(crate) fn normal_range<T: Scalar>() -> (f64, f64) {
    if T::EPSILON > 1e-10 {
        (f64::from(f32::MIN_POSITIVE), f64::from(f32::MAX))
    } else {
        (f64::MIN_POSITIVE, f64::MAX)
    }
}

macro_rules! arithmetic {
    ($($function:ident),*) => {
        impl<T: Scalar> Arithmetic for T {
            type Truth = bool;

            #[inline(always)]
            fn from_f64(x: f64) -> Self {
                Scalar::from_f64(x)
            }
            #[inline(always)]
            fn zero() -> Self {
                num_traits::Zero::zero()
            }
            #[inline(always)]
            fn one() -> Self {
                num_traits::One::one()
            }
            #[inline(always)]
            fn real(self) -> Self {
                Scalar::real(self)
            }
            #[inline(always)]
            fn over(self, other: Self) -> Self {
                Scalar::over(self, other)
            }
            $(#[inline(always)]
            fn $function(self) -> Self {
                Scalar::$function(self)
            })*
            #[inline(always)]
            fn square_of_sech(self) -> Self {
                <T as Scalar>::apply(SquareOfSech, self)
            }
            #[inline(always)]
            fn powf(self, exponent: Self) -> Self {
                Scalar::powf(self, exponent)
            }
            #[inline(always)]
            fn hypot(self, other: Self) -> Self {
                Scalar::hypot(self, other)
            }
            #[inline(always)]
            fn is_above(self, other: Self) -> bool {
                self > other
            }
            #[inline(always)]
            fn is_at_least(self, other: Self) -> bool {
                self >= other
            }
            #[inline(always)]
            fn is_number(self) -> bool {
                !self.to_f64().is_nan()
            }
            #[inline(always)]
            fn is_bounded(self) -> bool {
                Scalar::is_finite(Scalar::real(self))
            }
            #[inline(always)]
            fn is_normal(self) -> bool {
                let (smallest, largest) = normal_range::<T>();
                let size = Scalar::abs(Scalar::real(self));
                (<T as Scalar>::from_f64(smallest) <= size)
                    & (size <= <T as Scalar>::from_f64(largest))
            }
            #[inline(always)]
            fn both(one: bool, other: bool) -> bool {
                one & other
            }
            #[inline(always)]
            fn not(truth: bool) -> bool {
                !truth
            }
            #[inline(always)]
            fn near_or(is_near: bool, near: Self, far: impl FnOnce() -> Self) -> Self {
                <T as Scalar>::near_or(is_near, near, far)
            }
            #[inline(always)]
            fn choose(
                condition: bool,
                first: impl FnOnce() -> Self,
                second: impl FnOnce() -> Self,
            ) -> Self {
                if condition { first() } else { second() }
            }
        }
    };
}
arithmetic!(abs, sqrt, exp, ln, sin, cos, sinh, cosh);
