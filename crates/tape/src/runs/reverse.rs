//! The loops of the reverse run.

use super::forward::is_short;
use super::reverse_layout::{Backward, Reverse, Term};
use crate::lanes::Kernel;
use crate::number::{Arithmetic, Scalar};
use crate::rules::*;

/// A reverse run.
pub(super) struct Run<'r, T> {
    pub reverse: &'r Reverse,
    pub values: &'r [T],
    pub cotangents: &'r mut [T],
}

impl<T: Scalar> Kernel for Run<'_, T> {
    #[inline(always)]
    fn run(self) {
        let Run {
            reverse,
            values,
            cotangents,
        } = self;
        for step in &reverse.steps {
            match *step {
                Backward::Regular {
                    out,
                    len,
                    ref terms,
                } => {
                    let (before, rest) = cotangents.split_at_mut(out as usize);
                    let terms = &reverse.terms[terms.start as usize..terms.end as usize];
                    regular(before, terms, &mut rest[..len as usize]);
                }
                Backward::Each {
                    out,
                    len,
                    count,
                    list,
                } => {
                    let (before, rest) = cotangents.split_at_mut(out as usize);
                    each(
                        before,
                        &reverse.lists[list as usize..],
                        count,
                        &mut rest[..len as usize],
                    );
                }
                Backward::Ragged { out, len, list } => {
                    let (before, rest) = cotangents.split_at_mut(out as usize);
                    let lists = &reverse.lists[list as usize..];
                    ragged(before, lists, &mut rest[..len as usize]);
                }
                Backward::Pull {
                    code,
                    exponent,
                    is_second,
                    out,
                    len,
                    d,
                    values: places,
                } => {
                    let (before, rest) = cotangents.split_at_mut(out as usize);
                    let len = len as usize;
                    let [x, y, z] = places;
                    let at = Pulled {
                        d: &before[d as usize..][..len],
                        x: &values[x as usize..][..len],
                        y: &values[y as usize..][..len],
                        z: &values[z as usize..][..len],
                    };
                    pull(code, exponent, is_second, at, &mut rest[..len]);
                }
            }
        }
    }
}

#[inline(always)]
fn regular<T: Scalar>(before: &[T], terms: &[Term], out: &mut [T]) {
    let len = out.len();
    let side_by_side = |term: &Term| &before[term.from as usize..][..len];
    match terms {
        [] => out.fill(T::zero()),
        [one, other] if one.moves && other.moves => {
            let (one, other) = (side_by_side(one), side_by_side(other));
            for (out, (&one, &other)) in out.iter_mut().zip(one.iter().zip(other)) {
                *out = one + other;
            }
        }
        [first, others @ ..] => {
            match first.moves {
                true => out.copy_from_slice(side_by_side(first)),
                false => out.fill(before[first.from as usize]),
            }
            for term in others {
                if term.moves {
                    for (out, &number) in out.iter_mut().zip(side_by_side(term)) {
                        *out += number;
                    }
                } else {
                    let number = before[term.from as usize];
                    out.iter_mut().for_each(|out| *out += number);
                }
            }
        }
    }
}

#[inline(always)]
fn each<T: Scalar>(before: &[T], places: &[u32], count: u32, out: &mut [T]) {
    match count {
        1 => each_of::<T, 1>(before, places, out),
        2 => each_of::<T, 2>(before, places, out),
        _ => each_of::<T, 3>(before, places, out),
    }
}

#[inline(always)]
fn each_of<T: Scalar, const N: usize>(before: &[T], places: &[u32], out: &mut [T]) {
    for (out, places) in out.iter_mut().zip(places.as_chunks::<N>().0) {
        let mut sum = before[places[0] as usize];
        for &place in &places[1..] {
            sum += before[place as usize];
        }
        *out = sum;
    }
}

#[inline(always)]
fn ragged<T: Scalar>(before: &[T], lists: &[u32], out: &mut [T]) {
    let mut lists = lists;
    for out in out {
        let (&count, rest) = lists.split_first().expect("a count before each list");
        let (places, rest) = rest.split_at(count as usize);
        let mut terms = places.iter().map(|&place| before[place as usize]);
        let first = terms.next().unwrap_or_else(T::zero);
        *out = terms.fold(first, |sum, term| sum + term);
        lists = rest;
    }
}

/// Cotangents, and the numbers of the rules they belong to: operands and results.
#[derive(Clone, Copy)]
struct Pulled<'r, T> {
    d: &'r [T],
    x: &'r [T],
    y: &'r [T],
    z: &'r [T],
}

macro_rules! pull {
    (
        unary { $($u:ident),* }
        binary { $($b:ident $br:ident $bl:ident),* }
    ) => {
        #[inline(always)]
        fn pull<T: Scalar>(
            code: Code,
            exponent: u32,
            is_second: bool,
            at: Pulled<'_, T>,
            out: &mut [T],
        ) {
            match code {
                Code::PowI => powers(exponent as i32, at, out),
                Code::MulItself => squares(at, out),
                $(
                    Code::$u if const { is_short(Code::$u) } => of_one::<T, $u>(at, out),
                    Code::$u => of_one_plainly::<T, $u>(at, out),
                )*
                $(
                    Code::$b if const { is_short(Code::$b) } => match is_second {
                        true => of_second::<T, $b>(at, out),
                        false => of_first::<T, $b>(at, out),
                    },
                    Code::$b => of_two_plainly::<T, $b>(is_second, at, out),
                )*
                // As in the forward run.
                _ => {}
            }
        }
    };
}
scalar_rules!(pull);

/// Contributions `d · slope`; if a slope has left the number range, as the rule has them then.
macro_rules! guarded {
    ($at:ident $out:ident $guarded:expr, $is_kept:expr, |$x:ident, $y:ident, $z:ident| $slope:expr,
     |$d:ident| $pull:expr) => {{
        let Pulled { d, x, y, z } = $at;
        let numbers = || d.iter().zip(x.iter().zip(y.iter().zip(z)));
        let mut all_kept = true;
        for (out, (&d, (&$x, (&$y, &$z)))) in $out.iter_mut().zip(numbers()) {
            let slope = $slope;
            all_kept &= !$guarded || $is_kept(slope);
            *out = d * slope;
        }
        if !all_kept {
            for (out, (&$d, (&$x, (&$y, &$z)))) in $out.iter_mut().zip(numbers()) {
                *out = $pull;
            }
        }
    }};
}

#[inline(always)]
fn of_one<T: Scalar, R: Unary>(at: Pulled<'_, T>, out: &mut [T]) {
    guarded!(at out R::GUARDED, R::is_kept, |x, _y, z| R::derivative(x, z), |d| R::pull(x, z, d));
}

#[inline(always)]
fn of_first<T: Scalar, R: Binary>(at: Pulled<'_, T>, out: &mut [T]) {
    guarded!(at out R::GUARDED, Arithmetic::is_normal, |x, y, z| R::dx(x, y, z),
        |d| R::pull_x(x, y, z, d));
}

#[inline(always)]
fn of_second<T: Scalar, R: Binary>(at: Pulled<'_, T>, out: &mut [T]) {
    guarded!(at out R::GUARDED, Arithmetic::is_normal, |x, y, z| R::dy(x, y, z),
        |d| R::pull_y(x, y, z, d));
}

/// Of a product of a number with itself.
#[inline(always)]
fn squares<T: Scalar>(at: Pulled<'_, T>, out: &mut [T]) {
    for (out, (&d, &x)) in out.iter_mut().zip(at.d.iter().zip(at.x)) {
        *out = d * x + d * x;
    }
}

#[inline(never)]
fn of_one_plainly<T: Scalar, R: Unary>(at: Pulled<'_, T>, out: &mut [T]) {
    let numbers = at.d.iter().zip(at.x.iter().zip(at.z));
    for (out, (&d, (&x, &z))) in out.iter_mut().zip(numbers) {
        *out = R::pull(x, z, d);
    }
}

#[inline(never)]
fn of_two_plainly<T: Scalar, R: Binary>(is_second: bool, at: Pulled<'_, T>, out: &mut [T]) {
    let numbers = at.d.iter().zip(at.x.iter().zip(at.y.iter().zip(at.z)));
    for (out, (&d, (&x, (&y, &z)))) in out.iter_mut().zip(numbers) {
        *out = match is_second {
            true => R::pull_y(x, y, z, d),
            false => R::pull_x(x, y, z, d),
        };
    }
}

#[inline(never)]
fn powers<T: Scalar>(exponent: i32, at: Pulled<'_, T>, out: &mut [T]) {
    for (out, (&d, &x)) in out.iter_mut().zip(at.d.iter().zip(at.x)) {
        *out = PowI(exponent).pull(x, d);
    }
}
