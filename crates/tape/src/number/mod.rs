//! The numbers a tape can hold.
//!
//! [`Scalar`] lists the elementary functions that the rules are written in. `f32` and `f64` have
//! them from the standard library; with the feature `num-dual`, dual numbers have them too, and so
//! every rule can be differentiated once more. A number type of one's own needs this trait (and
//! [`MatrixProduct`](crate::MatrixProduct), whose default is right for every number).
//!
//! This folder knows the matrix product and nothing else of the crate.

#[cfg(feature = "num-dual")]
mod dual;
mod scalar;
mod sum;

pub use scalar::Scalar;
pub(crate) use sum::sum_of;
