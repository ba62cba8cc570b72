//! Operators and comparisons with a dual number on the left of a handle.

use num_dual::{Dual, Dual2, Dual3, DualSVec, HyperDual, HyperHyperDual};

/// The operators and comparisons with a dual number on the left of a handle.
macro_rules! dual_on_the_left {
    ($([$($generics:tt)*] $dual:ty),* $(,)?) => {
        $(
            super::scalar_operators::number_on_the_left!([$($generics)*] $dual);
            super::comparisons::number_on_the_left!([$($generics)*] $dual);
            super::matrix_operators::number_on_the_left!([$($generics)*] $dual);
        )*
    };
}

dual_on_the_left!(
    [] Dual<f32>, [] Dual<f64>,
    [] Dual2<f32>, [] Dual2<f64>,
    [] Dual3<f32>, [] Dual3<f64>,
    [] HyperDual<f32>, [] HyperDual<f64>,
    [] HyperHyperDual<f32>, [] HyperHyperDual<f64>,
    [const N: usize] DualSVec<f32, N>, [const N: usize] DualSVec<f64, N>,
);
