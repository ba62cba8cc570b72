//! Operators of a matrix on the tape with one of nalgebra's, on either side.
//!
//! The latter becomes an input of the tape, a copy without a derivative, each time it stands in an
//! expression. Where it is used more than once, [`Tape::input`](crate::Tape::input) records it
//! once.

use super::matrix_var::MatrixVar;
use crate::number::Scalar;
use nalgebra::{Dim, Matrix, RawStorage};
use std::ops::{Add, AddAssign, Mul, MulAssign, Sub, SubAssign};

/// An operator with a matrix of nalgebra, borrowed or not, on the right, on the left, and as an
/// assignment. `*` is the matrix product, as everywhere.
macro_rules! with_nalgebra {
    ($($trait:ident $method:ident $assign:ident $assign_method:ident),*) => {
        $(
            with_nalgebra!(@ $trait $method $assign $assign_method, Matrix<T, R, C, S>, |d| &d);
            with_nalgebra!(@ $trait $method $assign $assign_method, &Matrix<T, R, C, S>, |d| d);
        )*
    };
    (@ $trait:ident $method:ident $assign:ident $assign_method:ident,
        $plain:ty, |$d:ident| $borrowed:expr) => {
        with_nalgebra!(@@ $trait $method, $plain, MatrixVar<'t, T>, |$d| $borrowed);
        with_nalgebra!(@@ $trait $method, $plain, &MatrixVar<'t, T>, |$d| $borrowed);

        impl<'t, T, R, C, S> $assign<$plain> for MatrixVar<'t, T>
        where
            T: Scalar,
            R: Dim,
            C: Dim,
            S: RawStorage<T, R, C>,
        {
            #[track_caller]
            fn $assign_method(&mut self, other: $plain) {
                *self = $trait::$method(*self, other);
            }
        }
    };
    (@@ $trait:ident $method:ident, $plain:ty, $handle:ty, |$d:ident| $borrowed:expr) => {
        impl<'t, T, R, C, S> $trait<$plain> for $handle
        where
            T: Scalar,
            R: Dim,
            C: Dim,
            S: RawStorage<T, R, C>,
        {
            type Output = MatrixVar<'t, T>;
            #[track_caller]
            fn $method(self, $d: $plain) -> MatrixVar<'t, T> {
                $trait::$method(self, self.tape.input($borrowed))
            }
        }

        impl<'t, T, R, C, S> $trait<$handle> for $plain
        where
            T: Scalar,
            R: Dim,
            C: Dim,
            S: RawStorage<T, R, C>,
        {
            type Output = MatrixVar<'t, T>;
            #[track_caller]
            fn $method(self, other: $handle) -> MatrixVar<'t, T> {
                let $d = self;
                $trait::$method(other.tape.input($borrowed), other)
            }
        }
    };
}
with_nalgebra!(
    Add add AddAssign add_assign,
    Sub sub SubAssign sub_assign,
    Mul mul MulAssign mul_assign
);
