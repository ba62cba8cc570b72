//! The numbers a tape can hold.
//!
//! [`Scalar`] lists the elementary functions that the rules are written in. `f32` and `f64` have
//! them from the standard library, or from here where it loses digits; with the feature `num-dual`,
//! dual numbers have them too (`dual`), and so every rule can be differentiated once more. A number
//! type of one's own needs this trait (and [`MatrixProduct`](crate::MatrixProduct), whose default
//! is right for every number).
//!
//! This folder knows the matrix product and nothing else of the crate.

mod arithmetic;
mod scalar;
mod sech;
mod sum;

pub use arithmetic::Arithmetic;
pub(crate) use arithmetic::{decay, normal_range};
pub(crate) use scalar::LARGE;
pub use scalar::{BinaryFunction, Scalar, UnaryFunction};
pub use sum::pairwise_sum;
pub(crate) use sum::{LISTS, sum_lists, sum_of, sum_of_runs, sum_runs_of_lists};
