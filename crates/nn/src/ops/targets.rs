//! What a classifier should have answered: labels or rows of probabilities.

use std::iter::zip;
use tape::{ForwardError, Scalar, Shape, ShapeError, View, pairwise_sum};

/// Checks that targets are N×1 (labels) or N×C (one-hot or other distributions) for logits of N×C.
pub(super) fn check_shapes(operands: &[Shape]) -> Result<Shape, ShapeError> {
    let &[x, t] = operands else {
        let count = operands.len();
        return Err(ShapeError::new(format!(
            "takes scores and targets, not {count} operands"
        )));
    };
    if t.rows != x.rows || (t.cols != 1 && t.cols != x.cols) {
        return Err(ShapeError::new(format!(
            "targets must be {0}×1 labels or {0}×{1} rows, one for each of the {0} examples",
            x.rows, x.cols
        )));
    }
    Ok(x)
}

/// Calls `each` with row, column and weight of every class that is wanted: one a row for labels.
///
/// # Errors
/// If a label is not a whole number below the number of classes, or a row is not a distribution.
pub(super) fn for_each_wanted<T: Scalar>(
    targets: View<'_, T>,
    classes: usize,
    mut each: impl FnMut(usize, usize, T),
) -> Result<(), ForwardError> {
    if targets.cols() == 1 {
        for (i, &label) in targets.values().iter().enumerate() {
            each(i, class_of(i, label, classes)?, T::one());
        }
        return Ok(());
    }
    check_rows(targets)?;
    for j in 0..classes {
        for (i, &weight) in targets.column(j).iter().enumerate() {
            if weight != T::zero() {
                each(i, j, weight);
            }
        }
    }
    Ok(())
}

/// The class a label names.
pub(super) fn class_of<T: Scalar>(
    row: usize,
    label: T,
    classes: usize,
) -> Result<usize, ForwardError> {
    let class = label.to_f64();
    if class >= 0.0 && class < classes as f64 && class.fract() == 0.0 {
        return Ok(class as usize);
    }
    Err(ForwardError::new(format!(
        "row {row} has the label {label}, expected a whole number from 0 to {}",
        classes.saturating_sub(1)
    )))
}

/// `Σⱼ weightᵢⱼ · term(j)` over the classes that row `i` wants, of targets that were checked.
pub(super) fn sum_of_wanted<T: Scalar>(
    targets: View<'_, T>,
    i: usize,
    term: impl Fn(usize) -> T,
) -> T {
    if targets.cols() == 1 {
        return term(targets[(i, 0)].to_f64() as usize);
    }
    pairwise_sum(targets.cols(), |j| match targets[(i, j)] {
        weight if weight == T::zero() => T::zero(),
        weight => weight * term(j),
    })
}

/// The mean of `term(i)` over the rows.
pub(super) fn mean_of<T: Scalar>(rows: usize, term: impl FnMut(usize) -> T) -> T {
    pairwise_sum(rows, term).over(T::from_f64(rows as f64))
}

/// Checks every row of the targets.
///
/// # Errors
/// As for [`for_each_wanted`].
pub(super) fn check<T: Scalar>(targets: View<'_, T>, classes: usize) -> Result<(), ForwardError> {
    for_each_wanted(targets, classes, |_, _, _| {})
}

/// Checks that every row of the targets is a distribution.
pub(super) fn check_rows<T: Scalar>(targets: View<'_, T>) -> Result<(), ForwardError> {
    // As many rows at a time as have their sums on the stack: memory is walked column by column.
    const RUN: usize = 64;
    let tolerance = 8.0 * T::EPSILON * targets.cols() as f64;
    for first in (0..targets.rows()).step_by(RUN) {
        let (mut sums, mut least) = ([0.0; RUN], [0.0; RUN]);
        let rows = first..targets.rows().min(first + RUN);
        for j in 0..targets.cols() {
            let each = zip(&targets.column(j)[rows.clone()], zip(&mut sums, &mut least));
            for (weight, (sum, least)) in each {
                let weight = weight.to_f64();
                *sum += weight;
                // A NaN shows in the sum.
                *least = if weight < *least { weight } else { *least };
            }
        }
        for (row, (sum, least)) in zip(rows, zip(sums, least)) {
            if !(least >= 0.0 && (sum - 1.0_f64).abs() <= tolerance) {
                return Err(ForwardError::new(format!(
                    "row {row} of the targets sums to {sum}, expected numbers from 0 to 1 that \
                     sum to 1"
                )));
            }
        }
    }
    Ok(())
}
