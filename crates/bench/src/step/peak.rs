//! A step's multiply-adds and nothing else, in registers: on this processor no kernel takes less
//! time for them.

use super::problem::{CLASSES, INPUTS, Problem};
use pulp::{Arch, Simd, WithSimd};
use std::hint::black_box;

/// As many multiply-adds of single numbers as the step's five products take.
pub struct MultiplyAdds(usize);

impl MultiplyAdds {
    pub fn of(problem: &Problem) -> Self {
        let Problem { hidden, batch, .. } = *problem;
        MultiplyAdds(batch * hidden * (2 * INPUTS + 3 * CLASSES))
    }

    /// Takes them, with the widest vectors that the processor has.
    pub fn take(&self) {
        black_box(Arch::new().dispatch(MultiplyAdds(black_box(self.0))));
    }
}

impl WithSimd for MultiplyAdds {
    type Output = f32;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f32 {
        // More than wait for one another in two units with a latency of four or five cycles;
        // together with the two constants they fit in sixteen registers.
        const SUMS: usize = 12;
        let in_a_turn = SUMS * size_of::<S::f32s>() / size_of::<f32>();
        let (factor, addend) = (simd.splat_f32s(0.999), simd.splat_f32s(0.001));
        let mut sums = [simd.splat_f32s(0.5); SUMS];
        for _ in 0..self.0.div_ceil(in_a_turn) {
            for sum in &mut sums {
                *sum = simd.mul_add_f32s(*sum, factor, addend);
            }
        }
        let total = sums.into_iter().reduce(|a, b| simd.add_f32s(a, b));
        simd.reduce_sum_f32s(total.expect("sums"))
    }
}
