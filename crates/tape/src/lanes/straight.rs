//! A number whose elementary functions have no branches.
//!
//! The rules of the tape are written over [`Scalar`]. Evaluated on [`Straight`] numbers they are
//! straight-line code, and a loop over lanes becomes vector code. What has no kernel of its own is
//! the standard library's function, lane by lane.

use super::kernels;
use crate::number::Scalar;
use crate::product::MatrixProduct;
use num_traits::{One, Zero};
use std::fmt;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// An `f32` or `f64`; `FUSED` as the [kernels](super::kernels) have it. A function may give NaN
/// where the standard library does not.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(super) struct Straight<F, const FUSED: bool>(pub F);

macro_rules! straight {
    ($Float:ident; own $($own:ident)*; standard $($standard:ident)*) => {
        straight!(operators $Float; Add add, Sub sub, Mul mul, Div div);
        straight!(assigning $Float; AddAssign add_assign, SubAssign sub_assign,
            MulAssign mul_assign, DivAssign div_assign);

        impl<const FUSED: bool> Neg for Straight<$Float, FUSED> {
            type Output = Self;
            #[inline(always)]
            fn neg(self) -> Self {
                Straight(-self.0)
            }
        }

        impl<const FUSED: bool> Zero for Straight<$Float, FUSED> {
            #[inline(always)]
            fn zero() -> Self {
                Straight(0.0)
            }
            fn is_zero(&self) -> bool {
                self.0 == 0.0
            }
        }

        impl<const FUSED: bool> One for Straight<$Float, FUSED> {
            #[inline(always)]
            fn one() -> Self {
                Straight(1.0)
            }
        }

        impl<const FUSED: bool> std::iter::Sum for Straight<$Float, FUSED> {
            fn sum<I: Iterator<Item = Self>>(numbers: I) -> Self {
                numbers.fold(Self::zero(), Add::add)
            }
        }

        impl<const FUSED: bool> std::iter::Product for Straight<$Float, FUSED> {
            fn product<I: Iterator<Item = Self>>(numbers: I) -> Self {
                numbers.fold(Self::one(), Mul::mul)
            }
        }

        impl<const FUSED: bool> MatrixProduct for Straight<$Float, FUSED> {}

        impl<const FUSED: bool> Scalar for Straight<$Float, FUSED> {
            const EPSILON: f64 = $Float::EPSILON as f64;

            #[inline(always)]
            fn from_f64(x: f64) -> Self {
                Straight(x as $Float)
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                f64::from(self.0)
            }
            #[inline(always)]
            fn real(self) -> Self {
                self
            }
            #[inline(always)]
            fn is_finite(self) -> bool {
                self.0.abs() <= $Float::MAX
            }
            #[inline(always)]
            fn powi(self, n: i32) -> Self {
                Straight(powi::<FUSED>(self.to_f64(), n) as $Float)
            }
            #[inline(always)]
            fn powf(self, exponent: Self) -> Self {
                Straight(kernels::pow::<FUSED>(self.to_f64(), exponent.to_f64()) as $Float)
            }
            #[inline(always)]
            fn atan2(self, x: Self) -> Self {
                Straight(self.0.atan2(x.0))
            }
            #[inline(always)]
            fn hypot(self, other: Self) -> Self {
                Straight(self.0.hypot(other.0))
            }
            #[inline(always)]
            fn asinh(self) -> Self {
                Straight(Scalar::asinh(self.0))
            }
            #[inline(always)]
            fn atanh(self) -> Self {
                Straight(Scalar::atanh(self.0))
            }
            #[inline(always)]
            fn near_or(is_near: bool, near: Self, _: impl FnOnce() -> Self) -> Self {
                if is_near { near } else { Straight($Float::NAN) }
            }
            $(#[inline(always)]
            fn $own(self) -> Self {
                Straight(kernels::$own::<FUSED>(self.to_f64()) as $Float)
            })*
            $(#[inline(always)]
            fn $standard(self) -> Self {
                Straight(self.0.$standard())
            })*
        }
    };
    (operators $Float:ident; $($Operator:ident $operator:ident),*) => {
        $(impl<const FUSED: bool> $Operator for Straight<$Float, FUSED> {
            type Output = Self;
            #[inline(always)]
            fn $operator(self, other: Self) -> Self {
                Straight($Operator::$operator(self.0, other.0))
            }
        })*
    };
    (assigning $Float:ident; $($Operator:ident $operator:ident),*) => {
        $(impl<const FUSED: bool> $Operator for Straight<$Float, FUSED> {
            #[inline(always)]
            fn $operator(&mut self, other: Self) {
                $Operator::$operator(&mut self.0, other.0);
            }
        })*
    };
}
straight! {
    f64;
    own exp exp2 exp_m1 ln ln_1p sin cos sinh cosh tanh;
    standard abs sqrt cbrt log2 log10 tan asin acos atan
}
straight! {
    f32;
    own exp exp2 exp_m1 ln ln_1p sin cos sinh cosh tanh;
    standard abs sqrt cbrt log2 log10 tan asin acos atan
}

impl<F: fmt::Display, const FUSED: bool> fmt::Display for Straight<F, FUSED> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An integer power: a product of few factors, of more a power whose sign is the base's.
#[inline(always)]
fn powi<const FUSED: bool>(x: f64, n: i32) -> f64 {
    let square = x * x;
    let power = match n.unsigned_abs() {
        0 => 1.0,
        1 => x,
        2 => square,
        3 => x * square,
        4 => square * square,
        5 => x * (square * square),
        _ => {
            let size = kernels::pow::<FUSED>(x.abs(), f64::from(n));
            return if n % 2 == 0 { size } else { size.copysign(x) };
        }
    };
    if n >= 0 {
        return power;
    }
    let is_normal = power.abs() >= f64::MIN_POSITIVE && power.abs() <= f64::MAX;
    if is_normal { 1.0 / power } else { f64::NAN }
}
