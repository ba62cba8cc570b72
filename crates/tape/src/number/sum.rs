//! Sums of many numbers, pairwise: the two halves are summed by themselves, then added.
//!
//! One after the other, the rounding error of a sum grows with the count of its terms: a million
//! times 0.1 is off in the third digit in `f32`. Pairwise it grows with the logarithm of the count.
//! Short runs are summed plainly, which costs little in error and nothing in time.

use super::scalar::Scalar;
use std::ops::Range;

/// The longest run that is summed one after the other.
const RUN: usize = 16;
/// The partial sums that a run of a slice is summed in, next to one another.
const LANES: usize = 8;

/// The sum of a slice; a run is summed in interleaved partial sums, which vectorises.
pub(crate) fn sum_of<T: Scalar>(values: &[T]) -> T {
    if values.len() <= RUN * LANES {
        return sum_of_run(values);
    }
    let (first, second) = values.split_at((values.len() / 2).next_multiple_of(LANES));
    sum_of(first) + sum_of(second)
}

#[inline]
fn sum_of_run<T: Scalar>(values: &[T]) -> T {
    let mut lanes = [T::zero(); LANES];
    let chunks = values.chunks_exact(LANES);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (lane, &value) in lanes.iter_mut().zip(chunk) {
            *lane += value;
        }
    }
    let mut sum = T::zero();
    for lane in lanes {
        sum += lane;
    }
    for &value in rest {
        sum += value;
    }
    sum
}

/// The sum of `term(0)` to `term(count − 1)`, which are asked for in this order and added pairwise:
/// the rounding error grows with the logarithm of `count`. For rules that reduce many numbers to
/// one.
///
/// ```
/// let sum = tape::pairwise_sum(10_000_000, |_| 0.1_f32);
/// assert!((sum - 1e6).abs() < 1.0);
/// ```
#[inline]
pub fn pairwise_sum<T: Scalar>(count: usize, mut term: impl FnMut(usize) -> T) -> T {
    sum_of_runs(0..count, &mut |run: Range<usize>| {
        let mut sum = T::zero();
        for i in run {
            sum += term(i);
        }
        sum
    })
}

/// [`pairwise_sum`] of terms of which `run` sums a few, one after the other.
#[inline]
pub(crate) fn sum_of_runs<T: Scalar>(
    range: Range<usize>,
    run: &mut impl FnMut(Range<usize>) -> T,
) -> T {
    if range.len() <= RUN {
        return run(range);
    }
    sum_of_halves(range, run)
}

fn sum_of_halves<T: Scalar>(range: Range<usize>, run: &mut impl FnMut(Range<usize>) -> T) -> T {
    let middle = range.start + range.len() / 2;
    let first = sum_of_runs(range.start..middle, run);
    first + sum_of_runs(middle..range.end, run)
}

/// How many lists are added one after the other: more than terms, as each costs a list of sums.
const RUN_OF_LISTS: usize = 32;

/// How many sums of lists are added to at a time where there are many.
pub(crate) const LISTS: usize = 256;

/// Adds many lists of numbers, element by element and pairwise, to `sums`: `add(k, sums)` adds list
/// `k`. There may be `N` sums at most, so that partial ones stand on the stack.
pub(crate) fn sum_lists<T: Scalar, const N: usize>(
    lists: Range<usize>,
    sums: &mut [T],
    add: &mut impl FnMut(usize, &mut [T]),
) {
    sum_runs_of_lists::<T, N>(lists, sums, &mut |run, sums| {
        for k in run {
            add(k, sums);
        }
    });
}

/// [`sum_lists`] where `add(run, sums)` adds a few lists, one after the other.
pub(crate) fn sum_runs_of_lists<T: Scalar, const N: usize>(
    lists: Range<usize>,
    sums: &mut [T],
    add: &mut impl FnMut(Range<usize>, &mut [T]),
) {
    if lists.len() <= RUN_OF_LISTS {
        return add(lists, sums);
    }
    let middle = lists.start + lists.len() / 2;
    sum_runs_of_lists::<T, N>(lists.start..middle, sums, add);
    let mut second = [T::zero(); N];
    let second = &mut second[..sums.len()];
    sum_runs_of_lists::<T, N>(middle..lists.end, second, add);
    for (sum, &second) in sums.iter_mut().zip(&*second) {
        *sum += second;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_term_is_added_once_whatever_the_count() {
        for count in [0_usize, 1, 7, 8, 31, 32, 33, 255, 256, 257, 1000, 4099] {
            let terms: Vec<f64> = (0..count).map(|i| i as f64).collect();
            let expected = (count * count.saturating_sub(1) / 2) as f64;
            assert_eq!(sum_of(&terms), expected, "a slice of {count}");
            assert_eq!(pairwise_sum(count, |i| terms[i]), expected, "{count} terms");
            let mut sums = [1.0, 2.0];
            sum_lists::<_, 2>(0..count, &mut sums, &mut |k, sums| {
                sums[0] += terms[k];
                sums[1] -= terms[k];
            });
            assert_eq!(sums, [1.0 + expected, 2.0 - expected], "{count} lists");
        }
    }
}
