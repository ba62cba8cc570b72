//! Rules as loops over lanes call them.
//!
//! By type and not as closures: a function that is not inlined into a loop that was compiled for
//! wide vectors is compiled for none, and runs ten times as long. Methods can be told to be
//! inlined, closures cannot.

use super::lane::Lane;
use crate::number::{Arithmetic, Scalar};
use crate::rules::{Binary, Code, PowI, Unary};
use std::marker::PhantomData;

/// Whether a rule's loop over lanes becomes vector code with numbers of `N`. Of other rules one
/// loop is compiled for each type of number, and not one for each instruction set: that would only
/// take time to build.
pub(super) const fn is_vector_code<T, N: Lane<T>>(code: Code) -> bool {
    match code {
        // Done by the processor itself.
        Code::Div | Code::DivNumber | Code::NumberDiv => true,
        Code::Recip | Code::Square | Code::Sqrt | Code::Abs | Code::Relu => true,
        Code::Max | Code::MaxNumber | Code::NumberMax => true,
        Code::Min | Code::MinNumber | Code::NumberMin => true,
        Code::Greater | Code::GreaterNumber | Code::NumberGreater => true,
        Code::AtLeast | Code::AtLeastNumber | Code::NumberAtLeast => true,
        // By the kernels.
        Code::Exp | Code::Exp2 | Code::ExpM1 | Code::Ln | Code::Ln1p => !N::PLAIN,
        Code::Sin | Code::Cos | Code::Sinh | Code::Cosh | Code::Tanh => !N::PLAIN,
        Code::Sigmoid | Code::Softplus | Code::LogSigmoid => !N::PLAIN,
        Code::Pow | Code::PowNumber | Code::NumberPow | Code::PowI => !N::PLAIN,
        // By the standard library, or not in this way at all.
        _ => false,
    }
}

/// A rule of one row.
pub(super) trait OfOne<T: Scalar>: Copy {
    /// Whether the slope may leave the number range.
    const GUARDED: bool;

    /// Whether a slope has kept its digits and its size, of a rule that is guarded.
    #[inline(always)]
    fn is_kept<N: Lane<T>>(slope: N) -> bool {
        Arithmetic::is_normal(slope)
    }
    /// The rule's value.
    fn value<N: Lane<T>>(self, x: N) -> N;
    /// Its slope by the row, from the value `z`.
    fn slope<N: Lane<T>>(self, x: N, z: N) -> N;
    /// What the row gets of the cotangent `d`.
    fn pull(self, x: T, z: T, d: T) -> T;
}

/// A rule of one number.
#[derive(Clone, Copy, Default)]
pub(super) struct One<R>(PhantomData<R>);

impl<T: Scalar, R: Unary> OfOne<T> for One<R> {
    const GUARDED: bool = R::GUARDED;

    #[inline(always)]
    fn is_kept<N: Lane<T>>(slope: N) -> bool {
        R::is_kept(slope)
    }
    #[inline(always)]
    fn value<N: Lane<T>>(self, x: N) -> N {
        R::value(x)
    }
    #[inline(always)]
    fn slope<N: Lane<T>>(self, x: N, z: N) -> N {
        R::derivative(x, z)
    }
    #[inline(always)]
    fn pull(self, x: T, z: T, d: T) -> T {
        R::pull(x, z, d)
    }
}

/// A rule of a row and a number that is the same in every lane.
#[derive(Clone, Copy)]
pub(super) struct NumberRight<R, T>(PhantomData<R>, T);

impl<R, T> NumberRight<R, T> {
    #[inline(always)]
    pub fn new(number: T) -> Self {
        NumberRight(PhantomData, number)
    }
}

impl<T: Scalar, R: Binary> OfOne<T> for NumberRight<R, T> {
    const GUARDED: bool = R::GUARDED;

    #[inline(always)]
    fn value<N: Lane<T>>(self, x: N) -> N {
        R::value(x, N::of(self.1))
    }
    #[inline(always)]
    fn slope<N: Lane<T>>(self, x: N, z: N) -> N {
        R::dx(x, N::of(self.1), z)
    }
    #[inline(always)]
    fn pull(self, x: T, z: T, d: T) -> T {
        R::pull_x(x, self.1, z, d)
    }
}

/// A rule of a number that is the same in every lane, and a row.
#[derive(Clone, Copy)]
pub(super) struct NumberLeft<R, T>(PhantomData<R>, T);

impl<R, T> NumberLeft<R, T> {
    #[inline(always)]
    pub fn new(number: T) -> Self {
        NumberLeft(PhantomData, number)
    }
}

impl<T: Scalar, R: Binary> OfOne<T> for NumberLeft<R, T> {
    const GUARDED: bool = R::GUARDED;

    #[inline(always)]
    fn value<N: Lane<T>>(self, y: N) -> N {
        R::value(N::of(self.1), y)
    }
    #[inline(always)]
    fn slope<N: Lane<T>>(self, y: N, z: N) -> N {
        R::dy(N::of(self.1), y, z)
    }
    #[inline(always)]
    fn pull(self, y: T, z: T, d: T) -> T {
        R::pull_y(self.1, y, z, d)
    }
}

impl<T: Scalar> OfOne<T> for PowI {
    const GUARDED: bool = true;

    #[inline(always)]
    fn value<N: Lane<T>>(self, x: N) -> N {
        Scalar::powi(x, self.0)
    }
    #[inline(always)]
    fn slope<N: Lane<T>>(self, x: N, _: N) -> N {
        N::from_f64(f64::from(self.0)) * Scalar::powi(x, self.0.saturating_sub(1))
    }
    #[inline(always)]
    fn pull(self, x: T, _: T, d: T) -> T {
        PowI::pull(self, x, d)
    }
}
