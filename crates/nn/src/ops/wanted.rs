//! What a loss wants of each row: targets, times the weights of their classes.

use super::targets::{check_row, class_of};
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
        (0..self.targets.rows()).try_for_each(|i| match self.has_labels() {
            true if self.is_ignored(i) => Ok(()),
            true => class_of(i, self.targets[(i, 0)], classes).map(|_| ()),
            false => check_row(self.targets, i),
        })
    }

    fn has_labels(&self) -> bool {
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

    /// How much row `i`, of probabilities, wants class `j`.
    pub fn of_row(&self, i: usize, j: usize) -> T {
        match self.weights {
            [] => self.targets[(i, j)],
            _ => self.targets[(i, j)] * self.class_weight(j),
        }
    }

    /// How much row `i` counts; 0 if it is ignored.
    pub fn total(&self, i: usize) -> T {
        match self.label(i) {
            Some(label) => self.class_weight(label),
            None if self.is_ignored(i) => T::zero(),
            None => pairwise_sum(self.targets.cols(), |j| self.of_row(i, j)),
        }
    }

    /// Whether row `i` has no part in the loss, whatever its numbers are.
    pub fn is_left_out(&self, i: usize) -> bool {
        self.total(i) == T::zero()
    }

    /// Whether rows can have no part in the loss, or parts of different size.
    pub fn is_plain(&self) -> bool {
        self.weights.is_empty() && self.ignored.is_none()
    }

    /// What the sum of the rows' losses is divided by: their number, or the sum of their weights.
    pub fn divisor(&self) -> T {
        let rows = self.targets.rows();
        if self.weights.is_empty() {
            let counted = (0..rows).filter(|&i| !self.is_ignored(i)).count();
            return T::from_f64(counted as f64);
        }
        pairwise_sum(rows, |i| self.total(i))
    }

    /// The class that row `i` wants more than all others together, if there is one.
    pub fn main_class(&self, i: usize) -> Option<usize> {
        if self.has_labels() {
            return self.label(i);
        }
        let half = self.total(i).to_f64() / 2.0;
        (0..self.targets.cols()).find(|&j| self.of_row(i, j).to_f64() > half)
    }

    /// `Σⱼ wantedᵢⱼ · term(j)`; a class that is not wanted may cost ∞.
    pub fn sum(&self, i: usize, term: impl Fn(usize) -> T) -> T {
        if self.has_labels() {
            let of_label = |label| self.class_weight(label) * term(label);
            return self.label(i).map_or(T::zero(), of_label);
        }
        pairwise_sum(self.targets.cols(), |j| {
            let (wanted, term) = (self.of_row(i, j), term(j));
            match wanted == T::zero() && !term.is_finite() {
                true => T::zero(),
                false => wanted * term,
            }
        })
    }
}
