//! The numbers a tape can hold: [`Scalar`], implemented by `f32`, `f64` and, with the feature `num-dual`, dual numbers.

#[cfg(feature = "num-dual")]
mod dual;
mod scalar;
mod sum;

pub use scalar::Scalar;
pub(crate) use sum::sum_of;
