//! Operators of scalars: with handles and with numbers on either side.

use super::by_reference::{assignment, by_reference};
use super::var::Var;
use crate::number::Scalar;
use crate::rules;
use std::iter::{Product, Sum};
use std::ops::{Add, Div, Mul, Neg, Sub};

/// An operator on two handles, on a handle and a number, and as an assignment.
macro_rules! operator {
    ($trait:ident $method:ident $assign:ident $assign_method:ident) => {
        impl<'t, T: Scalar> $trait for Var<'t, T> {
            type Output = Self;
            #[inline(always)]
            #[track_caller]
            fn $method(self, other: Self) -> Self {
                self.binary::<rules::$trait>(other)
            }
        }

        impl<'t, T: Scalar> $trait<T> for Var<'t, T> {
            type Output = Self;
            #[inline(always)]
            #[track_caller]
            fn $method(self, other: T) -> Self {
                self.number_right::<rules::$trait>(other)
            }
        }

        by_reference!($trait $method, ['t, T: Scalar] Var<'t, T>, Var<'t, T> => Var<'t, T>);
        by_reference!($trait $method, ['t, T: Scalar] Var<'t, T>, T => Var<'t, T>);
        assignment!($trait $method $assign $assign_method, ['t, T: Scalar] Var<'t, T>, Var<'t, T>);
        assignment!($trait $method $assign $assign_method, ['t, T: Scalar] Var<'t, T>, T);
    };
}
operator!(Add add AddAssign add_assign);
operator!(Sub sub SubAssign sub_assign);
operator!(Mul mul MulAssign mul_assign);
operator!(Div div DivAssign div_assign);

/// A number on the left of a handle; one list of concrete types, because Rust has no other way.
macro_rules! number_on_the_left {
    ([$($generics:tt)*] $number:ty) => {
        $crate::handle::scalar_operators::number_on_the_left!(@ [$($generics)*] $number, Add add);
        $crate::handle::scalar_operators::number_on_the_left!(@ [$($generics)*] $number, Sub sub);
        $crate::handle::scalar_operators::number_on_the_left!(@ [$($generics)*] $number, Mul mul);
        $crate::handle::scalar_operators::number_on_the_left!(@ [$($generics)*] $number, Div div);
    };
    (@ [$($generics:tt)*] $number:ty, $trait:ident $method:ident) => {
        impl<'t, $($generics)*> std::ops::$trait<$crate::Var<'t, $number>> for $number {
            type Output = $crate::Var<'t, $number>;
            #[inline(always)]
            #[track_caller]
            fn $method(self, other: $crate::Var<'t, $number>) -> Self::Output {
                other.number_left::<$crate::rules::$trait>(self)
            }
        }

        $crate::handle::by_reference::by_reference!(
            $trait $method,
            ['t, $($generics)*] $number, $crate::Var<'t, $number> => $crate::Var<'t, $number>
        );
    };
}
pub(crate) use number_on_the_left;
number_on_the_left!([] f32);
number_on_the_left!([] f64);

impl<T: Scalar> Neg for Var<'_, T> {
    type Output = Self;
    #[inline]
    #[track_caller]
    fn neg(self) -> Self {
        self.unary::<rules::Neg>()
    }
}

impl<'t, T: Scalar> Neg for &Var<'t, T> {
    type Output = Var<'t, T>;
    #[inline]
    #[track_caller]
    fn neg(self) -> Var<'t, T> {
        -*self
    }
}

impl<T: Scalar> Sum for Var<'_, T> {
    /// One addition for each handle; [`sum`](crate::sum) records a single entry. On a tape that
    /// keeps locations, that of these additions is here: the standard library does not hand on who
    /// called `iter.sum()`, while `sum` of a slice is placed where it is called.
    fn sum<I: Iterator<Item = Self>>(handles: I) -> Self {
        handles.reduce(|a, b| a + b).unwrap_or(Var::from(T::zero()))
    }
}

impl<'a, 't: 'a, T: Scalar> Sum<&'a Var<'t, T>> for Var<'t, T> {
    fn sum<I: Iterator<Item = &'a Self>>(handles: I) -> Self {
        handles.copied().sum()
    }
}

impl<T: Scalar> Product for Var<'_, T> {
    fn product<I: Iterator<Item = Self>>(handles: I) -> Self {
        handles.reduce(|a, b| a * b).unwrap_or(Var::from(T::one()))
    }
}

impl<'a, 't: 'a, T: Scalar> Product<&'a Var<'t, T>> for Var<'t, T> {
    fn product<I: Iterator<Item = &'a Self>>(handles: I) -> Self {
        handles.copied().product()
    }
}
