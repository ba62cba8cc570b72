//! The loops of the forward run.

use super::layout::Forward;
use crate::lanes::Kernel;
use crate::number::Scalar;
use crate::rules::*;

/// Whether a rule is so short that its loop is worth being vector code; of others one loop is
/// compiled for each type of number, and not one for each instruction set.
pub(super) const fn is_short(code: Code) -> bool {
    matches!(
        code,
        Code::Add
            | Code::Sub
            | Code::Mul
            | Code::Div
            | Code::Neg
            | Code::Recip
            | Code::Square
            | Code::Sqrt
            | Code::Abs
            | Code::Relu
            | Code::Max
            | Code::Min
    )
}

/// A forward run.
pub(super) struct Run<'r, T> {
    pub steps: &'r [Forward],
    pub lists: &'r [u32],
    pub values: &'r mut [T],
}

impl<T: Scalar> Kernel for Run<'_, T> {
    #[inline(always)]
    fn run(self) {
        let Run {
            steps,
            lists,
            values,
        } = self;
        for step in steps {
            match *step {
                Forward::Gather { out, len, list } => {
                    let (before, rest) = values.split_at_mut(out as usize);
                    let places = &lists[list as usize..][..len as usize];
                    for (out, &place) in rest.iter_mut().zip(places) {
                        *out = before[place as usize];
                    }
                }
                Forward::Rule {
                    code,
                    exponent,
                    out,
                    len,
                    x,
                    y,
                } => {
                    let (before, rest) = values.split_at_mut(out as usize);
                    let len = len as usize;
                    let operands = (&before[x as usize..][..len], &before[y as usize..][..len]);
                    compute(code, exponent, operands, &mut rest[..len]);
                }
                Forward::Chain {
                    code,
                    out,
                    len,
                    first,
                    y,
                } => {
                    let (before, rest) = values.split_at_mut(out as usize);
                    let len = len as usize;
                    let (first, y) = (before[first as usize], &before[y as usize..][..len]);
                    match code {
                        Code::Sub => chain::<T, Sub>(first, y, &mut rest[..len]),
                        _ => chain::<T, Add>(first, y, &mut rest[..len]),
                    }
                }
            }
        }
    }
}

macro_rules! compute {
    (
        unary { $($u:ident),* }
        binary { $($b:ident $br:ident $bl:ident),* }
    ) => {
        #[inline(always)]
        fn compute<T: Scalar>(code: Code, exponent: u32, (x, y): (&[T], &[T]), out: &mut [T]) {
            match code {
                Code::PowI => powers(exponent as i32, x, out),
                Code::MulItself => of_two::<T, Mul>(x, x, out),
                $(
                    Code::$u if const { is_short(Code::$u) } => of_one::<T, $u>(x, out),
                    Code::$u => of_one_plainly::<T, $u>(x, out),
                )*
                $(
                    Code::$b if const { is_short(Code::$b) } => of_two::<T, $b>(x, y, out),
                    Code::$b => of_two_plainly::<T, $b>(x, y, out),
                )*
                // Numbers as operands lie side by side as results do.
                _ => {}
            }
        }
    };
}
scalar_rules!(compute);

#[inline(always)]
fn chain<T: Scalar, R: Binary>(first: T, y: &[T], out: &mut [T]) {
    let mut last = first;
    for (out, &y) in out.iter_mut().zip(y) {
        last = R::value(last, y);
        *out = last;
    }
}

#[inline(always)]
fn of_one<T: Scalar, R: Unary>(x: &[T], out: &mut [T]) {
    for (out, &x) in out.iter_mut().zip(x) {
        *out = R::value(x);
    }
}

#[inline(always)]
fn of_two<T: Scalar, R: Binary>(x: &[T], y: &[T], out: &mut [T]) {
    for (out, (&x, &y)) in out.iter_mut().zip(x.iter().zip(y)) {
        *out = R::value(x, y);
    }
}

#[inline(never)]
fn of_one_plainly<T: Scalar, R: Unary>(x: &[T], out: &mut [T]) {
    of_one::<T, R>(x, out);
}

#[inline(never)]
fn of_two_plainly<T: Scalar, R: Binary>(x: &[T], y: &[T], out: &mut [T]) {
    of_two::<T, R>(x, y, out);
}

#[inline(never)]
fn powers<T: Scalar>(exponent: i32, x: &[T], out: &mut [T]) {
    for (out, &x) in out.iter_mut().zip(x) {
        *out = PowI(exponent).value(x);
    }
}
