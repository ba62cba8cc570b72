//! Two numbers that should be equal, and how far from it they may be.

use crate::number::Scalar;

/// The rounding of elementary functions, in units of the last place, that a formula may pile up.
const FORMULA: f64 = 32.0;

/// The worst-case rounding of a sum of `len` numbers computed by a formula, relative to their
/// sizes.
pub(super) fn rounding<T: Scalar>(len: usize) -> f64 {
    (len as f64 + FORMULA) * T::EPSILON
}

/// What a rule gives, and what it should give.
#[derive(Clone, Copy, Debug)]
pub(super) struct Comparison {
    /// Index of the element, column by column.
    pub element: usize,
    pub analytic: f64,
    pub numerical: f64,
    pub tolerance: f64,
}

impl Comparison {
    /// What stands where there are no numbers to show.
    pub fn without_numbers() -> Self {
        Comparison {
            element: 0,
            analytic: f64::NAN,
            numerical: f64::NAN,
            tolerance: 0.0,
        }
    }

    /// The difference in tolerances: beyond 1 it counts. NaN is as far as can be.
    pub fn excess(&self) -> f64 {
        if same(self.analytic, self.numerical) {
            return 0.0;
        }
        let excess = (self.analytic - self.numerical).abs() / self.tolerance;
        if excess.is_nan() {
            f64::INFINITY
        } else {
            excess
        }
    }
}

/// Equality in which NaN equals NaN.
pub(super) fn same(x: f64, y: f64) -> bool {
    x == y || (x.is_nan() && y.is_nan())
}

/// The comparison that differs most beyond its tolerance.
pub(super) fn worst(comparisons: impl Iterator<Item = Comparison>) -> Option<Comparison> {
    let bad = comparisons.filter(|comparison| comparison.excess() > 1.0);
    bad.max_by(|x, y| x.excess().total_cmp(&y.excess()))
}

/// The first element in which two lists differ at all.
pub(super) fn differing<T: Scalar>(analytic: &[T], numerical: &[T]) -> Option<Comparison> {
    let numbers = |(x, y): (&T, &T)| (x.to_f64(), y.to_f64());
    let mut each = analytic.iter().zip(numerical).map(numbers).enumerate();
    let (element, (analytic, numerical)) = each.find(|&(_, (x, y))| !same(x, y))?;
    Some(Comparison {
        element,
        analytic,
        numerical,
        tolerance: 0.0,
    })
}

/// Numbers of any kind as plain ones.
pub(super) fn numbers<T: Scalar>(list: &[T]) -> Vec<f64> {
    list.iter().map(|x| x.to_f64()).collect()
}

/// The size of the largest number of a list.
pub(super) fn largest<'n>(numbers: impl IntoIterator<Item = &'n f64>) -> f64 {
    numbers.into_iter().fold(0.0, |most, x| most.max(x.abs()))
}
