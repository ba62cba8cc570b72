//! The operators of matrices: with matrices, scalars and numbers on either side.

use super::by_reference::{assignment, by_reference};
use super::matrix_var::MatrixVar;
use super::var::Var;
use crate::number::Scalar;
use crate::rules;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// An operator of a matrix with a scalar or a number, on either side, and as an assignment.
macro_rules! with_scalars {
    ($trait:ident $method:ident $assign:ident $assign_method:ident) => {
        impl<'t, T: Scalar> $trait<Var<'t, T>> for MatrixVar<'t, T> {
            type Output = Self;
            #[track_caller]
            fn $method(self, other: Var<'t, T>) -> Self {
                Self::zip::<rules::$trait>(self.into(), other.into())
            }
        }

        impl<'t, T: Scalar> $trait<MatrixVar<'t, T>> for Var<'t, T> {
            type Output = MatrixVar<'t, T>;
            #[track_caller]
            fn $method(self, other: MatrixVar<'t, T>) -> MatrixVar<'t, T> {
                MatrixVar::zip::<rules::$trait>(self.into(), other.into())
            }
        }

        impl<'t, T: Scalar> $trait<T> for MatrixVar<'t, T> {
            type Output = Self;
            #[track_caller]
            fn $method(self, other: T) -> Self {
                Self::zip::<rules::$trait>(self.into(), other.into())
            }
        }

        by_reference!($trait $method,
            ['t, T: Scalar] MatrixVar<'t, T>, Var<'t, T> => MatrixVar<'t, T>);
        by_reference!($trait $method,
            ['t, T: Scalar] Var<'t, T>, MatrixVar<'t, T> => MatrixVar<'t, T>);
        by_reference!($trait $method, ['t, T: Scalar] MatrixVar<'t, T>, T => MatrixVar<'t, T>);
        assignment!($trait $method $assign $assign_method,
            ['t, T: Scalar] MatrixVar<'t, T>, Var<'t, T>);
        assignment!($trait $method $assign $assign_method,
            ['t, T: Scalar] MatrixVar<'t, T>, T);
    };
}
with_scalars!(Add add AddAssign add_assign);
with_scalars!(Sub sub SubAssign sub_assign);
with_scalars!(Mul mul MulAssign mul_assign);
with_scalars!(Div div DivAssign div_assign);

/// A number on the left of a matrix. `inline`, so that it is compiled where it is used: here it
/// would bring the whole ops along, for a dozen types of numbers: half of what the compiler would
/// get of this crate.
macro_rules! number_on_the_left {
    ([$($generics:tt)*] $number:ty) => {
        $crate::handle::matrix_operators::number_on_the_left!(@ [$($generics)*] $number, Add add);
        $crate::handle::matrix_operators::number_on_the_left!(@ [$($generics)*] $number, Sub sub);
        $crate::handle::matrix_operators::number_on_the_left!(@ [$($generics)*] $number, Mul mul);
        $crate::handle::matrix_operators::number_on_the_left!(@ [$($generics)*] $number, Div div);
    };
    (@ [$($generics:tt)*] $number:ty, $trait:ident $method:ident) => {
        impl<'t, $($generics)*> std::ops::$trait<$crate::MatrixVar<'t, $number>> for $number {
            type Output = $crate::MatrixVar<'t, $number>;
            #[inline]
            #[track_caller]
            fn $method(self, other: $crate::MatrixVar<'t, $number>) -> Self::Output {
                std::ops::$trait::$method($crate::Var::from(self), other)
            }
        }

        $crate::handle::by_reference::by_reference!(
            $trait $method,
            ['t, $($generics)*] $number, $crate::MatrixVar<'t, $number>
                => $crate::MatrixVar<'t, $number>
        );
    };
}
pub(crate) use number_on_the_left;
number_on_the_left!([] f32);
number_on_the_left!([] f64);

impl<T: Scalar> Add for MatrixVar<'_, T> {
    type Output = Self;
    #[inline]
    #[track_caller]
    fn add(self, other: Self) -> Self {
        Self::zip::<rules::Add>(self.into(), other.into())
    }
}

impl<T: Scalar> Sub for MatrixVar<'_, T> {
    type Output = Self;
    #[inline]
    #[track_caller]
    fn sub(self, other: Self) -> Self {
        Self::zip::<rules::Sub>(self.into(), other.into())
    }
}

impl<T: Scalar> Mul for MatrixVar<'_, T> {
    type Output = Self;
    #[inline]
    #[track_caller]
    fn mul(self, other: Self) -> Self {
        self.matmul(other)
    }
}

/// The same with one matrix or both behind a reference, and as an assignment: `x *= y` is the
/// matrix product `x = x * y`.
macro_rules! of_matrices {
    ($trait:ident $method:ident $assign:ident $assign_method:ident) => {
        by_reference!($trait $method,
            ['t, T: Scalar] MatrixVar<'t, T>, MatrixVar<'t, T> => MatrixVar<'t, T>);
        assignment!($trait $method $assign $assign_method,
            ['t, T: Scalar] MatrixVar<'t, T>, MatrixVar<'t, T>);
    };
}
of_matrices!(Add add AddAssign add_assign);
of_matrices!(Sub sub SubAssign sub_assign);
of_matrices!(Mul mul MulAssign mul_assign);

impl<T: Scalar> Neg for MatrixVar<'_, T> {
    type Output = Self;
    #[track_caller]
    fn neg(self) -> Self {
        self.map::<rules::Neg>()
    }
}

impl<'t, T: Scalar> Neg for &MatrixVar<'t, T> {
    type Output = MatrixVar<'t, T>;
    #[inline]
    #[track_caller]
    fn neg(self) -> MatrixVar<'t, T> {
        -*self
    }
}
