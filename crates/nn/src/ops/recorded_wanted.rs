//! What a loss wants of each row, and its slopes, in operations that are recorded.

use super::one_hot::OneHot;
use super::weighted::Weighted;
use tape::ops::LogSoftmax;
use tape::{Arithmetic, Recorded, Scalar, Shape};

/// [`Wanted`](super::wanted::Wanted) with the logits, where the reverse rule records itself.
pub(super) struct RecordedWanted<'a, 'g, T> {
    /// A weight for each class; none, where all are 1.
    weights: &'a [f64],
    /// The logits; zeros where a row does not count, so that they may be anything there.
    x: Recorded<'g, T>,
    /// How much each class of each row is wanted, N×C.
    of_rows: Recorded<'g, T>,
    /// How much each row counts, N×1.
    totals: Recorded<'g, T>,
    /// What the sum of the rows' losses is divided by.
    pub divisor: Recorded<'g, T>,
}

impl<'a, 'g, T: Scalar> RecordedWanted<'a, 'g, T> {
    pub fn new(
        weights: &'a [f64],
        ignored: Option<i64>,
        x: Recorded<'g, T>,
        targets: Recorded<'g, T>,
    ) -> Self {
        let Shape { rows, cols } = x.shape();
        let of_rows = weighted(weights, OneHot::of(targets, cols, ignored));
        let totals = of_rows.row_sums();
        let has_labels = targets.shape().cols == 1;
        let (x, divisor) = match weights.is_empty() && (ignored.is_none() || !has_labels) {
            true => (x, Recorded::from_f64(rows as f64)),
            false => (totals.select(x, Recorded::zero()), totals.sum()),
        };
        RecordedWanted {
            weights,
            x,
            of_rows,
            totals,
            divisor,
        }
    }

    /// `softmax(X) − T`, as much as each row counts: of the class that is wanted more than all
    /// others together from what the others have and want, which has digits where the share is
    /// nearly 1.
    pub fn slopes(&self) -> Recorded<'g, T> {
        let zero = Recorded::zero();
        let is_main = self.of_rows.is_above(self.totals * Recorded::from_f64(0.5));
        let others = |of: Recorded<'g, T>| is_main.select(zero, of).row_sums();
        let shares = self.x.softmax();
        let of_main = others(self.of_rows) - self.totals * others(shares);
        is_main.select(of_main, self.totals * shares - self.of_rows)
    }

    /// What the loss, `mean`, changes by with each probability that is wanted, times the divisor.
    pub fn slopes_of_targets(&self, mean: Recorded<'g, T>) -> Recorded<'g, T> {
        let costs = -Recorded::apply(LogSoftmax, &[self.x]);
        match self.weights.is_empty() {
            true => costs,
            // The divisor depends on what is wanted, too.
            false => weighted(self.weights, costs - mean),
        }
    }
}

/// A matrix with a column for each class, times the weights of the classes.
fn weighted<'g, T: Scalar>(weights: &[f64], x: Recorded<'g, T>) -> Recorded<'g, T> {
    let weights = weights.to_vec();
    match weights.is_empty() {
        true => x,
        false => Recorded::apply(Weighted { weights }, &[x]),
    }
}
