//! Exponential sums that neither overflow nor vanish, because the largest term is taken out first.

use super::rows::Rows;
use crate::number::{Scalar, pairwise_sum};
use crate::rules::{Binary, Max};
use std::iter::zip;

/// The largest number, NaN if there is one, −∞ if there is none.
pub(crate) fn largest<T: Scalar>(values: impl Iterator<Item = T>) -> T {
    values.fold(T::from_f64(f64::NEG_INFINITY), Max::value)
}

/// Whether the largest number stays the largest when each moves by a little.
pub(crate) fn distinct<T: Scalar>(values: impl Iterator<Item = T> + Clone) -> bool {
    let most = largest(values.clone()).to_f64();
    values.filter(|x| most - x.to_f64() < 0.1).count() <= 1
}

/// `Σ exp x` as `exp(largest) · (1 + others)`: the largest's own term is 1 and stays apart, so that
/// no digit of the others is lost in it.
#[derive(Clone, Copy)]
pub(crate) struct ExpSum<T> {
    pub largest: T,
    pub others: T,
}

/// The first place of the largest of `x(0)` to `x(count − 1)` and the number there, or those of the
/// first NaN, which is neither larger nor smaller than anything. `None` for no numbers.
fn first_largest<T: Scalar>(count: usize, x: impl Fn(usize) -> T) -> Option<(usize, T)> {
    (0..count).map(|i| (i, x(i))).reduce(|most, at| {
        if at.1 <= most.1 || most.1.to_f64().is_nan() {
            most
        } else {
            at
        }
    })
}

/// The exponential sum of `x(0)` to `x(count − 1)`; every `exp(x − largest)` is handed to `keep`
/// with its place. `None` for no numbers.
///
/// The shift has the largest number's dual part: the dual parts that remain are differences, which
/// is what a share moves by.
pub(crate) fn exp_sum<T: Scalar>(
    count: usize,
    x: impl Fn(usize) -> T,
    mut keep: impl FnMut(usize, T),
) -> Option<ExpSum<T>> {
    let (place, largest) = first_largest(count, &x)?;
    let others = pairwise_sum(count, |i| {
        let e = (x(i) - largest).exp();
        keep(i, e);
        if i == place { T::zero() } else { e }
    });
    Some(ExpSum { largest, others })
}

/// The exponential sums of a block of rows.
pub(super) struct ExpSums<T, const BLOCK: usize> {
    /// The column of each row's largest number.
    pub places: [usize; BLOCK],
    pub largest: [T; BLOCK],
    pub others: [T; BLOCK],
}

impl<T: Scalar, const BLOCK: usize> ExpSums<T, BLOCK> {
    /// As [`exp_sum`] for each row; every `exp(x − largest)` is written to `e`.
    pub fn of(rows: Rows<BLOCK>, x: &[T], e: &mut [T]) -> Self {
        let places = rows.largest(x);
        let largest = rows.in_columns(x, &places);
        let others = rows.sums(|j, at, sums| {
            let each = zip(zip(sums, &mut e[at.clone()]), &x[at]);
            for (i, ((sum, e), &x)) in each.enumerate() {
                *e = (x - largest[i]).exp();
                *sum += if places[i] == j { T::zero() } else { *e };
            }
        });
        ExpSums {
            places,
            largest,
            others,
        }
    }

    /// The sum of row `i` of the block.
    pub fn row(&self, i: usize) -> ExpSum<T> {
        ExpSum {
            largest: self.largest[i],
            others: self.others[i],
        }
    }
}

impl<T: Scalar> ExpSum<T> {
    /// `ln Σ exp x`: −∞ for only −∞, ∞ if one is ∞.
    pub(crate) fn ln(&self) -> T {
        if self.largest.real().is_finite() {
            self.others.ln_1p() + self.largest
        } else {
            self.largest.real()
        }
    }

    /// What a shifted exponential is multiplied by to be a share of the sum.
    pub(crate) fn share(&self) -> T {
        T::one().over(T::one() + self.others)
    }
}

/// `ln Σ exp x`: −∞ for no numbers or only −∞, ∞ if one is ∞.
pub(crate) fn log_sum_exp<T: Scalar>(count: usize, x: impl Fn(usize) -> T) -> T {
    match exp_sum(count, x, |_, _| {}) {
        Some(sum) => sum.ln(),
        None => T::from_f64(f64::NEG_INFINITY),
    }
}
