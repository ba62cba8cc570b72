//! Dual numbers on the tape: forward mode over reverse mode.
//!
//! A tape of dual numbers records the same entries as a tape of `f64`; its cotangents are dual too,
//! and their dual part is the derivative of the gradient along the direction put into the leaves,
//! that is a Hessian-vector product.
//!
//! From `num-dual` come the numbers, their sums and their products; every function is a rule of
//! this crate. Its value on a dual number has the real part that plain numbers give, to the last
//! bit. The other parts are derivatives, and come from the rule's slope, computed one order lower:
//! along a curve `f(x)′ = f′(x) · x′`, where `f′(x)` and `x′` carry one derivative less than
//! `f(x)`. At the bottom of it stand plain numbers.

use crate::number::{BinaryFunction, Scalar, UnaryFunction};
use crate::product::MatrixProduct;
use crate::rules::*;
use num_dual::{Derivative, Dual, Dual2, Dual3, DualSVec, HyperDual, HyperHyperDual};

/// The plain numbers that a number consists of.
trait Parts: Scalar {
    fn every_part(self, test: impl Fn(f64) -> bool) -> bool;
}

/// A number with derivatives, taken apart into a number of one order less and its derivative.
trait Derived: Parts {
    type Lower: Scalar;
    type Slope;

    fn lower(self) -> Self::Lower;
    fn slope(self) -> Self::Slope;
    fn join(lower: Self::Lower, slope: Self::Slope) -> Self;
    /// What a rule makes of the slope, but 0 of a slope that is 0 in every part: what does not vary
    /// contributes nothing, not even 0 · ∞.
    fn pulled(slope: Self::Slope, pull: impl Fn(Self::Lower) -> Self::Lower) -> Self::Slope;
    fn sum_of(slope: Self::Slope, other: Self::Slope) -> Self::Slope;
}

#[inline]
fn applied<D: Derived>(function: impl UnaryFunction, x: D) -> D {
    let lower = x.lower();
    let y = D::Lower::apply(function, lower);
    let dy = D::pulled(x.slope(), |d| function.pull(lower, y, d));
    D::join(y, dy)
}

#[inline]
fn applied_to_two<D: Derived>(function: impl BinaryFunction, x: D, y: D) -> D {
    let (a, b) = (x.lower(), y.lower());
    let z = D::Lower::apply_to_two(function, a, b);
    let by_x = D::pulled(x.slope(), |d| function.pull_x(a, b, z, d));
    let by_y = D::pulled(y.slope(), |d| function.pull_y(a, b, z, d));
    D::join(z, D::sum_of(by_x, by_y))
}

/// The tangent of what is of one order less is of the same type.
macro_rules! derived {
    (
        $real:ty: $dual:ty, $lower:ty, parts $parts:expr,
        lower $of:expr, slope $slope:expr, join $join:expr
    ) => {
        impl Parts for $dual {
            fn every_part(self, test: impl Fn(f64) -> bool) -> bool {
                let parts: fn(Self) -> _ = $parts;
                parts(self).into_iter().all(|part| test(part.into()))
            }
        }

        impl Derived for $dual {
            type Lower = $lower;
            type Slope = $lower;

            #[inline]
            fn lower(self) -> $lower {
                let lower: fn(Self) -> $lower = $of;
                lower(self)
            }
            #[inline]
            fn slope(self) -> $lower {
                let slope: fn(Self) -> $lower = $slope;
                slope(self)
            }
            #[inline]
            fn join(lower: $lower, slope: $lower) -> Self {
                let join: fn($lower, $lower) -> Self = $join;
                join(lower, slope)
            }
            #[inline]
            fn pulled(slope: $lower, pull: impl Fn($lower) -> $lower) -> $lower {
                if slope.every_part(|part| part == 0.0) { slope } else { pull(slope) }
            }
            #[inline]
            fn sum_of(slope: $lower, other: $lower) -> $lower {
                slope + other
            }
        }

        dual_scalar!([] $dual, $real);
    };
}

macro_rules! dual_scalar {
    ([$($generics:tt)*] $dual:ty, $real:ty) => {
        impl<$($generics)*> MatrixProduct for $dual {}

        impl<$($generics)*> Scalar for $dual {
            const EPSILON: f64 = <$real as Scalar>::EPSILON;

            fn from_f64(x: f64) -> Self {
                Self::from(x as $real)
            }
            fn to_f64(self) -> f64 {
                self.re.into()
            }
            fn real(self) -> Self {
                Self::from(self.re)
            }
            fn is_finite(self) -> bool {
                self.every_part(f64::is_finite)
            }
            fn powi(self, n: i32) -> Self {
                applied(PowI(n), self)
            }
            fn apply(function: impl UnaryFunction, x: Self) -> Self {
                applied(function, x)
            }
            fn apply_to_two(function: impl BinaryFunction, x: Self, y: Self) -> Self {
                applied_to_two(function, x, y)
            }
            dual_scalar!(@unary abs Abs, sqrt Sqrt, cbrt Cbrt, exp Exp, exp2 Exp2, exp_m1 ExpM1,
                ln Ln, ln_1p Ln1p, log2 Log2, log10 Log10, sin Sin, cos Cos, tan Tan, asin Asin,
                acos Acos, atan Atan, sinh Sinh, cosh Cosh, tanh Tanh, asinh Asinh, atanh Atanh);
            dual_scalar!(@binary powf Pow, atan2 Atan2, hypot Hypot, over Div);
        }
    };
    (@unary $($function:ident $rule:ident),*) => {
        $(fn $function(self) -> Self {
            applied($rule, self)
        })*
    };
    (@binary $($function:ident $rule:ident),*) => {
        $(fn $function(self, other: Self) -> Self {
            applied_to_two($rule, self, other)
        })*
    };
}

macro_rules! duals_of {
    ($($real:ty)*) => {
        $(
            impl Parts for $real {
                #[inline]
                fn every_part(self, test: impl Fn(f64) -> bool) -> bool {
                    test(self.into())
                }
            }

            derived!($real: Dual<$real>, $real,
                parts |x| [x.re, x.eps],
                lower |x| x.re,
                slope |x| x.eps,
                join Dual::new);
            derived!($real: Dual2<$real>, Dual<$real>,
                parts |x| [x.re, x.v1, x.v2],
                lower |x| Dual::new(x.re, x.v1),
                slope |x| Dual::new(x.v1, x.v2),
                join |y, dy| Dual2::new(y.re, dy.re, dy.eps));
            derived!($real: Dual3<$real>, Dual2<$real>,
                parts |x| [x.re, x.v1, x.v2, x.v3],
                lower |x| Dual2::new(x.re, x.v1, x.v2),
                slope |x| Dual2::new(x.v1, x.v2, x.v3),
                join |y, dy| Dual3::new(y.re, dy.re, dy.v1, dy.v2));
            derived!($real: HyperDual<$real>, Dual<$real>,
                parts |x| [x.re, x.eps1, x.eps2, x.eps1eps2],
                lower |x| Dual::new(x.re, x.eps2),
                slope |x| Dual::new(x.eps1, x.eps1eps2),
                join |y, dy| HyperDual::new(y.re, dy.re, y.eps, dy.eps));
            derived!($real: HyperHyperDual<$real>, HyperDual<$real>,
                parts |x| [
                    x.re, x.eps1, x.eps2, x.eps3, x.eps1eps2, x.eps1eps3, x.eps2eps3,
                    x.eps1eps2eps3
                ],
                lower |x| HyperDual::new(x.re, x.eps2, x.eps3, x.eps2eps3),
                slope |x| HyperDual::new(x.eps1, x.eps1eps2, x.eps1eps3, x.eps1eps2eps3),
                join |y, dy| HyperHyperDual::new(
                    y.re, dy.re, y.eps1, y.eps2, dy.eps1, dy.eps2, y.eps1eps2, dy.eps1eps2
                ));

            impl<const N: usize> Parts for DualSVec<$real, N> {
                fn every_part(self, test: impl Fn(f64) -> bool) -> bool {
                    let parts = self.eps.0;
                    test(self.re.into()) && parts.iter().flatten().all(|&part| test(part.into()))
                }
            }

            /// The derivatives along several directions of a plain number.
            impl<const N: usize> Derived for DualSVec<$real, N> {
                type Lower = $real;
                type Slope = Option<nalgebra::SVector<$real, N>>;

                fn lower(self) -> $real {
                    self.re
                }
                fn slope(self) -> Self::Slope {
                    self.eps.0
                }
                fn join(lower: $real, slope: Self::Slope) -> Self {
                    DualSVec::new(lower, Derivative::new(slope))
                }
                fn pulled(slope: Self::Slope, pull: impl Fn($real) -> $real) -> Self::Slope {
                    let pulled = |part| if part == 0.0 { part } else { pull(part) };
                    slope.map(|parts| parts.map(pulled))
                }
                fn sum_of(slope: Self::Slope, other: Self::Slope) -> Self::Slope {
                    match (slope, other) {
                        (Some(slope), Some(other)) => Some(slope + other),
                        (one, None) | (None, one) => one,
                    }
                }
            }

            dual_scalar!([const N: usize] DualSVec<$real, N>, $real);
        )*
    };
}

duals_of!(f32 f64);
