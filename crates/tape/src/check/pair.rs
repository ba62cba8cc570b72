//! Two numbers that should be equal, and how far from it they may be.

use crate::number::Scalar;

/// The rounding of elementary functions, in units of the last place, that a formula may pile up.
const FORMULA: f64 = 32.0;

/// The worst-case rounding of a sum of `len` numbers computed by a formula, relative to their sizes.
pub(crate) fn rounding<T: Scalar>(len: usize) -> f64 {
    (len as f64 + FORMULA) * T::EPSILON
}

/// What a rule gives, and what it should give.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair {
    /// Index of the element, column by column.
    pub element: usize,
    pub analytic: f64,
    pub numerical: f64,
    pub tolerance: f64,
}

impl Pair {
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
pub(crate) fn same(x: f64, y: f64) -> bool {
    x == y || (x.is_nan() && y.is_nan())
}

/// The pair that differs most beyond its tolerance.
pub(crate) fn worst(pairs: impl Iterator<Item = Pair>) -> Option<Pair> {
    let bad = pairs.filter(|pair| pair.excess() > 1.0);
    bad.max_by(|x, y| x.excess().total_cmp(&y.excess()))
}
