//! Several numbers that a processor handles at a time.

use num_traits::Zero;
use std::ops::{AddAssign, Mul};

/// The most lanes a vector has.
const MOST: usize = 16;

/// Numbers that a processor handles at once.
pub(super) trait Vector: Copy {
    /// One of them.
    type Number: Copy + Zero + AddAssign;
    /// How many, at most [`MOST`].
    const LANES: usize;
    /// The same number in each lane.
    fn splat(number: Self::Number) -> Self;
    /// The first numbers of a slice.
    fn load(from: &[Self::Number]) -> Self;
    /// The first `count` numbers of a slice, fewer than there are lanes, then zeros.
    #[inline(always)]
    fn load_some(from: &[Self::Number], count: usize) -> Self {
        let mut lanes = [Self::Number::zero(); MOST];
        lanes[..count].copy_from_slice(&from[..count]);
        Self::load(&lanes)
    }

    /// Overwrites the first numbers of a slice.
    fn store(self, to: &mut [Self::Number]);
    /// Overwrites the first `count` numbers of a slice, fewer than there are lanes.
    #[inline(always)]
    fn store_some(self, to: &mut [Self::Number], count: usize) {
        let mut lanes = [Self::Number::zero(); MOST];
        self.store(&mut lanes);
        to[..count].copy_from_slice(&lanes[..count]);
    }

    /// `self · factor + term`.
    fn mul_add(self, factor: Self, term: Self) -> Self;
    /// The sum of the lanes, halves first.
    fn sum(self) -> Self::Number;
}

/// A few numbers of any kind: what runs where there are no vectors, and on dual numbers.
#[derive(Clone, Copy)]
pub(super) struct Few<T>([T; 4]);

impl<T: Copy + Zero + Mul<Output = T> + AddAssign> Vector for Few<T> {
    type Number = T;
    const LANES: usize = 4;

    #[inline(always)]
    fn splat(number: T) -> Self {
        Few([number; 4])
    }

    #[inline(always)]
    fn load(from: &[T]) -> Self {
        Few(*from.first_chunk().expect("as many numbers as lanes"))
    }

    #[inline(always)]
    fn store(self, to: &mut [T]) {
        to[..4].copy_from_slice(&self.0);
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, term: Self) -> Self {
        let mut sums = term;
        for lane in 0..4 {
            sums.0[lane] += self.0[lane] * factor.0[lane];
        }
        sums
    }

    #[inline(always)]
    fn sum(self) -> T {
        let [a, b, c, d] = self.0;
        let (mut even, mut odd) = (a, b);
        even += c;
        odd += d;
        even += odd;
        even
    }
}
