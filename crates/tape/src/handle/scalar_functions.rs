//! Functions of scalars: every scalar rule as a method of [`Var`].

use super::slices::nary;
use super::tape::Tape;
use super::var::Var;
use crate::error::Place;
use crate::number::Scalar;
use crate::ops::{ChoiceOf, Chooser, Clamp, Select};
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

    /// [`Select`]: `positive` where `self > 0`, `otherwise` elsewhere, also where `self` is NaN.
    ///
    /// `self` decides and has no slope: a comparison, as [`greater_than`](Var::greater_than) makes
    /// it, or any number. Unlike an `if`, the decision is part of the recording, and a replay makes
    /// it anew; both numbers are computed. The one that is not chosen has no part in the result or
    /// in a derivative, whatever it is:
    ///
    /// ```
    /// let tape = tape::Tape::new();
    /// let x = tape.var(0.0);
    /// let root = x.greater_than(0.0).select(x.sqrt(), 0.0);
    /// assert_eq!((root.value(), root.gradient().of(x)), (0.0, 0.0)); // and not 0 · ∞
    /// ```
    #[track_caller]
    pub fn select(self, positive: impl Into<Self>, otherwise: impl Into<Self>) -> Self {
        choice::<T, Select>([self, positive.into(), otherwise.into()])
    }

    /// [`Clamp`]: `self` brought into the range from `low` to `high`, handles or numbers. The slope
    /// is 1 in the range and at its ends; outside `self` gets nothing, not even 0 · ∞.
    ///
    /// ```
    /// let tape = tape::Tape::new();
    /// let x = tape.var(0.0);
    /// let y = x.recip().clamp(-100.0, 100.0);
    /// assert_eq!((y.value(), y.gradient().of(x)), (100.0, 0.0));
    /// ```
    #[track_caller]
    pub fn clamp(self, low: impl Into<Self>, high: impl Into<Self>) -> Self {
        choice::<T, Clamp>([self, low.into(), high.into()])
    }

    /// 1 where `self < other`, 0 elsewhere: [`greater_than`](Var::greater_than) with the operands
    /// turned round.
    #[inline]
    #[track_caller]
    pub fn less_than(self, other: impl Into<Self>) -> Self {
        other.into().binary::<rules::Greater>(self)
    }

    /// 1 where `self ≤ other`, 0 elsewhere: [`at_least`](Var::at_least) with the operands turned
    /// round.
    #[inline]
    #[track_caller]
    pub fn at_most(self, other: impl Into<Self>) -> Self {
        other.into().binary::<rules::AtLeast>(self)
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

/// An entry that chooses one of three handles, or the number that is chosen if all are numbers.
#[track_caller]
fn choice<'t, T: Scalar, C: Chooser>(handles: [Var<'t, T>; 3]) -> Var<'t, T> {
    nary(ChoiceOf::<C>::default(), handles.into_iter(), || {
        let numbers = handles.map(|x| x.value);
        numbers[C::chosen(numbers)]
    })
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
