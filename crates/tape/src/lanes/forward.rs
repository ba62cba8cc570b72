//! The forward run over rows of lanes.

use super::lane::Lane;
use super::plan::{Forward, Row};
use super::rows::{CHUNK, Rows};
use super::rule::{NumberLeft, NumberRight, OfOne, One, is_vector_code};
use crate::number::Scalar;
use crate::rules::*;
use std::array::from_fn;

/// Computes rules from step `at` on, up to the first step that is none, whose place it returns.
#[inline(always)]
pub(super) fn forward<T: Scalar, N: Lane<T>>(
    steps: &[Forward],
    numbers: &[T],
    values: &mut Rows<T>,
    at: usize,
) -> usize {
    for (ahead, step) in steps[at..].iter().enumerate() {
        let Forward::Rule { code, out, a, b } = *step else {
            return at + ahead;
        };
        let mut rule = Rule {
            values: &mut *values,
            out,
        };
        rule.compute::<N>(code, a, b, numbers);
    }
    steps.len()
}

/// A rule whose result is a row.
struct Rule<'v, T> {
    values: &'v mut Rows<T>,
    out: Row,
}

macro_rules! compute {
    (
        unary { $($u:ident),* }
        binary { $($b:ident $br:ident $bl:ident),* }
    ) => {
        impl<T: Scalar> Rule<'_, T> {
            #[expect(unreachable_patterns, reason = "some rules stand before the list of all")]
            #[inline(always)]
            fn compute<N: Lane<T>>(&mut self, code: Code, a: Row, b: u32, numbers: &[T]) {
                match code {
                    Code::Leaf | Code::Constant | Code::MatrixLeaf | Code::Apply => {}
                    Code::Add => self.short(a, b, |x, y| Add::value(x, y)),
                    Code::Sub => self.short(a, b, |x, y| Sub::value(x, y)),
                    Code::Mul => self.short(a, b, |x, y| Mul::value(x, y)),
                    Code::Div => self.short(a, b, |x, y| Div::value(x, y)),
                    Code::MulItself => self.short(a, a, |x, y| Mul::value(x, y)),
                    Code::AddNumber | Code::NumberAdd => {
                        let number = numbers[b as usize];
                        self.short_of_one(a, |x| Add::value(x, number));
                    }
                    Code::SubNumber => {
                        let number = numbers[b as usize];
                        self.short_of_one(a, |x| Sub::value(x, number));
                    }
                    Code::NumberSub => {
                        let number = numbers[b as usize];
                        self.short_of_one(a, |x| Sub::value(number, x));
                    }
                    Code::MulNumber | Code::NumberMul => {
                        let number = numbers[b as usize];
                        self.short_of_one(a, |x| Mul::value(x, number));
                    }
                    Code::Neg => self.short_of_one(a, |x| Neg::value(x)),
                    Code::PowI if const { is_vector_code::<T, N>(Code::PowI) } => {
                        self.one::<N, _>(a, PowI(b as i32));
                    }
                    Code::PowI => self.one_plainly(a, PowI(b as i32)),
                    $(
                        Code::$u if const { is_vector_code::<T, N>(Code::$u) } => {
                            self.one::<N, _>(a, One::<$u>::default());
                        }
                        Code::$u => self.one_plainly(a, One::<$u>::default()),
                    )*
                    $(
                        Code::$b if const { is_vector_code::<T, N>(Code::$b) } => {
                            self.two::<N, $b>(a, b);
                        }
                        Code::$b => self.two_plainly::<$b>(a, b),
                        Code::$br if const { is_vector_code::<T, N>(Code::$br) } => {
                            self.one::<N, _>(a, NumberRight::<$b, T>::new(numbers[b as usize]));
                        }
                        Code::$br => {
                            self.one_plainly(a, NumberRight::<$b, T>::new(numbers[b as usize]));
                        }
                        Code::$bl if const { is_vector_code::<T, N>(Code::$bl) } => {
                            self.one::<N, _>(a, NumberLeft::<$b, T>::new(numbers[b as usize]));
                        }
                        Code::$bl => {
                            self.one_plainly(a, NumberLeft::<$b, T>::new(numbers[b as usize]));
                        }
                    )*
                }
            }
        }
    };
}
scalar_rules!(compute);

impl<T: Scalar> Rule<'_, T> {
    /// A rule of one row. Lanes without an answer are computed plainly.
    #[inline(always)]
    fn one<N: Lane<T>, R: OfOne<T>>(&mut self, a: Row, rule: R) {
        let Some((out, x)) = self.values.two(self.out, a) else {
            return;
        };
        let mut is_missing = false;
        for (out, &x) in out.iter_mut().zip(x) {
            let y = rule.value(N::of(x)).number();
            *out = y;
            is_missing |= is_nan(y);
        }
        if is_missing && !N::PLAIN {
            each_missing(out, |lane| rule.value(x[lane]));
        }
    }

    /// A rule of two rows, which may be one.
    #[inline(always)]
    fn two<N: Lane<T>, R: Binary>(&mut self, a: Row, b: Row) {
        let Some((out, x, y)) = self.values.three(self.out, a, b) else {
            return self.two_alike::<R>(a);
        };
        let mut is_missing = false;
        for ((out, &x), &y) in out.iter_mut().zip(x).zip(y) {
            let z = R::value(N::of(x), N::of(y)).number();
            *out = z;
            is_missing |= is_nan(z);
        }
        if is_missing && !N::PLAIN {
            each_missing(out, |lane| R::value(x[lane], y[lane]));
        }
    }

    #[inline(never)]
    fn one_plainly<R: OfOne<T>>(&mut self, a: Row, rule: R) {
        self.one::<T, R>(a, rule);
    }

    #[inline(never)]
    fn two_plainly<R: Binary>(&mut self, a: Row, b: Row) {
        self.two::<T, R>(a, b);
    }

    #[cold]
    #[inline(never)]
    fn two_alike<R: Binary>(&mut self, a: Row) {
        if let Some((out, x)) = self.values.two(self.out, a) {
            for (out, &x) in out.iter_mut().zip(x) {
                *out = R::value(x, x);
            }
        }
    }

    /// A rule of two rows that is one instruction: the loop over a chunk is unrolled.
    #[inline(always)]
    fn short(&mut self, a: Row, b: Row, rule: impl Fn(T, T) -> T) {
        if let Some((out, x, y)) = self.values.three(self.out, a, b) {
            let operands = chunks(x).iter().zip(chunks(y));
            for (out, (x, y)) in chunks_mut(out).iter_mut().zip(operands) {
                // All is read before anything is written, as the compiler does not see that these
                // are rows apart.
                *out = from_fn(|lane| rule(x[lane], y[lane]));
            }
        } else if let Some((out, x)) = self.values.two(self.out, a) {
            for (out, &x) in out.iter_mut().zip(x) {
                *out = rule(x, x);
            }
        }
    }

    /// A rule of one row that is one instruction.
    #[inline(always)]
    fn short_of_one(&mut self, a: Row, rule: impl Fn(T) -> T) {
        if let Some((out, x)) = self.values.two(self.out, a) {
            for (out, x) in chunks_mut(out).iter_mut().zip(chunks(x)) {
                *out = from_fn(|lane| rule(x[lane]));
            }
        }
    }
}

/// Whether a number is NaN.
#[inline(always)]
#[expect(clippy::eq_op, reason = "vector code has no other test")]
pub(super) fn is_nan<T: Scalar>(x: T) -> bool {
    x != x
}

/// Computes the lanes that are NaN, and perhaps should not be.
#[cold]
#[inline(never)]
fn each_missing<T: Scalar>(out: &mut [T], plain: impl Fn(usize) -> T) {
    for (lane, out) in out.iter_mut().enumerate() {
        if is_nan(*out) {
            *out = plain(lane);
        }
    }
}

/// A row in chunks of lanes.
#[inline(always)]
pub(super) fn chunks<T>(row: &[T]) -> &[[T; CHUNK]] {
    row.as_chunks().0
}

#[inline(always)]
pub(super) fn chunks_mut<T>(row: &mut [T]) -> &mut [[T; CHUNK]] {
    row.as_chunks_mut().0
}
