//! Dual numbers on the tape: forward mode over reverse mode.
//!
//! A tape of dual numbers records the same entries as a tape of `f64`; its cotangents are dual too,
//! and their dual part is the derivative of the gradient along the direction put into the leaves,
//! that is a Hessian-vector product.
//!
//! `num-dual` differs from this crate's conventions (`docs/conventions.md`) where a function has a
//! kink or a vertical tangent, and its `tanh` overflows; `abs`, `sqrt`, `cbrt`, `hypot`, `tanh` and
//! the powers are therefore defined here, the rest is forwarded.

use super::scalar::Scalar;
use crate::product::MatrixProduct;
use num_dual::{Dual, Dual2, Dual3, DualNum, DualSVec, HyperDual, HyperHyperDual};
use num_traits::{One, Zero};

macro_rules! dual_scalar {
    ([$($generics:tt)*] $dual:ty, $real:ty, |$x:ident, $test:ident| $every_part:expr) => {
        impl<$($generics)*> MatrixProduct for $dual {}

        impl<$($generics)*> Lift for $dual {
            type Part = $real;

            fn lift(self, value: $real, slope: $real) -> Self {
                let mut result = DualNum::scale(self, &slope);
                result.re = value;
                result
            }
            fn every_part(self, $test: impl Fn($real) -> bool) -> bool {
                let $x = self;
                $every_part
            }
        }

        impl<$($generics)*> Scalar for $dual {
            const EPSILON: f64 = <$real>::EPSILON as f64;

            fn from_f64(x: f64) -> Self {
                Self::from(x as $real)
            }
            fn to_f64(self) -> f64 {
                self.re as f64
            }
            fn real(self) -> Self {
                Self::from(self.re)
            }
            fn is_finite(self) -> bool {
                self.re.is_finite() && self.every_part(<$real>::is_finite)
            }
            fn abs(self) -> Self {
                if self.re > 0.0 {
                    self
                } else if self.re < 0.0 {
                    -self
                } else {
                    // 0, or NaN for NaN.
                    self.lift(self.re.abs(), self.re * 0.0)
                }
            }
            fn sqrt(self) -> Self {
                if self.re == 0.0 {
                    return self.lift(self.re, <$real>::INFINITY);
                }
                DualNum::sqrt(&self)
            }
            fn cbrt(self) -> Self {
                if self.re == 0.0 {
                    return self.lift(self.re, <$real>::INFINITY);
                }
                DualNum::cbrt(&self)
            }
            fn powi(self, n: i32) -> Self {
                let power = num_traits::pow(self, n.unsigned_abs() as usize);
                if n < 0 { Self::one() / power } else { power }
            }
            fn powf(self, exponent: Self) -> Self {
                let n = exponent.re;
                let power = if n.fract() == 0.0 && n.abs() <= 64.0 {
                    Scalar::powi(self, n as i32)
                } else if self.re == 0.0 || !n.is_finite() {
                    self.lift(self.re.powf(n), n * self.re.powf(n - 1.0))
                } else {
                    DualNum::powf(&self, n)
                };
                let varying = exponent - Self::from(n);
                if varying.every_part(|part| part == 0.0) || (self.re == 0.0 && n >= 0.0) {
                    return power;
                }
                // The logarithm of a negative number is NaN, its whole powers are not.
                let mut result = power * DualNum::exp(&(varying * DualNum::ln(&self)));
                result.re = power.re;
                result
            }
            fn atan2(self, x: Self) -> Self {
                DualNum::atan2(&self, x)
            }
            fn hypot(self, other: Self) -> Self {
                let largest = self.re.abs().max(other.re.abs());
                if largest == 0.0 {
                    return Self::zero();
                }
                if !largest.is_finite() {
                    return Self::from(self.re.hypot(other.re));
                }
                let scale = Self::from(largest);
                let (a, b) = (self / scale, other / scale);
                DualNum::sqrt(&(a * a + b * b)) * scale
            }
            fn tanh(self) -> Self {
                // No quotient of two exponentials that overflow, and exact near 0.
                let size = if self.re < 0.0 { -self } else { self };
                let e = DualNum::exp_m1(&-(size + size));
                let mut result = -e / (e + Self::from(2.0));
                if self.re < 0.0 {
                    result = -result;
                }
                result.re = self.re.tanh();
                result
            }
            dual_scalar!(@forward $real; exp exp2 exp_m1 ln ln_1p log2 log10 sin cos tan asin acos
                atan sinh cosh asinh atanh);
        }
    };
    (@forward $real:ty; $($function:ident)*) => {
        $(fn $function(self) -> Self {
            // To the last bit what a tape of plain numbers holds.
            let value = <$real>::$function(self.re);
            if value.is_nan() {
                return self.lift(value, value);
            }
            let mut result = DualNum::$function(&self);
            result.re = value;
            result
        })*
    };
}

/// What the definitions above need of a dual number.
trait Lift: Copy {
    /// The type of the real part.
    type Part;
    /// The number with real part `value` and every other part multiplied by `slope`: a function
    /// with that value and derivative, to first order.
    fn lift(self, value: Self::Part, slope: Self::Part) -> Self;
    /// Whether every part but the real one passes the test.
    fn every_part(self, test: impl Fn(Self::Part) -> bool) -> bool;
}

macro_rules! dual_scalars {
    ($($real:ty)*) => {
        $(
            dual_scalar!([] Dual<$real>, $real, |x, test| test(x.eps));
            dual_scalar!([] Dual2<$real>, $real, |x, test| test(x.v1) && test(x.v2));
            dual_scalar!([] Dual3<$real>, $real, |x, test| test(x.v1) && test(x.v2) && test(x.v3));
            dual_scalar!([] HyperDual<$real>, $real,
                |x, test| test(x.eps1) && test(x.eps2) && test(x.eps1eps2));
            dual_scalar!([] HyperHyperDual<$real>, $real,
                |x, test| [
                    x.eps1, x.eps2, x.eps3, x.eps1eps2, x.eps1eps3, x.eps2eps3, x.eps1eps2eps3
                ].into_iter().all(test));
            dual_scalar!([const N: usize] DualSVec<$real, N>, $real,
                |x, test| x.eps.0.is_none_or(|eps| eps.iter().all(|&part| test(part))));
        )*
    };
}

dual_scalars!(f32 f64);
