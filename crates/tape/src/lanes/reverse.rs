//! The reverse run over rows of lanes.

use super::forward::{chunks, chunks_mut, is_nan};
use super::lane::Lane;
use super::reverse_plan::{Backward, Pull};
use super::rows::{CHUNK, MOST, Rows};
use super::rule::{NumberLeft, NumberRight, OfOne, One, is_vector_code};
use crate::number::{Arithmetic, Scalar};
use crate::rules::*;
use std::array::from_fn;

/// Adds contributions from step `at` on, up to the first step that is an application, whose place
/// it returns.
#[inline(always)]
pub(super) fn reverse<T: Scalar, N: Lane<T>>(
    steps: &[Backward],
    numbers: &[T],
    values: &Rows<T>,
    cotangents: &mut Rows<T>,
    at: usize,
) -> usize {
    for (ahead, step) in steps[at..].iter().enumerate() {
        let Backward::Rule(pull) = step else {
            return at + ahead;
        };
        let mut rule = Rule {
            pull,
            values,
            cotangents: &mut *cotangents,
        };
        rule.contribute::<N>(numbers);
    }
    steps.len()
}

/// A rule that turns its cotangent over to an operand.
struct Rule<'r, T> {
    pull: &'r Pull,
    values: &'r Rows<T>,
    cotangents: &'r mut Rows<T>,
}

macro_rules! contribute {
    (
        unary { $($u:ident),* }
        binary { $($b:ident $br:ident $bl:ident),* }
    ) => {
        impl<T: Scalar> Rule<'_, T> {
            #[expect(unreachable_patterns, reason = "some rules stand before the list of all")]
            #[inline(always)]
            fn contribute<N: Lane<T>>(&mut self, numbers: &[T]) {
                let Pull { code, is_second, b, .. } = *self.pull;
                match code {
                    Code::Leaf | Code::Constant | Code::MatrixLeaf | Code::Apply => {}
                    Code::Add | Code::AddNumber | Code::NumberAdd => self.short(|d, _, _| d),
                    Code::Sub | Code::SubNumber if !is_second => self.short(|d, _, _| d),
                    Code::Sub | Code::NumberSub => self.short(|d, _, _| -d),
                    Code::Mul if is_second => self.short(|d, x, _| d * x),
                    Code::Mul => self.short(|d, _, y| d * y),
                    Code::MulItself => self.short(|d, x, _| d * x + d * x),
                    Code::MulNumber | Code::NumberMul => {
                        let number = numbers[b as usize];
                        self.short(|d, _, _| d * number);
                    }
                    Code::Neg => self.short(|d, _, _| -d),
                    Code::PowI if const { is_vector_code::<T, N>(Code::PowI) } => {
                        self.of_one::<N, _>(PowI(b as i32));
                    }
                    Code::PowI => self.of_one_plainly(PowI(b as i32)),
                    $(
                        Code::$u if const { is_vector_code::<T, N>(Code::$u) } => {
                            self.of_one::<N, _>(One::<$u>::default());
                        }
                        Code::$u => self.of_one_plainly(One::<$u>::default()),
                    )*
                    $(
                        Code::$b if const { is_vector_code::<T, N>(Code::$b) } => match is_second {
                            true => self.of_two::<N, $b, true>(),
                            false => self.of_two::<N, $b, false>(),
                        },
                        Code::$b => self.of_two_plainly::<$b>(is_second),
                        Code::$br if const { is_vector_code::<T, N>(Code::$br) } => {
                            self.of_one::<N, _>(NumberRight::<$b, T>::new(numbers[b as usize]));
                        }
                        Code::$br => {
                            self.of_one_plainly(NumberRight::<$b, T>::new(numbers[b as usize]));
                        }
                        Code::$bl if const { is_vector_code::<T, N>(Code::$bl) } => {
                            self.of_one::<N, _>(NumberLeft::<$b, T>::new(numbers[b as usize]));
                        }
                        Code::$bl => {
                            self.of_one_plainly(NumberLeft::<$b, T>::new(numbers[b as usize]));
                        }
                    )*
                }
            }
        }
    };
}
scalar_rules!(contribute);

/// `d · slope`, or NaN where the slope has left the number range.
#[inline(always)]
fn near<N: Scalar>(is_kept: bool, d: N, slope: N) -> N {
    let product = d * slope;
    if !is_kept {
        product + N::from_f64(f64::NAN)
    } else {
        product
    }
}

impl<T: Scalar> Rule<'_, T> {
    /// Of a rule of one row: from its cotangent, the row, and its result.
    #[inline(always)]
    fn of_one<N: Lane<T>, R: OfOne<T>>(&mut self, rule: R) {
        let Pull {
            is_first,
            target,
            cotangent,
            a,
            result,
            ..
        } = *self.pull;
        let (x, z) = (self.values.row(a), self.values.row(result));
        let Some((target, d)) = self.cotangents.two(target, cotangent) else {
            return;
        };
        let mut each = [T::zero(); MOST];
        let each = &mut each[..d.len()];
        let mut is_missing = false;
        for ((each, &d), (&x, &z)) in each.iter_mut().zip(d).zip(x.iter().zip(z)) {
            let slope = rule.slope(N::of(x), N::of(z));
            let is_kept = !R::GUARDED || R::is_kept(slope);
            let contribution = near(is_kept, N::of(d), slope).number();
            *each = contribution;
            is_missing |= is_nan(contribution);
        }
        if is_missing {
            each_missing(each, |lane| rule.pull(x[lane], z[lane], d[lane]));
        }
        add(target, each, is_first);
    }

    /// Of a rule of two rows: from its cotangent, the rows, and its result.
    #[inline(always)]
    fn of_two<N: Lane<T>, R: Binary, const SECOND: bool>(&mut self) {
        let Pull {
            is_first,
            target,
            cotangent,
            a,
            b,
            result,
            ..
        } = *self.pull;
        let row = |row: u32| self.values.row(row);
        let (x, y, z) = (row(a), row(b), row(result));
        let Some((target, d)) = self.cotangents.two(target, cotangent) else {
            return;
        };
        let mut each = [T::zero(); MOST];
        let each = &mut each[..d.len()];
        let mut is_missing = false;
        let operands = x.iter().zip(y).zip(z);
        for ((each, &d), ((&x, &y), &z)) in each.iter_mut().zip(d).zip(operands) {
            let (x, y, z) = (N::of(x), N::of(y), N::of(z));
            let slope = if SECOND {
                R::dy(x, y, z)
            } else {
                R::dx(x, y, z)
            };
            let is_kept = !R::GUARDED || Arithmetic::is_normal(slope);
            let contribution = near(is_kept, N::of(d), slope).number();
            *each = contribution;
            is_missing |= is_nan(contribution);
        }
        if is_missing {
            each_missing(each, |lane| {
                let (d, x, y, z) = (d[lane], x[lane], y[lane], z[lane]);
                if SECOND {
                    R::pull_y(x, y, z, d)
                } else {
                    R::pull_x(x, y, z, d)
                }
            });
        }
        add(target, each, is_first);
    }

    #[inline(never)]
    fn of_one_plainly<R: OfOne<T>>(&mut self, rule: R) {
        self.of_one::<T, R>(rule);
    }

    #[inline(never)]
    fn of_two_plainly<R: Binary>(&mut self, is_second: bool) {
        match is_second {
            true => self.of_two::<T, R, true>(),
            false => self.of_two::<T, R, false>(),
        }
    }

    /// Of a rule whose slope is at hand: one instruction or two.
    #[inline(always)]
    fn short(&mut self, pull: impl Fn(T, T, T) -> T) {
        let Pull {
            is_first,
            target,
            cotangent,
            a,
            b,
            code,
            ..
        } = *self.pull;
        let x = self.values.row(a);
        let y = if code == Code::Mul {
            self.values.row(b)
        } else {
            x
        };
        let Some((target, d)) = self.cotangents.two(target, cotangent) else {
            return;
        };
        let rows = chunks(d).iter().zip(chunks(x)).zip(chunks(y));
        for (target, ((d, x), y)) in chunks_mut(target).iter_mut().zip(rows) {
            let each: [T; CHUNK] = from_fn(|lane| pull(d[lane], x[lane], y[lane]));
            *target = sum(target, &each, is_first);
        }
    }
}

/// Adds contributions; the first overwrite.
#[inline(always)]
fn add<T: Scalar>(target: &mut [T], each: &[T], is_first: bool) {
    for (target, each) in chunks_mut(target).iter_mut().zip(chunks(each)) {
        *target = sum(target, each, is_first);
    }
}

/// A chunk with contributions added, or these alone where they are the first.
#[inline(always)]
fn sum<T: Scalar>(target: &[T; CHUNK], each: &[T; CHUNK], is_first: bool) -> [T; CHUNK] {
    match is_first {
        true => *each,
        false => from_fn(|lane| target[lane] + each[lane]),
    }
}

/// Computes the contributions that are NaN, and perhaps should not be.
#[cold]
#[inline(never)]
fn each_missing<T: Scalar>(each: &mut [T], plain: impl Fn(usize) -> T) {
    for (lane, each) in each.iter_mut().enumerate() {
        if is_nan(*each) {
            *each = plain(lane);
        }
    }
}
