//! Exponential sums that neither overflow nor vanish, because the largest term is taken out first.

use crate::number::{Scalar, pairwise_sum};
use crate::rules::{Binary, Max};

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
pub(crate) struct ExpSum<T> {
    pub place: usize,
    pub largest: T,
    pub others: T,
}

/// The first place of the largest of `x(0)` to `x(count − 1)`, or of the first NaN, which is
/// neither larger nor smaller than anything. `None` for no numbers.
pub(crate) fn place_of_largest<T: Scalar>(count: usize, x: impl Fn(usize) -> T) -> Option<usize> {
    (0..count).reduce(|most, j| {
        let (largest, x) = (x(most), x(j));
        if x <= largest || largest.to_f64().is_nan() {
            most
        } else {
            j
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
    let place = place_of_largest(count, &x)?;
    let largest = x(place);
    let others = pairwise_sum(count, |j| {
        let e = (x(j) - largest).exp();
        keep(j, e);
        if j == place { T::zero() } else { e }
    });
    Some(ExpSum {
        place,
        largest,
        others,
    })
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
