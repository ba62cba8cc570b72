//! Numeric code written once: for plain numbers, for dual numbers and for the tape.

use super::var::Var;
use crate::number::Scalar;
use crate::ops::{Chooser, Clamp};
use crate::rules::{self, PowI, scalar_functions};
use crate::rules::{Binary, Unary};
use std::fmt::Debug;
use std::iter::{Product, Sum};
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

mod private {
    pub trait Sealed {}
    impl<T: crate::Scalar> Sealed for T {}
    impl<T: crate::Scalar> Sealed for crate::Var<'_, T> {}
}

macro_rules! real {
    (
        unary { $($u:ident $um:ident),* }
        binary { $($b:ident $bm:ident),* }
    ) => {
        /// A real number: `f32`, `f64`, a dual number, or a [`Var`] on a tape.
        ///
        /// ```
        /// use tape::{Real, gradient};
        ///
        /// /// Rosenbrock's banana function.
        /// fn banana<R: Real>(x: R, y: R) -> R {
        ///     let (one, hundred) = (R::from_f64(1.0), R::from_f64(100.0));
        ///     (one - x).square() + hundred * (y - x.square()).square()
        /// }
        ///
        /// assert_eq!(banana(1.0, 2.0), 100.0);
        /// assert_eq!(gradient(|v| banana(v[0], v[1]), &[1.0, 2.0]), [-400.0, 200.0]);
        /// ```
        ///
        /// Operators and comparisons take another `R`, or the plain number underneath on the right:
        /// where that is `f64`, literals need no conversion.
        ///
        /// ```
        /// use tape::{Real, gradient};
        ///
        /// fn cubic<R: Real<Number = f64>>(x: R) -> R {
        ///     if x > 0.0 { x.powi(3) * 2.0 + 1.0 } else { x - 1.0 }
        /// }
        ///
        /// assert_eq!(cubic(2.0), 17.0);
        /// assert_eq!(gradient(|v| cubic(v[0]), &[2.0]), [24.0]);
        /// ```
        ///
        /// The functions follow the crate's conventions on every type: `max` of NaN is NaN, `abs`
        /// has slope 0 at 0.
        ///
        /// The trait is sealed, so that rules can be added to it: it is implemented for every
        /// [`Scalar`] and for handles. A number type of one's own implements [`Scalar`].
        #[doc(alias = "no_grad")]
        pub trait Real:
            private::Sealed
            + Copy
            + Debug
            + PartialOrd
            + Neg<Output = Self>
            + Add<Output = Self>
            + Sub<Output = Self>
            + Mul<Output = Self>
            + Div<Output = Self>
            + AddAssign
            + SubAssign
            + MulAssign
            + DivAssign
            + Sum
            + Product
            + PartialOrd<<Self as Real>::Number>
            + Add<<Self as Real>::Number, Output = Self>
            + Sub<<Self as Real>::Number, Output = Self>
            + Mul<<Self as Real>::Number, Output = Self>
            + Div<<Self as Real>::Number, Output = Self>
            + AddAssign<<Self as Real>::Number>
            + SubAssign<<Self as Real>::Number>
            + MulAssign<<Self as Real>::Number>
            + DivAssign<<Self as Real>::Number>
        {
            /// The plain numbers underneath: `f64` for `f64` and for `Var<f64>`.
            type Number: Scalar;

            /// A constant.
            fn constant(x: Self::Number) -> Self;

            /// The value, apart from any tape. Comparing values records no guard.
            fn number(self) -> Self::Number;

            /// The constant nearest to `x`.
            fn from_f64(x: f64) -> Self {
                Self::constant(<Self::Number as Scalar>::from_f64(x))
            }

            /// `self` to an integer power: [`PowI`].
            fn powi(self, n: i32) -> Self;

            /// `positive` where `self > 0`, `otherwise` elsewhere: [`Select`](crate::ops::Select).
            /// On a tape a decision that a replay makes anew, where an `if` is a guard.
            fn select(self, positive: Self, otherwise: Self) -> Self;

            /// `self` brought into the range from `low` to `high`: [`Clamp`](crate::ops::Clamp).
            fn clamp(self, low: Self, high: Self) -> Self;

            $(
                #[doc = concat!("[`", stringify!($u), "`](crate::rules::", stringify!($u), ").")]
                fn $um(self) -> Self;
            )*
            $(
                #[doc = concat!("[`", stringify!($b), "`](crate::rules::", stringify!($b),
                    ") of `self` and `other`.")]
                fn $bm(self, other: Self) -> Self;
            )*
        }

        impl<T: Scalar> Real for T {
            type Number = T;

            #[inline]
            fn constant(x: T) -> T {
                x
            }
            #[inline]
            fn number(self) -> T {
                self
            }
            #[inline]
            fn powi(self, n: i32) -> T {
                PowI(n).value(self)
            }
            #[inline]
            fn select(self, positive: T, otherwise: T) -> T {
                Scalar::select(self, positive, otherwise)
            }
            #[inline]
            fn clamp(self, low: T, high: T) -> T {
                let numbers = [self, low, high];
                numbers[Clamp::chosen(numbers)]
            }
            $(#[inline]
            fn $um(self) -> T {
                <rules::$u as Unary>::value(self)
            })*
            $(#[inline]
            fn $bm(self, other: T) -> T {
                <rules::$b as Binary>::value(self, other)
            })*
        }

        impl<'t, T: Scalar> Real for Var<'t, T> {
            type Number = T;

            #[inline]
            fn constant(x: T) -> Self {
                Var::from(x)
            }
            #[inline]
            fn number(self) -> T {
                self.value()
            }
            #[inline]
            #[track_caller]
            fn powi(self, n: i32) -> Self {
                Var::powi(self, n)
            }
            #[track_caller]
            fn select(self, positive: Self, otherwise: Self) -> Self {
                Var::select(self, positive, otherwise)
            }
            #[track_caller]
            fn clamp(self, low: Self, high: Self) -> Self {
                Var::clamp(self, low, high)
            }
            $(#[inline]
            #[track_caller]
            fn $um(self) -> Self {
                self.unary::<rules::$u>()
            })*
            $(#[inline]
            #[track_caller]
            fn $bm(self, other: Self) -> Self {
                self.binary::<rules::$b>(other)
            })*
        }
    };
}
scalar_functions!(real);
