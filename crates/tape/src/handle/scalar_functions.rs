//! Functions of scalars: every scalar rule as a method of [`Var`].

use super::tape::Tape;
use super::var::Var;
use crate::error::Place;
use crate::number::Scalar;
use crate::rules::{self, Code, CodedBinary, CodedUnary, PowI, scalar_functions};
use std::panic::Location;

impl<'t, T: Scalar> Var<'t, T> {
    #[inline(always)]
    #[track_caller]
    pub(crate) fn unary<R: CodedUnary>(self) -> Self {
        let value = R::value(self.value);
        match self.tape {
            None => Var::from(value),
            Some(tape) => {
                let (index, value) = tape.record(R::CODE, self.index, 0, value);
                Var::on(tape, index, value)
            }
        }
    }

    /// Two handles of one tape go the short way, which is small enough to be inlined wherever an
    /// operator stands.
    #[inline(always)]
    #[track_caller]
    pub(crate) fn binary<R: CodedBinary>(self, other: Self) -> Self {
        let (index, value) = match (self.tape, other.tape) {
            (Some(tape), Some(second)) if std::ptr::eq(tape, second) => {
                let value = R::value(self.value, other.value);
                let twice = self.index == other.index;
                let code = if twice { R::OF_ITSELF } else { R::CODE };
                tape.record(code, self.index, other.index, value)
            }
            (first, second) => {
                let (x, y) = ((self.index, self.value), (other.index, other.value));
                binary_of_any::<T, R>(first, x, second, y)
            }
        };
        Var {
            tape: self.tape.or(other.tape),
            index,
            value,
        }
    }

    /// The operation with a number as its second operand.
    #[inline(always)]
    #[track_caller]
    pub(crate) fn number_right<R: CodedBinary>(self, number: T) -> Self {
        let value = R::value(self.value, number);
        match self.tape {
            None => Var::from(value),
            Some(tape) => {
                let (index, value) = tape.record_number(R::NUMBER_RIGHT, self.index, number, value);
                Var::on(tape, index, value)
            }
        }
    }

    /// The operation with a number as its first operand and `self` as its second.
    #[inline(always)]
    #[track_caller]
    pub(crate) fn number_left<R: CodedBinary>(self, number: T) -> Self {
        let value = R::value(number, self.value);
        match self.tape {
            None => Var::from(value),
            Some(tape) => {
                let (index, value) = tape.record_number(R::NUMBER_LEFT, self.index, number, value);
                Var::on(tape, index, value)
            }
        }
    }

    /// `self` to an integer power.
    #[inline]
    #[track_caller]
    pub fn powi(self, n: i32) -> Self {
        let value = PowI(n).value(self.value);
        match self.tape {
            None => Var::from(value),
            Some(tape) => {
                let (index, value) = tape.record(Code::PowI, self.index, n as u32, value);
                Var::on(tape, index, value)
            }
        }
    }

    /// Logarithm to any base: `ln self / ln base`.
    #[inline]
    #[track_caller]
    pub fn log(self, base: impl Into<Self>) -> Self {
        self.ln() / base.into().ln()
    }

    /// Sine and cosine, two entries.
    #[inline]
    #[track_caller]
    pub fn sin_cos(self) -> (Self, Self) {
        (self.sin(), self.cos())
    }

    /// `self · a + b`, two entries.
    #[inline]
    #[track_caller]
    pub fn mul_add(self, a: impl Into<Self>, b: impl Into<Self>) -> Self {
        self * a.into() + b.into()
    }
}

/// [`binary`](Var::binary) where an operand may be a plain number. Takes and returns what fits in
/// registers, so that the handles of the short way need not lie in memory; `cold`, so that the
/// short way needs no jump.
#[cold]
#[inline(never)]
#[track_caller]
fn binary_of_any<T: Scalar, R: CodedBinary>(
    first: Option<&Tape<T>>,
    x: (u32, T),
    second: Option<&Tape<T>>,
    y: (u32, T),
) -> (u32, T) {
    let value = R::value(x.1, y.1);
    match (first, second) {
        (Some(first), Some(second)) => first.refuse(second, R::NAME),
        (Some(tape), None) => tape.record_number(R::NUMBER_RIGHT, x.0, y.1, value),
        (None, Some(tape)) => tape.record_number(R::NUMBER_LEFT, y.0, x.1, value),
        (None, None) => (0, value),
    }
}

impl<T: Scalar> Tape<T> {
    #[inline(always)]
    #[track_caller]
    fn record(&self, code: Code, a: u32, b: u32, value: T) -> (u32, T) {
        let place = Place(Location::caller());
        self.store.append(code, a, b, value, place)
    }

    #[inline(always)]
    #[track_caller]
    fn record_number(&self, code: Code, a: u32, number: T, value: T) -> (u32, T) {
        let place = Place(Location::caller());
        self.store.append_with_number(code, a, number, value, place)
    }
}

macro_rules! methods {
    (
        unary { $($u:ident $um:ident),* }
        binary { $($b:ident $bm:ident),* }
    ) => {
        impl<'t, T: Scalar> Var<'t, T> {
            $(
                #[doc = concat!("Records [`", stringify!($u), "`](crate::rules::", stringify!($u),
                    ").")]
                #[inline]
                #[track_caller]
                pub fn $um(self) -> Self {
                    self.unary::<rules::$u>()
                }
            )*
            $(
                #[doc = concat!("Records [`", stringify!($b), "`](crate::rules::", stringify!($b),
                    ") of `self` and `other`, a handle or a number.")]
                #[inline]
                #[track_caller]
                pub fn $bm(self, other: impl Into<Self>) -> Self {
                    self.binary::<rules::$b>(other.into())
                }
            )*
        }
    };
}
scalar_functions!(methods);
