//! Exponential sums that neither overflow nor vanish, because the largest term is taken out first.

use crate::number::Scalar;
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

/// `ln Σ exp x`, shifted by the largest: −∞ for no numbers or only −∞, ∞ if one is ∞.
///
/// The largest contributes exactly 1 to the sum; it is left to `ln(1 + …)`, which keeps the digits
/// of the others.
pub(crate) fn log_sum_exp<T: Scalar>(values: impl Iterator<Item = T> + Clone) -> T {
    let shift = largest(values.clone()).real();
    if !shift.is_finite() {
        return shift;
    }
    let mut others = T::zero();
    let mut is_first = true;
    for x in values {
        if is_first && x == shift {
            is_first = false;
            // 0, but for a dual part.
            others += (x - shift).exp_m1();
        } else {
            others += (x - shift).exp();
        }
    }
    others.ln_1p() + shift
}

/// The share `exp(x − log_sum)` of `x` in an exponential sum: its derivative of the sum's
/// logarithm.
#[inline]
pub(crate) fn share<T: Scalar>(x: T, log_sum: T) -> T {
    (x - log_sum).exp()
}
