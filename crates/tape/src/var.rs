//! The handle of a scalar entry.

use crate::apply::Operand;
use crate::cotangents::Cotangents;
use crate::error::Place;
use crate::guard::{Relation, Side};
use crate::id::VarId;
use crate::ops::registry::{self as rules, PowI};
use crate::ops::registry::{Code, CodedBinary, CodedUnary, scalar_rules};
use crate::scalar::Scalar;
use crate::tape::Tape;
use std::cmp::Ordering;
use std::fmt;
use std::iter::{Product, Sum};
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};
use std::panic::Location;

/// A scalar on a tape, with its value at hand; or a plain number that stands for a constant.
///
/// Operators and functions record an entry and return its handle. Operations among plain numbers
/// (`Var::from(2.0)`) record nothing; an operation of a handle with a number keeps the number in the entry.
///
/// Comparisons (`x < y`, `x == 1.0`) look at the values and record a guard, so that a replay in which
/// the comparison would turn out otherwise is refused. To compare without a guard, compare [`value`](Var::value)s.
pub struct Var<'t, T = f64> {
    pub(crate) tape: Option<&'t Tape<T>>,
    pub(crate) index: u32,
    pub(crate) value: T,
}

impl<T: Copy> Copy for Var<'_, T> {}
impl<T: Copy> Clone for Var<'_, T> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: fmt::Debug> fmt::Debug for Var<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.tape {
            Some(_) => write!(f, "Var({:?} at entry {})", self.value, self.index),
            None => write!(f, "Var({:?})", self.value),
        }
    }
}

impl<T: fmt::Display> fmt::Display for Var<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: Scalar> From<T> for Var<'_, T> {
    /// A plain number: no tape, no entry.
    #[inline]
    fn from(value: T) -> Self {
        Var {
            tape: None,
            index: 0,
            value,
        }
    }
}

impl<'t, T: Scalar> Var<'t, T> {
    #[inline(always)]
    pub(crate) fn on(tape: &'t Tape<T>, index: u32, value: T) -> Self {
        Var {
            tape: Some(tape),
            index,
            value,
        }
    }

    /// The value.
    #[inline]
    pub fn value(self) -> T {
        self.value
    }

    /// The tape, or `None` for a plain number.
    pub fn tape(self) -> Option<&'t Tape<T>> {
        self.tape
    }

    /// The entry's id, which outlives the handle.
    ///
    /// # Panics
    /// For a plain number, which has no entry.
    #[track_caller]
    pub fn id(self) -> VarId {
        match self.tape {
            Some(tape) => VarId(tape.id(self.index)),
            None => panic!(
                "{} is a plain number: it has no entry and no id",
                self.value
            ),
        }
    }

    /// Gives the entry a name, for reports and pictures. A plain number keeps none.
    pub fn named(self, name: impl Into<String>) -> Self {
        if let Some(tape) = self.tape {
            tape.name(self.index, name.into());
        }
        self
    }

    /// The gradient of this value: a sweep from here with a seed of 1.
    pub fn gradient(self) -> Cotangents<T> {
        let mut cotangents = Cotangents::new();
        if let Some(tape) = self.tape {
            let seed = crate::cotangents::Seed::one(self);
            tape.sweep(seed, &mut cotangents)
                .expect("a handle names an entry of its tape");
        }
        cotangents
    }

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

    /// Two handles of one tape go the short way, which is small enough to be inlined wherever an operator stands.
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

    #[track_caller]
    fn compare(self, other: Self, relation: Relation, held: bool) {
        let Some(tape) = self.tape.or(other.tape) else {
            return;
        };
        let side = |var: Self| match var.tape {
            None => Side::Number(var.value),
            Some(own) => {
                tape.assert_same(own, "comparison");
                Side::Entry(var.index)
            }
        };
        let place = Place(Location::caller());
        tape.guard(side(self), side(other), relation, held, place);
    }

    #[inline]
    #[track_caller]
    fn holds(self, other: Self, relation: Relation) -> bool {
        let held = relation.holds(&self.value, &other.value);
        self.compare(other, relation, held);
        held
    }
}

/// [`binary`](Var::binary) where an operand may be a plain number. Takes and returns what fits in registers, so that the
/// handles of the short way need not lie in memory; `cold`, so that the short way needs no jump.
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
        operator_unary { $($ou:ident),* }
        operator_binary { $($ob:ident $obr:ident $obl:ident),* }
        unary { $($u:ident $um:ident),* }
        binary { $($b:ident $bm:ident $br:ident $bl:ident),* }
    ) => {
        impl<'t, T: Scalar> Var<'t, T> {
            $(
                #[doc = concat!("Records [`", stringify!($u), "`](crate::ops::", stringify!($u), ").")]
                #[inline]
                #[track_caller]
                pub fn $um(self) -> Self {
                    self.unary::<rules::$u>()
                }
            )*
            $(
                #[doc = concat!("Records [`", stringify!($b), "`](crate::ops::", stringify!($b),
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
scalar_rules!(methods);

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

        impl<'t, T: Scalar> $assign for Var<'t, T> {
            #[inline(always)]
            #[track_caller]
            fn $assign_method(&mut self, other: Self) {
                *self = self.binary::<rules::$trait>(other);
            }
        }

        impl<'t, T: Scalar> $assign<T> for Var<'t, T> {
            #[inline(always)]
            #[track_caller]
            fn $assign_method(&mut self, other: T) {
                *self = self.number_right::<rules::$trait>(other);
            }
        }
    };
}
operator!(Add add AddAssign add_assign);
operator!(Sub sub SubAssign sub_assign);
operator!(Mul mul MulAssign mul_assign);
operator!(Div div DivAssign div_assign);

/// A number on the left of a handle; one list of concrete types, because Rust has no other way.
macro_rules! number_on_the_left {
    ([$($generics:tt)*] $number:ty) => {
        $crate::var::number_on_the_left!(@ [$($generics)*] $number, Add add);
        $crate::var::number_on_the_left!(@ [$($generics)*] $number, Sub sub);
        $crate::var::number_on_the_left!(@ [$($generics)*] $number, Mul mul);
        $crate::var::number_on_the_left!(@ [$($generics)*] $number, Div div);
    };
    (@ [$($generics:tt)*] $number:ty, $trait:ident $method:ident) => {
        impl<'t, $($generics)*> std::ops::$trait<$crate::Var<'t, $number>> for $number {
            type Output = $crate::Var<'t, $number>;
            #[inline(always)]
            #[track_caller]
            fn $method(self, other: $crate::Var<'t, $number>) -> Self::Output {
                other.number_left::<$crate::ops::registry::$trait>(self)
            }
        }
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

impl<T: Scalar> Sum for Var<'_, T> {
    /// One addition for each handle; [`sum`](crate::sum) records a single entry.
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

macro_rules! comparisons {
    ($([$($generics:tt)*] $other:ty, |$o:ident| $convert:expr);*) => {
        $(impl<$($generics)* T: Scalar> PartialEq<$other> for Var<'t, T> {
            #[track_caller]
            fn eq(&self, $o: &$other) -> bool {
                self.holds($convert, Relation::Equal)
            }
        }

        impl<$($generics)* T: Scalar> PartialOrd<$other> for Var<'t, T> {
            #[track_caller]
            fn partial_cmp(&self, $o: &$other) -> Option<Ordering> {
                let other = $convert;
                let order = self.value.partial_cmp(&other.value);
                self.compare(other, Relation::Order(order), true);
                order
            }
            #[track_caller]
            fn lt(&self, $o: &$other) -> bool {
                self.holds($convert, Relation::Less)
            }
            #[track_caller]
            fn le(&self, $o: &$other) -> bool {
                self.holds($convert, Relation::LessOrEqual)
            }
            #[track_caller]
            fn gt(&self, $o: &$other) -> bool {
                self.holds($convert, Relation::Greater)
            }
            #[track_caller]
            fn ge(&self, $o: &$other) -> bool {
                self.holds($convert, Relation::GreaterOrEqual)
            }
        })*
    };
}
comparisons!(['t,] Var<'t, T>, |o| *o; ['t,] T, |o| Var::from(*o));

/// The sum of a slice as one entry with that many operands; 0 for an empty slice. Quicker to replay than additions and
/// smaller, slower to record: worth it where a recording is replayed.
#[track_caller]
pub fn sum<'t, T: Scalar>(handles: &[Var<'t, T>]) -> Var<'t, T> {
    nary(crate::ops::SumOf, handles.iter().copied(), || {
        handles.iter().map(|x| x.value).sum()
    })
}

/// The dot product of two slices as one entry; 0 for empty slices. As with [`sum`], worth it where a recording is replayed.
///
/// # Panics
/// If the slices have different lengths.
#[track_caller]
pub fn dot<'t, T: Scalar>(x: &[Var<'t, T>], y: &[Var<'t, T>]) -> Var<'t, T> {
    assert_eq!(
        x.len(),
        y.len(),
        "dot: the slices have {} and {} elements",
        x.len(),
        y.len()
    );
    nary(crate::ops::DotOf, x.iter().chain(y).copied(), || {
        x.iter().zip(y).map(|(x, y)| x.value * y.value).sum()
    })
}

/// `ln Σ exp xᵢ` of a slice as one entry, shifted by the largest so that nothing overflows; −∞ for an empty slice.
#[track_caller]
pub fn log_sum_exp<'t, T: Scalar>(handles: &[Var<'t, T>]) -> Var<'t, T> {
    nary(crate::ops::LogSumExpOf, handles.iter().copied(), || {
        let values: Vec<T> = handles.iter().map(|x| x.value).collect();
        crate::ops::matrix::log_sum_exp(values.iter().copied())
    })
}

/// An entry of `op` on the tape the operands are on, or the plain value if all are numbers.
#[track_caller]
fn nary<'t, T: Scalar>(
    op: impl crate::Op<T> + 'static,
    operands: impl Iterator<Item = Var<'t, T>> + Clone,
    plain: impl FnOnce() -> T,
) -> Var<'t, T> {
    match operands.clone().find_map(|x| x.tape) {
        None => Var::from(plain()),
        Some(tape) => tape.scalar_of(op, operands.map(Operand::Scalar)),
    }
}
