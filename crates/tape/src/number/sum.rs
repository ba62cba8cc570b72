//! Sums of many numbers.

use super::scalar::Scalar;

/// The sum of a slice in eight interleaved partial sums: vectorised, and the rounding error grows
/// an eighth as fast.
pub(crate) fn sum_of<T: Scalar>(values: &[T]) -> T {
    const LANES: usize = 8;
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
