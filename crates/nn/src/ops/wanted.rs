//! What a loss wants of each row: targets, times the weights of their classes.

use super::targets::{check_rows, class_of};
use tape::{ForwardError, Scalar, View, pairwise_sum};

/// Targets, which are N×1 labels or N×C rows of probabilities, with what is made of them.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a, T> {
    pub targets: View<'a, T>,
    /// A weight for each class; none, where all are 1.
    pub weights: &'a [f64],
    /// The label of rows that do not count.
    pub ignored: Option<i64>,
}

impl<T: Scalar> Wanted<'_, T> {
    /// Checks every row that counts.
    pub fn check(&self, classes: usize) -> Result<(), ForwardError> {
        if !self.has_labels() {
            return check_rows(self.targets);
        }
        (0..self.targets.rows()).try_for_each(|i| match self.is_ignored(i) {
            true => Ok(()),
            false => class_of(i, self.targets[(i, 0)], classes).map(|_| ()),
        })
    }

    pub fn has_labels(&self) -> bool {
        self.targets.cols() == 1
    }

    fn is_ignored(&self, i: usize) -> bool {
        let ignored = |label: i64| self.targets[(i, 0)].to_f64() == label as f64;
        self.has_labels() && self.ignored.is_some_and(ignored)
    }

    /// The label of row `i`, if it has one.
    pub fn label(&self, i: usize) -> Option<usize> {
        (self.has_labels() && !self.is_ignored(i)).then(|| self.targets[(i, 0)].to_f64() as usize)
    }

    pub fn class_weight(&self, j: usize) -> T {
        match self.weights {
            [] => T::one(),
            weights => T::from_f64(weights[j]),
        }
    }

    /// What the sum of the rows' losses is divided by: their number, or the sum of their weights,
    /// which are `totals`.
    pub fn divisor(&self, totals: &[T]) -> T {
        if self.weights.is_empty() {
            let counted = totals.iter().filter(|&&total| total != T::zero()).count();
            return T::from_f64(counted as f64);
        }
        pairwise_sum(totals.len(), |i| totals[i])
    }
}
